"""ALiBi: softmax attention in which a key's score falls by a constant for every token passed.

    S[t] = S[t-1] and the pair (k[t], v[t])                              write
    o[t] = sum over i <= t of w[t, i] v[i]                               read
    w[t] = softmax(scale * q[t] . k[i] - slopes * (t - i))

    q, k     (..., T, K)   queries and keys; the last query is the last key
    v        (..., T, V)   values
    slopes   (...)         of each head, at least 0; `head_slopes` of the last leading axis if left
                           out: 2^(-8/H), 2^(-16/H), ... where H is a power of two

    scale    multiplies q . k, not the slope; 1/sqrt(K) unless given
    kernel   "softmax"; any other of `functions.kernels` takes the place of softmax

    >>> q = k = np.zeros((2, 1))
    >>> alibi(q, k, np.array([[1.], [3.]]), slopes=np.log(3.)).out[:, 0]
    array([1. , 2.5])

The state is the cache: keys and values. This is forgetting_attention with log_alpha = -slopes.
Source:    Press et al. 2021, arXiv:2108.12409.
"""

import numpy as np

from refmem.algebra import causal, causal_product, transposed
from refmem.functions.kernels import softmax
from refmem.functions.slopes import head_slopes
from refmem.grammar.kinds import slope
from refmem.grammar.lookup import Lookup
from refmem.memory import CacheRule


def attend(past, q, k, v, slopes, kernel):
    past = past.append(k, v)
    keys, tokens = past.key.shape[-2], q.shape[-2]
    i = np.arange(keys)
    scores = q @ transposed(past.key) - times(slopes, i[keys - tokens :, None] - i)
    return past, causal_product(kernel.weights(scores, causal(tokens, keys)), past.value)


def lookup(q, k, v, slopes, kernel):
    return Lookup(q, k, v, kernel, bias=lambda t, i: -times(slopes, t - i))


def times(slopes, passed):
    """What so many tokens passed take off a score: a whole matrix of them for each head."""
    return slopes[..., None, None] * passed.astype(slopes.dtype)


def published(x, state):
    """The published slopes of as many heads as the last leading axis has."""
    if x.like.dtype == object:
        raise TypeError(
            "alibi: slopes has no value, expected one for each head, because the default 2^(-8/H) "
            "is not a number of this kind"
        )
    slopes = head_slopes(x.lead[-1]) if x.lead else head_slopes(1)[0]
    return np.asarray(slopes, dtype=x.like.dtype)


alibi = CacheRule(
    attend,
    lookup,
    inputs={"slopes": slope("")},
    defaults={"slopes": published},
    options={"kernel": softmax},
    queries=("q", "slopes"),
)
