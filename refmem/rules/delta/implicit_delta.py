"""Implicit delta rule: a proximal step, which cannot overshoot however large the write strength.

    rate = beta[t] / (1 + beta[t] |k[t]|^2)
    S[t] = S[t-1] + rate * bind(k[t], v[t] - recall(S[t-1], k[t]))       write
    o[t] = recall(S[t], q[t])                                            read, after the write

    q, k   (..., T, K)   queries and keys, used as given
    v      (..., T, V)   values
    beta   (..., T)      write strength, at least 0: 0 keeps, infinity would replace

    >>> q = k = np.array([[1., 0.], [1., 0.]])
    >>> implicit_delta(q, k, np.array([[1.], [3.]]), np.array([1., 3.])).out[:, 0]
    array([0.5  , 2.375])

It is `delta` with `rate` for beta, and the S at which |S - S[t-1]|^2 / 2 plus the objective is
smallest.
Objective: beta/2 |v - recall(S, k)|^2, one implicit gradient step: its gradient is taken at S[t].
Source:    Liu et al. 2024, arXiv:2407.14207 (before its diagonal approximation, which is
           `longhorn`).
"""

from refmem.algebra import bind, norm2, recall
from refmem.grammar.kinds import strength
from refmem.memory import StateRule, Transition


def step(S, q, k, v, beta):
    error = v - recall(S, k)
    S = S + bind(rate(k, beta) * k, error)
    return S, recall(S, q)


def rate(k, beta):
    """The explicit write strength of the implicit step, (..., 1)."""
    beta = beta[..., None]
    return beta / (1 + beta * (k * k).sum(-1, keepdims=True))


def transition(q, k, v, beta):
    return Transition.correcting(q, rate(k, beta) * k, v, k)


def objective(S, k, v, beta):
    return beta / 2 * norm2(v - recall(S, k))


implicit_delta = StateRule(
    step,
    transition,
    objective,
    inputs={"beta": strength("T", least=0, why="it weighs an error")},
    uses=("/",),
)
