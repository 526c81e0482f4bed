"""PaTH attention with its gate scaled: `scale` multiplies the gate with the inner product.

    S[t] = H[t] applied to every key of S[t-1], and the pair (k[t], v[t])           write
    o[t] = sum over i <= t of w[t, i] v[i]                                          read
    w[t] = softmax(scale * (q[t] . H[t] ... H[i+1] k[i] + sum of log_alpha[m] over i < m <= t))
    H[m] key = key - beta[m] (w[m] . key) w[m]

    q, k        (..., T, K)   queries and keys; the last query is the last key
    v           (..., T, V)   values
    w           (..., T, K)   directions, used as given; the source's have norm 1
    beta        (..., T)      how much is taken out along w: 0 nothing, 1 all, 2 reflects
    log_alpha   (..., T)      natural log of a forget gate, at most 0

    scale    multiplies q and log_alpha; 1/sqrt(K) unless given
    kernel   "softmax"; any other of refmem.functions.kernels takes the place of softmax

    >>> q = k = w = np.zeros((2, 1))
    >>> log_alpha = np.log([1., 1/9])
    >>> v = np.array([[1.], [3.]])
    >>> path_attention_scaled_gate(q, k, v, w, np.zeros(2), log_alpha, scale=0.5).out[:, 0]
    array([1. , 2.5])

The state is the cache: keys as they are now (..., P, K), values, and gates times the scale.
Source:    Yang et al. 2025, arXiv:2505.16381, as flash-linear-attention has it.
"""

from refmem.algebra import causal, causal_product, segment_sums
from refmem.functions.kernels import softmax
from refmem.grammar.kinds import key, log_factor, strength
from refmem.grammar.lookup import Lookup
from refmem.memory import CacheRule
from refmem.rules.attention._along_path import along_path


def attend(past, q, k, v, w, beta, log_alpha, kernel):
    key, scores = along_path(past.key, q, k, w, beta)
    past = past.append(k, v, log_alpha)._replace(key=key)
    scores = scores + segment_sums(past.log_alpha, q.shape[-2])
    seen = causal(q.shape[-2], key.shape[-2])
    return past, causal_product(kernel.weights(scores, seen), past.value)


def lookup(q, k, v, w, beta, log_alpha, kernel):
    return Lookup(q, k, v, kernel, log_alpha=log_alpha, path=(w, beta))


path_attention_scaled_gate = CacheRule(
    attend,
    lookup,
    inputs={"w": key("T K"), "beta": strength("T"), "log_alpha": log_factor("T")},
    options={"kernel": softmax},
    scaled=("q", "log_alpha"),
    queries=("q", "log_alpha"),
    unasked={
        "one-key": "a unit key of one channel is 1 or -1",
        "reset-at-chunk": "a token that nothing reaches has only itself to look at",
        "always-reset": "a token that nothing reaches has only itself to look at",
    },
)
