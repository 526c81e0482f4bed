"""Kernel delta rule: before a value is stored, what its key already recalls is taken out of it.

    u[t] = beta[t] (v[t] - sum over i < t of kernel(k[t] . k[i]) u[i])             write
    o[t] = sum over i <= t of kernel(q[t] . k[i]) u[i]                             read

    q, k   (..., T, K)   queries and keys; the last query is the last key; of length one for the
                         kernels of the angle
    v      (..., T, V)   values
    beta   (..., T)      write strength

    kernel   "linear", or any other of refmem.functions.kernels
    scale    multiplies q . k, before the kernel; 1 unless given

    >>> q = k = np.array([[1., 0.], [1., 0.]])
    >>> kernel_delta(q, k, np.array([[1.], [3.]]), np.array([0.5, 0.5])).out[:, 0]
    array([0.5 , 1.75])

The dual of the delta rule: where kernel(x . y) = phi(x) . phi(y) it is delta on phi(q), phi(k). It
is deltaformer with alpha = beta, w = k and kappa1 = kappa2. The state is the cache: keys, of shape
(..., P, K), and what was written, u (..., P, V).
Source:    Zhong et al. 2025, arXiv:2505.19488.
"""

from refmem.algebra import causal, causal_product, join, transposed, unit_lower_solve
from refmem.functions.kernels import linear
from refmem.grammar.kinds import strength
from refmem.grammar.lookup import Cache, Lookup
from refmem.memory import CacheRule


def attend(past, q, k, v, beta, kernel):
    seen, tokens = past.key.shape[-2], q.shape[-2]
    keys, beta = join(past.key, k), beta[..., None]
    before = causal(tokens, seen + tokens, strict=True)
    recalled = beta * kernel.weights(k @ transposed(keys), before)
    write = beta * v - recalled[..., :seen] @ past.value
    u = join(past.value, unit_lower_solve(recalled[..., seen:], write))
    weights = kernel.weights(q @ transposed(keys), causal(tokens, seen + tokens))
    return Cache(keys, u), causal_product(weights, u)


def lookup(q, k, v, beta, kernel):
    return Lookup(q, k, beta[..., None] * v, kernel, erase=(k, beta, kernel))


kernel_delta = CacheRule(
    attend, lookup, inputs={"beta": strength("T")}, options={"kernel": linear}, scale_default=None
)
