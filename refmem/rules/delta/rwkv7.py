"""RWKV-7: forget per channel, take out what one key recalls, and add under another.

    S[t] = w[t] * S[t-1] - bind(a[t] * kappa[t], recall(S[t-1], kappa[t])) + bind(k[t], v[t])  write
    o[t] = recall(S[t], r[t]) + (r[t] . (rho * k[t])) v[t]               read, after the write

    r       (..., T, K)   receptance: the query
    w       (..., T, K)   factor in [0, 1] of each key channel; multiplies the rows of S
    k       (..., T, K)   replacement key, used as given
    v       (..., T, V)   values
    kappa   (..., T, K)   removal key, used as given (its source: of norm 1)
    a       (..., T, K)   in-context learning rate of each key channel
    rho     (..., K)      weight of the token's own value in the read; 0 if left out

    >>> r = k = kappa = np.array([[1., 0.], [1., 0.]])
    >>> w, a = np.ones((2, 2)), np.full((2, 2), 0.5)
    >>> rwkv7(r, w, k, np.array([[1.], [3.]]), kappa, a).out[:, 0]
    array([1. , 3.5])

The removal key reads the state before it decays. The source normalises what is recalled before it
adds the bonus; for that leave rho out, normalise, and add `bonus` yourself. It is
`generalized_delta`, as `as_generalized_delta` says; there a is -kappa and b is a * kappa.
Source:    Peng et al. 2025, arXiv:2503.14456.
"""

from refmem.algebra import bind, dot, recall, zeros
from refmem.grammar.kinds import factor, key, number, query, strength, value
from refmem.memory import StateRule, Transition


def step(S, r, w, k, v, kappa, a, rho):
    S = w[..., :, None] * S - bind(a * kappa, recall(S, kappa)) + bind(k, v)
    return S, recall(S, r) + bonus(r, k, v, rho)


def bonus(r, k, v, rho):
    """What a token's own value adds to its read: (r . (rho * k)) v."""
    return dot(r, rho * k)[..., None] * v


def as_generalized_delta(r, w, k, v, kappa, a):
    """RWKV-7's names in the words of `generalized_delta`."""
    return {"q": r, "k": k, "v": v, "alpha": w, "a": -kappa, "b": a * kappa}


def transition(r, w, k, v, kappa, a, rho):
    m = as_generalized_delta(r, w, k, v, kappa, a)
    return Transition(
        read=m["q"],
        write=(m["k"], m["v"]),
        decay=m["alpha"],
        erase=(m["b"], m["a"]),
        bonus=bonus(r, k, v, rho[..., None, :]),
    )


rwkv7 = StateRule(
    step,
    transition,
    inputs={
        "r": query("T K"),
        "w": factor("T K"),
        "k": key("T K"),
        "v": value("T V"),
        "kappa": key("T K"),
        "a": strength("T K"),
        "rho": number("K"),
    },
    defaults={"rho": lambda x, state: zeros((x.K,), x.like)},
    standard=(),
    unasked={"one-key": "a unit key of one channel is 1 or -1"},
)
