"""Sigmoid attention: every key is weighed by itself, between 0 and 1, whatever the others say.

    S[t] = S[t-1] and the pair (k[t], v[t])                                          write
    o[t] = sum over i <= t of sigmoid(scale * q[t] . k[i] + bias) v[i]               read

    q, k   (..., T, K)   queries and keys; the last query is the last key
    v      (..., T, V)   values
    bias   (...)         added to every score; 0 if left out. The source advises -log(T), so that
                         the weights of T equal scores begin near a sum of 1

    scale    multiplies q . k, not the bias; 1/sqrt(K) unless given

    >>> q = k = np.zeros((2, 1))
    >>> sigmoid_attention(q, k, np.array([[1.], [3.]])).out[:, 0]
    array([0.5, 2. ])

The state is the cache: keys and values.
Source:    Ramapuram et al. 2024, arXiv:2409.04431.
"""

import numpy as np

from refmem.algebra import causal, causal_product, sigmoid, transposed, zeros
from refmem.functions.kernels import sigmoid_kernel
from refmem.grammar.kinds import weights
from refmem.grammar.lookup import Lookup
from refmem.memory import CacheRule


def attend(past, q, k, v, bias):
    past = past.append(k, v)
    weights = sigmoid(q @ transposed(past.key) + bias[..., None, None])
    seen = causal(q.shape[-2], past.key.shape[-2])
    weights = np.where(seen, weights, zeros((1,), weights))
    return past, causal_product(weights, past.value)


def lookup(q, k, v, bias):
    return Lookup(q, k, v, sigmoid_kernel, bias=lambda t, i: bias[..., None, None])


def no_bias(x, state):
    """Nothing is added."""
    return zeros((), x.like)


sigmoid_attention = CacheRule(
    attend,
    lookup,
    inputs={"bias": weights("")},
    defaults={"bias": no_bias},
    queries=("q", "bias"),
    uses=("exp",),
)
