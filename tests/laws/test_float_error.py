"""Floats stay within the bound of their roundings: `refmem.laws.float_error`."""

import numpy as np
import pytest

from refmem.forms import compiled
from refmem.laws.draws import sample
from refmem.laws.float_error import WIDTHS, dtypes_of, stays_within_its_bound
from refmem.laws.systems import floats
from tests.draws import every_rule

CASES = [
    pytest.param(*param.values, dtype, id=f"{param.id}-{np.dtype(dtype).name}", marks=param.marks)
    for param in every_rule("float bound")
    for dtype in dtypes_of(*param.values)
]


@pytest.mark.parametrize(("rule", "dtype"), CASES)
def test_floats_stay_within_the_bound_of_their_roundings(rule, dtype):
    forms = [form for form in rule.forms if form != "fast" or dtype in compiled.DTYPES]
    stays_within_its_bound(rule, forms, sample(rule, floats(dtype), T=3, **WIDTHS), dtype)
