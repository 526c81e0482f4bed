"""Longhorn: the implicit delta rule with its erasing key made diagonal, so that channels decouple.

    rate = beta[t] / (1 + beta[t] |k[t]|^2)                              of each value channel
    S[t] = S[t-1] * (1 - bind(k[t]^2, rate)) + bind(k[t], rate * v[t])   write
    o[t] = recall(S[t], q[t])                                            read, after the write

    q, k   (..., T, K)   queries and keys, used as given
    v      (..., T, V)   values
    beta   (..., T, V)   write strength of each value channel, at least 0

    >>> q = k = np.array([[1., 1.], [1., 1.]])
    >>> longhorn(q, k, np.array([[1.], [3.]]), np.array([[0.5], [0.5]])).out[:, 0]
    array([0.5  , 1.875])

Erasing takes k^2 where the implicit step takes k k', so with one key channel it is
`implicit_delta`. No objective: the approximation is made after the step.
Source:    Liu et al. 2024, arXiv:2407.14207.
"""

from refmem.algebra import bind, recall
from refmem.grammar.kinds import strength
from refmem.memory import StateRule, Transition


def step(S, q, k, v, beta):
    strength = rate(k, beta)
    S = S * (1 - bind(k * k, strength)) + bind(k, strength * v)
    return S, recall(S, q)


def rate(k, beta):
    """The explicit write strength of the implicit step, of each value channel."""
    return beta / (1 + beta * (k * k).sum(-1, keepdims=True))


def transition(q, k, v, beta):
    strength = rate(k, beta)
    return Transition(
        read=q, write=(k, strength * v), decay=1 - bind(k * k, strength), columns=True
    )


longhorn = StateRule(
    step,
    transition,
    inputs={"beta": strength("T V", least=0, why="it weighs an error")},
    uses=("/",),
    exempt={"rotation": "erases each key channel by itself"},
)
