"""Gated delta rule: forget by a factor per head, then correct what a key recalls.

    S'   = alpha[t] * S[t-1]                                             forget
    S[t] = S' + beta[t] * bind(k[t], v[t] - recall(S', k[t]))            write
    o[t] = recall(S[t], q[t])                                            read, after the write

    q, k    (..., T, K)   queries and keys, used as given
    v       (..., T, V)   values
    alpha   (..., T)      factor in [0, 1]: 1 keeps, 0 forgets everything
    beta    (..., T)      write strength

    >>> q = k = np.array([[1., 0.], [1., 0.]])
    >>> half = np.array([0.5, 0.5])
    >>> gated_delta(q, k, np.array([[1.], [3.]]), half, half).out[:, 0]
    array([0.5  , 1.625])

The error reads the decayed state; `comba` reads it undecayed.
Objective: beta/2 |v - recall(S, k)|^2, one gradient step from the decayed state.
Source:    Yang et al. 2024, arXiv:2412.06464.
"""

from refmem.algebra import bind, norm2, recall
from refmem.grammar.kinds import factor, strength
from refmem.memory import StateRule, Transition


def step(S, q, k, v, alpha, beta):
    S = alpha[..., None, None] * S
    error = v - recall(S, k)
    S = S + bind(beta[..., None] * k, error)
    return S, recall(S, q)


def transition(q, k, v, alpha, beta):
    alpha = alpha[..., None]
    return Transition.correcting(q, beta[..., None] * k, v, alpha * k, decay=alpha)


def objective(S, k, v, beta):
    return beta / 2 * norm2(v - recall(S, k))


gated_delta = StateRule(
    step, transition, objective, inputs={"alpha": factor("T"), "beta": strength("T")}
)
