"""Comba: forget, and correct by an error that another key reads from the state before forgetting.

    S[t] = alpha[t] * S[t-1] + beta[t] * bind(k[t], v[t] - recall(S[t-1], p[t]))     write
    o[t] = recall(S[t], q[t])                                            read, after the write

    q, k    (..., T, K)   queries and keys, used as given
    v       (..., T, V)   values
    alpha   (..., T)      factor in [0, 1]: 1 keeps, 0 forgets everything
    beta    (..., T)      write strength
    p       (..., T, K)   key that reads what is there (its source: a multiple of k)

    >>> q = k = p = np.array([[1., 0.], [1., 0.]])
    >>> half = np.array([0.5, 0.5])
    >>> comba(q, k, np.array([[1.], [3.]]), half, half, p).out[:, 0]
    array([0.5, 1.5])

The error reads the undecayed state, as the source's chunked algorithm and published kernels do;
with p = alpha k it reads the decayed one and is `gated_delta`. Reading with p and writing with k is
no gradient step, so there is no objective.
Source:    Hu et al. 2025, arXiv:2506.02475.
"""

from refmem.algebra import bind, recall
from refmem.grammar.kinds import factor, near_key, strength
from refmem.memory import StateRule, Transition


def step(S, q, k, v, alpha, beta, p):
    error = v - recall(S, p)
    S = alpha[..., None, None] * S + bind(beta[..., None] * k, error)
    return S, recall(S, q)


def transition(q, k, v, alpha, beta, p):
    return Transition.correcting(q, beta[..., None] * k, v, p, decay=alpha[..., None])


comba = StateRule(
    step,
    transition,
    inputs={"alpha": factor("T"), "beta": strength("T"), "p": near_key("T K", like="k")},
)
