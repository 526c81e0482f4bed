"""Parallax: softmax attention less how its values change along a second query's direction.

    S[t] = S[t-1] and the pair (k[t], v[t])                              write
    o[t] = E[v] - (E[(r[t] . k) v] - E[r[t] . k] E[v])                   read
    E    = the mean over i <= t under the weights softmax(scale * q[t] . k[i])

    q, k   (..., T, K)   queries and keys; the last query is the last key
    v      (..., T, V)   values
    r      (..., T, K)   secondary query; 0 gives softmax attention

    scale    multiplies q . k, not r . k; 1/sqrt(K) unless given
    kernel   "softmax"; any other of `functions.kernels` takes the place of softmax, its weights not
             adding up to one unless it is normalised

    >>> q, k = np.zeros((2, 1)), np.array([[0.], [1.]])
    >>> parallax(q, k, np.array([[1.], [3.]]), np.array([[0.], [2.]])).out[:, 0]
    array([1., 1.])

What is taken off is the covariance of r . k and v: a local linear fit of the values around the
query, its slope given by r in place of a regression. The state is the cache: keys and values.
Source:    Zuo et al. 2026, arXiv:2605.29157.
"""

import numpy as np

from refmem.algebra import causal, causal_product, transposed, zeros
from refmem.functions.kernels import softmax
from refmem.grammar.kinds import query
from refmem.grammar.lookup import Lookup
from refmem.memory import CacheRule


def attend(past, q, k, v, r, kernel):
    past = past.append(k, v)
    key, value = transposed(past.key), past.value
    seen = causal(q.shape[-2], past.key.shape[-2])
    weights = kernel.weights(q @ key, seen)
    probed = np.where(seen, weights * (r @ key), zeros((1,), weights))
    mean = causal_product(weights, value)
    covariance = causal_product(probed, value) - probed.sum(-1, keepdims=True) * mean
    return past, mean - covariance


def lookup(q, k, v, r, kernel):
    return Lookup(q, k, v, kernel, probe=r)


parallax = CacheRule(
    attend, lookup, inputs={"r": query("T K")}, options={"kernel": softmax}, queries=("q", "r")
)
