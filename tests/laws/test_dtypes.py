"""Law: what goes in comes out: outputs and states have the dtype, or the kind, of the inputs."""

import numpy as np
import pytest

from refmem.algebra.numbers import system_of
from tests.draws import FIELD, FRACTIONS, INTERVALS, RATIONALS, every_form, floats, sample
from tests.laws.test_purity import arrays

REAL = [np.float16, np.float32, np.float64, np.longdouble]


@pytest.mark.parametrize("dtype", REAL, ids=lambda dtype: np.dtype(dtype).name)
@pytest.mark.parametrize(("rule", "form"), every_form())
def test_real_floats_keep_their_dtype(rule, form, dtype):
    _keeps(rule, form, sample(rule, floats(dtype), T=3), np.dtype(dtype))


@pytest.mark.parametrize("dtype", [np.complex64, np.complex128], ids=lambda d: np.dtype(d).name)
@pytest.mark.parametrize(("rule", "form"), every_form("complex"))
def test_complex_floats_keep_their_dtype(rule, form, dtype):
    call = sample(rule, floats(np.float32), T=3, state=False)
    complex_call = call | {name: call[name].astype(dtype) for name in rule.inputs}
    _keeps(rule, form, complex_call, np.dtype(dtype))


def _keeps(rule, form, x, dtype):
    for states in (False, True):
        for part in arrays(tuple(rule(**x, form=form, chunk=2, states=states))):
            assert part.dtype == dtype, f"{rule.name}.{form}: {part.dtype}, expected {dtype}"


@pytest.mark.parametrize("numbers", [FIELD, RATIONALS, FRACTIONS], ids=lambda n: n.name)
@pytest.mark.parametrize(("rule", "form"), every_form("field", "rationals"))
def test_exact_numbers_stay_of_their_kind(rule, form, numbers):
    _stays(rule, form, sample(rule, numbers, T=3))


@pytest.mark.parametrize(("rule", "form"), every_form())
def test_intervals_stay_intervals(rule, form):
    _stays(rule, form, sample(rule, INTERVALS, T=3))


def _stays(rule, form, x):
    kind = system_of(next(x[name] for name in rule.inputs)).name
    for part in arrays(tuple(rule(**x, form=form, chunk=2, states=True))):
        assert system_of(part).name == kind, f"{rule.name}.{form}"
