"""Numbers may be put in for symbols afterwards: `refmem.laws.symbols`."""

import pytest

from refmem.laws.symbols import numbers_may_be_put_in
from tests.draws import every_form


@pytest.mark.parametrize(("rule", "form"), every_form("rationals", "symbols"))
def test_numbers_may_be_put_in_afterwards(rule, form):
    numbers_may_be_put_in(rule, form)
