"""Mamba-1 (selective scan): every entry of the memory forgets by a factor of its own, then add.

    S[t] = exp(A' * dt[t]) * S[t-1] + bind(B[t], dt[t] * x[t])       write; entry (n, c) of the
                                                                     factor is exp(dt[t, c] A[c, n])
    y[t] = recall(S[t], C[t]) + D * x[t]                             read, after the write

    x    (..., T, V)   what is stored, channel by channel
    dt   (..., T, V)   length of the step of each channel, at least 0 (after bias and softplus)
    A    (..., V, K)   rates, at most 0 (the source's -exp(A_log)), in the source's layout
    B    (..., T, K)   keys
    C    (..., T, K)   queries
    D    (..., V)      how much of x goes around the memory; none if left out

    >>> B = C = np.array([[1., 1.], [1., 1.]])
    >>> x, dt = np.array([[1.], [3.]]), np.array([[1.], [0.5]])
    >>> mamba1(x, dt, np.log([[0.25, 1.]]), B, C).out[:, 0]
    array([2. , 4.5])

A column of S is one channel's state, the source's h[c]; all channels share B and C. The write is
discretised by Euler's rule, dt B, and the decay exactly, as the published code does.
Objective: -<recall(S, B), dt x> + sum over entries of (1 - exp(A' dt))/2 S^2, one gradient step
           from S[t-1].
Source:    Gu and Dao 2023, arXiv:2312.00752.
"""

from refmem.algebra import bind, dot, exp, recall, transposed
from refmem.grammar.kinds import decay_rate, key, number, query, step_size, value
from refmem.memory import StateRule, Transition


def factors(dt, A):
    """What each entry of the memory is multiplied by: (..., K, V)."""
    return exp(transposed(A) * dt[..., None, :])


def step(S, x, dt, A, B, C, D=None):
    S = factors(dt, A) * S + bind(B, dt * x)
    y = recall(S, C)
    return S, y if D is None else y + D * x


def transition(x, dt, A, B, C, D=None):
    skip = None if D is None else D[..., None, :] * x
    decay = factors(dt, A[..., None, :, :])
    return Transition(read=C, write=(B, dt * x), decay=decay, bonus=skip, columns=True)


def objective(S, x, dt, A, B):
    decay = ((1 - factors(dt, A)) / 2 * S * S).sum((-2, -1))
    return decay - dot(recall(S, B), dt * x)


mamba1 = StateRule(
    step,
    transition,
    objective,
    inputs={
        "x": value("T V"),
        "dt": step_size("T V"),
        "A": decay_rate("V K"),
        "B": key("T K"),
        "C": query("T K"),
        "D": number("V"),
    },
    defaults={"D": None},
    standard=(),
    uses=("exp",),
)
