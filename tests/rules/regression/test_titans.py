import numpy as np
import pytest

from refmem import Result, titans
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from refmem.rules.regression.titans import Learner
from tests.rules.hand import S0, column, k, q, v


def test_titans_by_hand():
    # (2, 4) recalls 6: gradient 2 (6 - 1) (1, 1), C1 = 1/2 (2, 0) - 1/4 (10, 10) = (-3/2, -5/2)
    # S1 = 1/2 (2, 4) + C1 = (-1/2, -1/2)                           o1 = -1/2
    # S1 recalls -1: gradient -8 (1, 1), C2 = 1/2 C1 + 2 (1, 1) = (5/4, 3/4)
    # S2 = 1/2 S1 + C2 = (1, 1/2)                                   o2 = 2
    half, quarter = fractions([0.5, 0.5]), fractions([0.25, 0.25])
    start = Learner(S0, column(2, 0), S0, fractions([1]))
    got = titans(q, k, v, half, half, quarter, state=start)
    after = Learner(column(1, 0.5), column(1.25, 0.75), column(1, 0.5), fractions([1]))
    assert_same(got, Result(column(-0.5, 2), after), "titans")


def test_a_batch_reads_where_it_began():
    # the gradient of the second token is 2 (6 - 3) (1, 1): C2 = 1/2 C1 - 3/2 (1, 1) = (-9/4, -11/4)
    # S2 = 1/2 S1 + C2 = (-5/2, -3)                                 o2 = -17/2
    half, quarter = fractions([0.5, 0.5]), fractions([0.25, 0.25])
    start = Learner(S0, column(2, 0), S0, fractions([1, 0]))
    got = titans(q, k, v, half, half, quarter, state=start, batch=2)
    assert_same(got.out, column(-0.5, -8.5), "titans(batch=2)")
    assert_same(got.state.start, column(-2.5, -3), "titans(batch=2): start")


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_a_batch_begins_at_the_memory_itself_and_not_near_it(dtype):
    """S: 2^p, then 0 + 1 from momentum, then 1 - theta 2 (1 - 3) = 2 for theta = 1/4; q = k = 1."""
    large = dtype(2.0 ** (np.finfo(dtype).nmant + 2))
    one = np.ones((3, 1), dtype)
    v = np.array([[large], [0], [3]], dtype)
    forget, eta, theta = (
        np.array(x, dtype) for x in ([0, 1, 0], [0, 1 / large, 0], [0.5, 0, 0.25])
    )
    assert titans(one, one, v, forget, eta, theta).out[:, 0].tolist() == [large, 1, 2]
