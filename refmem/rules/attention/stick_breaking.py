"""Stick-breaking attention: going back in time, every key takes its share of what is left.

    S[t] = S[t-1] and the pair (k[t], v[t])                              write
    o[t] = sum over i < t of w[t, i] v[i], + (1 - sum of w[t]) v[t] if `rest`        read
    w[t, i] = b[t, i] * product of (1 - b[t, m]) over i < m < t
    b[t, i] = sigmoid(scale * q[t] . k[i])

    q, k   (..., T, K)   queries and keys; the last query is the last key
    v      (..., T, V)   values

    scale    multiplies q . k, before the sigmoid; 1/sqrt(K) unless given
    itself   whether a token sees its own key, which then takes the first share; False
    rest     whether what is left of the stick goes to the token's own value, or to nothing; False
    kernel   "sigmoid"; any other of `functions.kernels` gives the shares b, such as polynomial(2),
             which runs on exact numbers too

    >>> q = k = np.zeros((3, 1))
    >>> stick_breaking(q, k, np.array([[8.], [4.], [0.]])).out[:, 0]
    array([0., 4., 4.])
    >>> stick_breaking(q, k, np.array([[8.], [4.], [2.]]), rest=True).out[:, 0]
    array([8. , 6. , 4.5])

The weights add up to at most 1. The first token sees nothing: it gets zeros, or its own value if
`rest`. The state is the cache: keys and values.
Source:    Tan et al. 2024, arXiv:2410.17980; `rest` as its published code is tested with.
"""

from refmem.algebra import causal, causal_product, transposed
from refmem.functions.kernels import sigmoid_kernel
from refmem.grammar.lookup import Lookup, Sight
from refmem.grammar.ranges import Option
from refmem.memory import CacheRule


def attend(past, q, k, v, kernel, itself, rest):
    past = past.append(k, v)
    seen = causal(q.shape[-2], past.key.shape[-2], strict=not itself)
    weights = kernel._replace(breaking=True).weights(q @ transposed(past.key), seen)
    out = causal_product(weights, past.value)
    return past, out + (1 - weights.sum(-1, keepdims=True)) * v if rest else out


def lookup(q, k, v, kernel, itself, rest):
    breaking = kernel._replace(breaking=True)
    return Lookup(q, k, v, breaking, sees=Sight(itself), rest=v if rest else None)


stick_breaking = CacheRule(
    attend,
    lookup,
    options={
        "kernel": Option(sigmoid_kernel, varied=("relu",)),
        "itself": False,
        "rest": Option(False, laws=True),
    },
)
