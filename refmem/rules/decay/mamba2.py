"""Mamba-2: scalar decay under other names, its factor a discretised exp(dt A), plus a skip.

    S[t] = exp(dt[t] A) * S[t-1] + bind(B[t], dt[t] x[t])      write
    y[t] = recall(S[t], C[t]) + D x[t]                         read, after the write

    x    (..., T, V)   what is stored
    dt   (..., T)      length of the step, at least 0 (after the source's bias and softplus)
    A    (...)         rate of each head, at most 0 (the source's -exp(A_log))
    B    (..., T, K)   keys
    C    (..., T, K)   queries
    D    (...)         how much of x goes around the memory; none if left out

    >>> B = C = np.array([[1., 0.], [1., 0.]])
    >>> x, dt = np.array([[1.], [3.]]), np.array([1., 0.5])
    >>> mamba2(x, dt, np.log(0.25), B, C, 2.).out[:, 0]
    array([3., 8.])

It is `scalar_decay` with q = C, k = B, v = dt x and alpha = exp(dt A): `as_scalar_decay`. B and C
that heads share (the source's groups) broadcast, or refmem.repeat_heads repeats them. The source
stores states as (V, K).
Objective: -<recall(S, B), dt x> + (1 - exp(dt A))/2 |S|^2, one gradient step from S[t-1].
Source:    Dao and Gu 2024, arXiv:2405.21060.
"""

from refmem.algebra import bind, dot, exp, recall
from refmem.grammar.kinds import decay_rate, key, number, query, step_size, value
from refmem.memory import StateRule, Transition


def as_scalar_decay(x, dt, A, B, C):
    """The q, k, v of `scalar_decay`, and its alpha with an axis of one key channel."""
    dt = dt[..., None]
    return C, B, dt * x, exp(dt * A[..., None])


def step(S, x, dt, A, B, C, D=None):
    q, k, v, alpha = as_scalar_decay(x, dt, A, B, C)
    S = alpha[..., None] * S + bind(k, v)
    y = recall(S, q)
    return S, y if D is None else y + D[..., None] * x


def transition(x, dt, A, B, C, D=None):
    q, k, v, alpha = as_scalar_decay(x, dt, A[..., None], B, C)
    skip = None if D is None else D[..., None, None] * x
    return Transition(read=q, write=(k, v), decay=alpha, bonus=skip)


def objective(S, x, dt, A, B):
    decay = (1 - exp(dt * A)) / 2 * (S * S).sum((-2, -1))
    return decay - dot(recall(S, B), dt[..., None] * x)


mamba2 = StateRule(
    step,
    transition,
    objective,
    inputs={
        "x": value("T V"),
        "dt": step_size("T"),
        "A": decay_rate(""),
        "B": key("T K"),
        "C": query("T K"),
        "D": number(""),
    },
    defaults={"D": None},
    standard=(),
    uses=("exp",),
)
