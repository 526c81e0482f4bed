"""Kernel attention: keep every pair, answer with all values, each by how its key answers the query.

    S[t] = S[t-1] and the pair (k[t], v[t])                              write
    o[t] = sum over i <= t of kernel(q[t] . k[i]) v[i]                   read

    q, k   (..., T, K)   queries and keys; the last query is the last key; of length one for the
                         kernels of the angle
    v      (..., T, V)   values

    kernel      "linear", or any other of refmem.functions.kernels
    normalize   divide by the sum of the kernel over i; where that is zero, so is the output
    scale       multiplies q . k, before the kernel; 1 unless given

    >>> q = k = np.array([[1., 0.], [1., 0.]])
    >>> kernel_attention(q, k, np.array([[1.], [3.]]), kernel="linear").out[:, 0]
    array([1., 4.])

The dual of a Hebbian memory: where kernel(x . y) = phi(x) . phi(y) it is linear_attention on
phi(q), phi(k). The state is the cache: keys and values.
Source:    Zhong et al. 2025, arXiv:2505.19488.
"""

from refmem.algebra import causal, causal_product, transposed
from refmem.functions.kernels import linear
from refmem.grammar.lookup import Lookup
from refmem.grammar.ranges import Option
from refmem.memory import CacheRule


def attend(past, q, k, v, kernel, normalize):
    past = past.append(k, v)
    seen = causal(q.shape[-2], past.key.shape[-2])
    weights = normalized(kernel, normalize).weights(q @ transposed(past.key), seen)
    return past, causal_product(weights, past.value)


def lookup(q, k, v, kernel, normalize):
    return Lookup(q, k, v, normalized(kernel, normalize))


def normalized(kernel, normalize):
    """The kernel, whose weights may have to add up to one."""
    return kernel._replace(normalised=normalize or kernel.normalised)


kernel_attention = CacheRule(
    attend,
    lookup,
    options={
        "kernel": linear,
        "normalize": Option(False, varied=({"kernel": "exp", "normalize": True},)),
    },
    scale_default=None,
)
