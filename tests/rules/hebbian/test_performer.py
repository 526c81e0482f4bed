import numpy as np

from refmem import Result, performer, softmax_attention
from refmem.functions.random_features import gaussian_projection
from refmem.laws.exact import assert_same
from tests.rules.hand import symbolic


def test_performer_by_hand():
    # w = (1, 0), (0, 1): the features of (1, 1) are exp(1 - 1) = 1 twice, so are those of (0, 0).
    # S1 = [2 1; 4 1] + (1, 1) [1 1] = [3 2; 5 2]      o1 = (3 + 5)/(2 + 2) = 2
    # S2 = [3 2; 5 2] + (1, 1) [3 1] = [6 3; 8 3]      o2 = (6 + 8)/(3 + 3) = 7/3
    k, v, eye = symbolic([[1, 1], [1, 1]]), symbolic([[1], [3]]), symbolic([[1, 0], [0, 1]])
    q = symbolic([[0, 0], [1, 1]])
    got = performer(q, k, v, eye, state=symbolic([[2, 1], [4, 1]]))
    want = Result(symbolic([[2], ["7/3"]]), symbolic([[6, 3], [8, 3]]))
    assert_same(got, want, "performer")


def test_many_features_come_near_softmax():
    """Mean square errors fall as 1/M: 64 times the features, about 1/64 of the error.

    An estimate that does not converge keeps its error; a quarter tells the two apart.
    """
    random = np.random.default_rng(0)
    q, k, v = random.standard_normal((3, 10, 4, 2)) / 2
    truth = softmax_attention(q, k, v, scale=1).out

    def error(M):
        draws = (gaussian_projection(random, M, 2) for _ in range(40))
        return np.mean([(performer(q, k, v, w).out - truth) ** 2 for w in draws])

    assert error(512) < error(8) / 4
