import pytest

from refmem import Result, batch_delta
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from refmem.rules.regression.batch_delta import Batched
from tests.rules.hand import S0, column, k, q, v


def test_batch_delta_by_hand():
    # a batch of two tokens: both read (2, 4), which recalls 6
    # error 1 - 6 = -5: S1 = (2, 4) + 1/2 (-5) (1, 1) = (-1/2, 3/2)     o1 = -1/2
    # error 3 - 6 = -3: S2 = S1 + 1/4 (-3) (1, 1) = (-5/4, 3/4)         o2 = 1/4
    start = Batched(S0, 0 * S0, fractions([1, 0]))
    got = batch_delta(q, k, v, fractions([0.5, 0.25]), state=start, batch=2)
    after = Batched(column(-1.25, 0.75), column(0, 0), fractions([1, 0]))
    assert_same(got, Result(column(-0.5, 0.25), after), "batch_delta")


def test_a_batch_of_nothing_is_refused():
    with pytest.raises(ValueError, match="batch_delta: batch has value 0, expected a whole number"):
        batch_delta(q, k, v, fractions([0.5, 0.25]), batch=0)
