"""Attention with bounded memory control: slots that hold softmax-weighted means of all tokens.

    S[t] = S[t-1] + bind(exp(s[t]), [k[t], v[t], 1])                     write
    keys, values = the first K and the next V columns of S[t], over its last column
    o[t] = recall(values, kernel(keys q[t]))                             read, after the write

    q, k     (..., T, K)   queries and keys, used as given
    v        (..., T, V)   values
    s        (..., T, M)   score of the token for each slot, any number; M is the number of slots

    kernel   weighs the slots of a read: "softmax" over slots unless given, or any of refmem.kernels
    scale    multiplies q; 1 unless given (its published code: 1/sqrt(K))

    form="stabilised" keeps each slot over e^m, m the greatest of its scores so far; the other form
    overflows where e^s does. The state is the plain S in both.

    >>> q = k = np.array([[1.], [1.]])
    >>> abc(q, k, np.array([[1.], [3.]]), np.zeros((2, 2))).out[:, 0]
    array([1., 2.])

Every slot is the mean of all tokens with weights softmax(s) over the past: it is `gsa` with alpha =
total[t-1]/total[t] and s = exp(s[t])/total[t], total being the last column. The state is S, (...,
M, K + V + 1). The general forms do not apply to a read that goes through a kernel.
Source:    Peng et al. 2022, arXiv:2110.02488.
"""

import numpy as np

from refmem.algebra import bind, exp, greater, over_last, recall, transposed, with_ones, zeros
from refmem.kernels import softmax
from refmem.memory import StateRule
from refmem.stabilised import first_exponent, stabilised


def step(S, q, k, v, s, kernel):
    S = S + bind(exp(s), row(k, v))
    return S, read(S, q, kernel)


def row(k, v):
    """What a token adds to a slot: [k, v, 1]."""
    return with_ones(np.concatenate([k, v], axis=-1))


def read(S, q, kernel):
    """What the slots answer; the same for S and any multiple of each of its rows."""
    means, K = over_last(S), q.shape[-1]
    return recall(means[..., K:], slot_weights(means[..., :K], q, kernel))


def slot_weights(keys, q, kernel):
    """How much each slot counts for a query, (..., M)."""
    scores = recall(transposed(keys), q)
    return kernel.weights(scores[..., None, :], np.ones((1, scores.shape[-1]), bool))[..., 0, :]


def start(S, x):
    """S itself, and m of each slot."""
    unseen = np.asarray(S[..., -1:] == 0, dtype=bool)
    return S, first_exponent(unseen, x.s[..., 0, :, None])


def stabilised_step(stored, m, q, k, v, s, kernel):
    top = greater(m, s[..., None])
    stored = stored * exp(m - top) + bind(exp(s - top[..., 0]), row(k, v))
    return stored, top, read(stored, q, kernel)


abc = StateRule(
    step,
    inputs={"s": "T M"},
    options={"kernel": softmax},
    initial=lambda x: zeros((*x.lead, x.M, x.K + x.V + 1), x.like),
    own_forms={"stabilised": stabilised(start, stabilised_step)},
)
