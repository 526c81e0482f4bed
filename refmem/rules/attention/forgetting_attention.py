"""Forgetting attention (FoX): softmax attention whose scores fade with the gates passed since.

    S[t] = S[t-1] and (k[t], v[t], log_alpha[t])                         write
    o[t] = sum over i <= t of w[t, i] v[i]                               read
    w[t] = softmax(scale * q[t] . k[i] + sum of log_alpha[m] over i < m <= t)

    q, k        (..., T, K)   queries and keys; the last query is the last key
    v           (..., T, V)   values
    log_alpha   (..., T)      natural log of the forget gate, at most 0; -inf forgets

    scale    multiplies q . k, not the gate; 1/sqrt(K) unless given
    kernel   "softmax"; any other of refmem.functions.kernels takes the place of softmax

    >>> q = k = np.zeros((2, 1))
    >>> forgetting_attention(q, k, np.array([[1.], [3.]]), np.log([1., 1/3])).out[:, 0]
    array([1. , 2.5])

The state is the cache: keys, values and gates.
Source:    Lin et al. 2025, arXiv:2503.02130.
"""

from refmem.algebra import causal, causal_product, segment_sums, transposed
from refmem.functions.kernels import softmax
from refmem.grammar.kinds import log_factor
from refmem.grammar.lookup import Lookup
from refmem.memory import CacheRule


def attend(past, q, k, v, log_alpha, kernel):
    past = past.append(k, v, log_alpha)
    tokens = q.shape[-2]
    scores = q @ transposed(past.key) + segment_sums(past.log_alpha, tokens)
    seen = causal(tokens, past.key.shape[-2])
    return past, causal_product(kernel.weights(scores, seen), past.value)


def lookup(q, k, v, log_alpha, kernel):
    return Lookup(query=q, key=k, value=v, kernel=kernel, log_alpha=log_alpha)


forgetting_attention = CacheRule(
    attend,
    lookup,
    inputs={"log_alpha": log_factor("T")},
    options={"kernel": softmax},
    queries=("q", "log_alpha"),
    unasked={
        "reset-at-chunk": "a token that nothing reaches has only itself to look at",
        "always-reset": "a token that nothing reaches has only itself to look at",
    },
)
