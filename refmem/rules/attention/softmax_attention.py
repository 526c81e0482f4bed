"""Softmax attention: keep every pair, answer with the values whose keys are most like the query.

    S[t] = S[t-1] and the pair (k[t], v[t])                              write
    o[t] = sum over i <= t of w[t, i] v[i],  w[t] = softmax(scale * q[t] . k[i])      read

    q, k   (..., T, K)   queries and keys; the last query is the last key
    v      (..., T, V)   values

    scale    1/sqrt(K) unless given
    kernel   "softmax"; any other of refmem.kernels makes it the attention of that kernel, such as
             polynomial(2), which runs on exact numbers too

    >>> q = k = np.array([[1., 0.], [1., 0.]])
    >>> softmax_attention(q, k, np.array([[1.], [3.]])).out[:, 0]
    array([1., 2.])

The state is the cache: keys (..., P, K) and values (..., P, V).
Source:    Vaswani et al. 2017, arXiv:1706.03762.
"""

from refmem.algebra import causal, transposed
from refmem.kernels import softmax
from refmem.memory import CacheRule, Lookup


def attend(past, q, k, v, kernel):
    past = past.append(k, v)
    seen = causal(q.shape[-2], past.key.shape[-2])
    return past, kernel.weights(q @ transposed(past.key), seen) @ past.value


def lookup(q, k, v, kernel):
    return Lookup(query=q, key=k, value=v, kernel=kernel)


softmax_attention = CacheRule(attend, lookup, options={"kernel": softmax})
