"""Forms decay by products, never by quotients or logarithms: a factor of zero is exact."""

import numpy as np
import pytest

import refmem as rm
from refmem.laws.draws import sample
from refmem.laws.exact import assert_same
from refmem.laws.systems import FLOAT64

GATED = [rm.scalar_decay, rm.gla, rm.value_gated, rm.gated_delta, rm.kda, rm.generalized_delta]


@pytest.mark.parametrize("rule", GATED, ids=lambda rule: rule.name)
@pytest.mark.parametrize("form", rm.delta.forms)
def test_a_gate_of_zero_forgets_everything(rule, form):
    """From a token whose gate is zero on, what came before does not show, not even by a bit."""
    x = sample(rule, FLOAT64, T=6)
    alpha = x["alpha"].copy()
    alpha[3] = 0
    x = x | {"alpha": alpha} | ({"a": 0 * x["a"]} if "a" in x else {})
    huge = x | {"state": 1e6 * x["state"]}
    out, other = (rule(**call, form=form, chunk=4).out for call in (x, huge))
    assert (out[:3] != other[:3]).all()
    assert_same(out[3:], other[3:], f"{rule.name}.{form} after a gate of zero")


@pytest.mark.parametrize("form", rm.delta.forms)
def test_a_long_decay_underflows_to_zero_and_no_further(form):
    """1/1024 a token for 200 tokens is below the smallest float; nothing is divided by it."""
    T = 200
    ones = np.ones((T, 1))
    out, state = rm.scalar_decay(ones, ones, ones, np.full(T, 2.0**-10), form=form, chunk=T)
    # 1 + 2^-10 + 2^-20 + ... = 1024/1023, reached to the last bit after six tokens
    assert np.isfinite(out).all()
    assert np.ptp(out[6:]) <= 2 * np.spacing(1.0)
    assert abs(state[0, 0] - 1024 / 1023) <= 2 * np.spacing(1.0)
