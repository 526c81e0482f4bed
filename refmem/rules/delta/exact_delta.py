"""Exact delta rule: follow the gradient of the error for a time beta, without a step's error.

    rate = (1 - exp(-beta[t] |k[t]|^2)) / |k[t]|^2                       beta[t] where k[t] = 0
    S[t] = S[t-1] + rate * bind(k[t], v[t] - recall(S[t-1], k[t]))       write
    o[t] = recall(S[t], q[t])                                            read, after the write

    q, k   (..., T, K)   queries and keys, used as given
    v      (..., T, V)   values
    beta   (..., T)      write strength, at least 0: 0 keeps, infinity would replace

    >>> q = k = np.array([[1., 0.], [1., 0.]])
    >>> exact_delta(q, k, np.array([[1.], [3.]]), np.log([2., 4.])).out[:, 0]
    array([0.5  , 2.375])

It is `delta` with `rate` for beta: the solution at time beta of dS/ds = bind(k, v - recall(S, k))
from S[t-1]. `delta` is one explicit step of this equation, `implicit_delta` one implicit step; both
err by half of beta^2 |k|^2 of the error, one beyond the solution and one short of it. The rate is
beta times the mean of exp(-s) over s from 0 to beta |k|^2, and computed so.
Objective: rate/2 |v - recall(S, k)|^2, one gradient step from S[t-1].
Source:    Lei et al. 2025 (EFLA), arXiv:2512.12602.
Proof:     derivations/updates/flow.py
"""

from refmem.algebra import bind, mean_exp, norm2, recall
from refmem.grammar.kinds import strength
from refmem.memory import StateRule, Transition


def step(S, q, k, v, beta):
    error = v - recall(S, k)
    S = S + bind(rate(k, beta) * k, error)
    return S, recall(S, q)


def rate(k, beta):
    """The strength of the explicit step that arrives where the flow does, (..., 1)."""
    beta = beta[..., None]
    return beta * mean_exp(-beta * (k * k).sum(-1, keepdims=True))


def transition(q, k, v, beta):
    return Transition.correcting(q, rate(k, beta) * k, v, k)


def objective(S, k, v, beta):
    return rate(k, beta)[..., 0] / 2 * norm2(v - recall(S, k))


exact_delta = StateRule(
    step,
    transition,
    objective,
    inputs={"beta": strength("T", least=0, why="it is a time")},
    uses=("exp",),
)
