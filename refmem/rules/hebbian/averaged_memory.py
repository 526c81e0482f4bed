"""Averaged memory: hold the mean of all pairs, so that every token weighs the same.

    S[t] = (n[t] - 1)/n[t] * S[t-1] + bind(k[t], v[t])/n[t]       write
    o[t] = recall(S[t], q[t])                                     read, after the write

    q, k    (..., T, K)   queries and keys, used as given
    v       (..., T, V)   values
    count   (..., T)      n: how many tokens the mean is over, this one included, at least 1;
                          1, 2, 3, ... if left out, which needs an empty memory

    >>> q = k = np.array([[1., 0.], [1., 0.]])
    >>> averaged_memory(q, k, np.array([[1.], [3.]])).out[:, 0]
    array([1., 2.])

Objective: -<recall(S, k), v>/n + |S|^2/(2 n), one gradient step from S[t-1].
Source:    Zhong et al. 2025, arXiv:2505.19488 (softmax attention, its denominator replaced by t).
"""

import numpy as np

from refmem.algebra import bind, dot, ones, recall
from refmem.grammar.kinds import count
from refmem.memory import StateRule, Transition


def step(S, q, k, v, count):
    count = count[..., None]
    S = ((count - 1) / count)[..., None] * S + bind(k, v / count)
    return S, recall(S, q)


def transition(q, k, v, count):
    count = count[..., None]
    return Transition(read=q, write=(k, v / count), decay=(count - 1) / count)


def objective(S, k, v, count):
    return ((S * S).sum((-2, -1)) / 2 - dot(recall(S, k), v)) / count


def positions(x, state):
    """1, 2, 3, ... for an empty memory."""
    if state is not None:
        raise ValueError(
            "averaged_memory: count has no value, expected how many tokens the mean is over, "
            "because a state does not say how many it holds"
        )
    return np.add.accumulate(ones((x.T,), x.like))


averaged_memory = StateRule(
    step,
    transition,
    objective,
    inputs={"count": count("T")},
    defaults={"count": positions},
    uses=("/",),
)
