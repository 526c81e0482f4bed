"""Law: compiled gradients err little more than the definition's, over several segments and a rest.

The truth is the tape through the definition in float64. The same in float32 errs by E; the kernels
sum in another order, which may err 2 sqrt(K) times as much (the rule of `tools/benchmarks`), or a
rounding of the largest entry where E happens to be less. So does a sum over tokens.
"""

import math

import numpy as np
import pytest

from refmem.derivative.tape import leaves
from refmem.forms.compiled import gradients
from refmem.grammar.state import each
from tests.derivative.truth import like
from tests.draws import floats, sample
from tests.forms.compiled.rules import LINEAR, RELAYS

T, K, V = 37, 5, 3


@pytest.mark.parametrize("rule", LINEAR + RELAYS, ids=lambda rule: rule.name)
def test_gradients_err_little_more_than_the_definitions(rule, monkeypatch):
    monkeypatch.setattr(gradients, "BLOCKS", 2)
    x = sample(rule, floats(np.float32), 4, T=T, K=K, V=V, lead=(2,))
    dout, dstate = like(floats(np.float32), tuple(rule(**x)), 1)
    wide = {n: each(lambda a: np.float64(a), a) if n in {*rule.inputs, "state"} else a
            for n, a in x.items()}  # fmt: skip
    truth = rule.vjp(**wide, dout=np.float64(dout), dstate=each(np.float64, dstate))
    own = rule.vjp(**x, dout=dout, dstate=dstate)
    got = rule.vjp(**x, dout=dout, dstate=dstate, form="fast", chunk=8)
    for name, one, other, true in zip(truth._fields, got, own, truth, strict=True):
        for a, b, c in zip(leaves(one), leaves(other), leaves(true), strict=True):
            if c is None:
                continue
            rounding = np.finfo(np.float32).eps * abs(c).max(initial=0)
            allowed = 2 * math.sqrt(max(K, T)) * max(abs(b - c).max(initial=0), rounding)
            assert (abs(a - c) <= allowed).all(), f"{rule.name}: {name}"
