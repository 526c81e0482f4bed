"""Delta rule: move what a key recalls towards its value, by a fraction beta.

    S[t] = S[t-1] + beta[t] * bind(k[t], v[t] - recall(S[t-1], k[t]))     write
    o[t] = recall(S[t], q[t])                                            read, after the write

    q, k   (..., T, K)   queries and keys, used as given
    v      (..., T, V)   values
    beta   (..., T)      write strength: 0 keeps, 1 replaces (when k[t] has norm 1), 2 reflects

    >>> q = k = np.array([[1., 0.], [1., 0.]])
    >>> delta(q, k, np.array([[1.], [3.]]), np.array([0.5, 0.5])).out[:, 0]
    array([0.5 , 1.75])

Objective: beta/2 |v - recall(S, k)|^2, one gradient step from S[t-1].
Source:    Schlag et al. 2021, arXiv:2102.11174; Yang et al. 2024, arXiv:2406.06484.
Proof:     derivations/forms/delta_parallel.py, derivations/updates/as_descent.py
"""

from refmem.algebra import bind, norm2, recall
from refmem.grammar.kinds import strength
from refmem.memory import StateRule, Transition


def step(S, q, k, v, beta):
    error = v - recall(S, k)
    S = S + bind(beta[..., None] * k, error)
    return S, recall(S, q)


def transition(q, k, v, beta):
    return Transition.correcting(q, beta[..., None] * k, v, k)


def objective(S, k, v, beta):
    return beta / 2 * norm2(v - recall(S, k))


delta = StateRule(step, transition, objective, inputs={"beta": strength("T")})
