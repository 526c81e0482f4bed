"""What goes in comes out: `refmem.laws.dtypes`."""

import numpy as np
import pytest

from refmem.laws import dtypes
from refmem.laws.systems import INTERVALS
from tests.draws import every_form


@pytest.mark.parametrize("dtype", dtypes.REAL, ids=lambda dtype: np.dtype(dtype).name)
@pytest.mark.parametrize(("rule", "form"), every_form())
def test_real_floats_keep_their_dtype(rule, form, dtype):
    dtypes.real_floats_keep_their_dtype(rule, form, dtype)


@pytest.mark.parametrize("dtype", dtypes.COMPLEX, ids=lambda dtype: np.dtype(dtype).name)
@pytest.mark.parametrize(("rule", "form"), every_form("complex"))
def test_complex_floats_keep_their_dtype(rule, form, dtype):
    dtypes.complex_floats_keep_their_dtype(rule, form, dtype)


@pytest.mark.parametrize("numbers", dtypes.EXACT, ids=lambda numbers: numbers.name)
@pytest.mark.parametrize(("rule", "form"), every_form("field", "rationals"))
def test_exact_numbers_stay_of_their_kind(rule, form, numbers):
    dtypes.numbers_stay_of_their_kind(rule, form, numbers)


@pytest.mark.parametrize(("rule", "form"), every_form())
def test_intervals_stay_intervals(rule, form):
    dtypes.numbers_stay_of_their_kind(rule, form, INTERVALS)
