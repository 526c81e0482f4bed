"""ReLU attention: a key counts by how far its score is above zero, whatever the others say.

    S[t] = S[t-1] and the pair (k[t], v[t])                                          write
    o[t] = sum over i <= t of max(scale * q[t] . k[i] + bias, 0) v[i]                read

    q, k   (..., T, K)   queries and keys; the last query is the last key
    v      (..., T, V)   values
    bias   (...)         added to every score; 0 if left out

    scale    multiplies q . k, not the bias; 1/sqrt(K) unless given

    >>> q = k = np.array([[1.], [-1.]])
    >>> relu_attention(q, k, np.array([[1.], [3.]])).out[:, 0]
    array([1., 3.])

Nothing divides by the number of tokens: where a source does (1/T), divide the outputs. The state is
the cache: keys and values.
Source:    Wortsman et al. 2023, arXiv:2309.08586; Ramapuram et al. 2024, arXiv:2409.04431.
"""

import numpy as np

from refmem.algebra import causal, causal_product, relu, transposed, zeros
from refmem.functions.kernels import relu_kernel
from refmem.grammar.kinds import weights
from refmem.grammar.lookup import Lookup
from refmem.memory import CacheRule


def attend(past, q, k, v, bias):
    past = past.append(k, v)
    weights = relu(q @ transposed(past.key) + bias[..., None, None])
    seen = causal(q.shape[-2], past.key.shape[-2])
    weights = np.where(seen, weights, zeros((1,), weights))
    return past, causal_product(weights, past.value)


def lookup(q, k, v, bias):
    return Lookup(q, k, v, relu_kernel, bias=lambda t, i: bias[..., None, None])


def no_bias(x, state):
    """Nothing is added."""
    return zeros((), x.like)


relu_attention = CacheRule(
    attend,
    lookup,
    inputs={"bias": weights("", laws=(1, 2))},
    defaults={"bias": no_bias},
    queries=("q", "bias"),
    uses=("order",),
)
