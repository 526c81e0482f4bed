"""DeltaFormer: attention over values that were first cleared of what the memory already says.

    u[t] = alpha[t] v[t] - beta[t] * sum over i < t of kappa1(w[t], k[i]) u[i]        write
    o[t] = sum over i <= t of kappa2(q[t], k[i]) u[i]                                 read

    q, k    (..., T, K)   queries and keys; the last query is the last key
    v       (..., T, V)   values
    alpha   (..., T)      how much of the value is put in, any number; 1 if left out
    beta    (..., T)      how much of what w recalls is taken out; 1 if left out
    w       (..., T, K)   key that reads what is there; k if left out

    kappa1, kappa2   kernels "softmax" (the default), "linear", "relu", "exp", "round", or any of
                     `functions.kernels`; kappa1 never sees its own token: a softmax over
                     nothing is zero
    scale            multiplies q . k and w . k; 1/sqrt(K) unless given

    >>> q = k = np.array([[1., 0.], [1., 0.]])
    >>> deltaformer(q, k, np.array([[1.], [3.]]), beta=np.array([0.5, 0.5])).out[:, 0]
    array([1.  , 1.75])

The state is the cache: keys (..., P, K) and what was written, u (..., P, V).
Source:    Zhong et al. 2025, arXiv:2505.19488.
"""

from refmem.algebra import causal, causal_product, join, ones, transposed, unit_lower_solve
from refmem.functions.kernels import softmax
from refmem.grammar.kinds import amount, key, strength
from refmem.grammar.lookup import Cache, Lookup
from refmem.memory import CacheRule


def attend(past, q, k, v, alpha, beta, w, kappa1, kappa2):
    seen, tokens = past.key.shape[-2], q.shape[-2]
    keys = join(past.key, k)
    before = causal(tokens, seen + tokens, strict=True)
    erase = beta[..., None] * kappa1.weights(w @ transposed(keys), before)
    write = alpha[..., None] * v - erase[..., :seen] @ past.value
    u = join(past.value, unit_lower_solve(erase[..., seen:], write))
    read = kappa2.weights(q @ transposed(keys), causal(tokens, seen + tokens))
    return Cache(keys, u), causal_product(read, u)


def lookup(q, k, v, alpha, beta, w, kappa1, kappa2):
    write = alpha[..., None] * v
    return Lookup(query=q, key=k, value=write, kernel=kappa2, erase=(w, beta, kappa1))


def every_token(x, state):
    """1 for every token."""
    return ones((x.T,), x.like)


deltaformer = CacheRule(
    attend,
    lookup,
    inputs={"alpha": amount("T"), "beta": strength("T"), "w": key("T K")},
    defaults={"alpha": every_token, "beta": every_token, "w": lambda x, state: x.k},
    options={"kappa1": softmax, "kappa2": softmax},
    scaled=("q", "w"),
    unasked={
        "reset-at-chunk": "a token that nothing reaches has only itself to look at",
        "always-reset": "a token that nothing reaches has only itself to look at",
    },
)
