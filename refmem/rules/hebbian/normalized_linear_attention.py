"""Normalised linear attention: add pairs under a positive feature map, read their weighted mean.

    S[t] = S[t-1] + bind(phi(k[t]), [v[t], 1])           write
    o[t] = recall(S[t], phi(q[t])), all columns but the last over the last    read, after the write

    q, k   (..., T, K)   queries and keys, before the feature map
    v      (..., T, V)   values

    feature_map       "elu_plus_one", which is positive; or "identity", or any in
                      `functions.features`
    denominator_eps   added to what is divided by: 0 unless given

    >>> q = k = np.array([[0., 1.], [0., 1.]])
    >>> normalized_linear_attention(q, k, np.array([[1.], [3.]])).out[:, 0]
    array([1., 2.])

A normaliser is one more value column of ones: the state (..., F, V + 1) holds S and beside it z,
the sum of all phi(k), and o = (phi(q) S)/(phi(q) . z). Where the denominator is zero, so is the
output.
Objective: -<recall(S, phi(k)), [v, 1]>, one gradient step from S[t-1].
Source:    Katharopoulos et al. 2020, arXiv:2006.16236.
"""

from functools import partial

from refmem.algebra import bind, dot, over_last, recall, with_ones, zeros
from refmem.functions.features import elu_plus_one
from refmem.memory import StateRule, Transition


def step(S, q, k, v, feature_map, denominator_eps):
    S = S + bind(feature_map.of_key(k), with_ones(v))
    return S, over_last(recall(S, feature_map.of_query(q)), denominator_eps)


def transition(q, k, v, feature_map, denominator_eps):
    write = feature_map.of_key(k), with_ones(v)
    finish = partial(over_last, eps=denominator_eps)
    return Transition(read=feature_map.of_query(q), write=write, finish=finish)


def objective(S, k, v, feature_map):
    return -dot(recall(S, feature_map.of_key(k)), with_ones(v))


def nothing_seen(x):
    return zeros((*x.lead, x.options["feature_map"].width(x.K), x.V + 1), x.like)


normalized_linear_attention = StateRule(
    step,
    transition,
    objective,
    options={"feature_map": elu_plus_one, "denominator_eps": 0.0},
    initial=nothing_seen,
    scaled=(),
    uses=("/",),
    unasked={
        "one-key": "a normalised read does not depend on the query if there is one key channel"
    },
)
