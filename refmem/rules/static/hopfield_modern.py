"""Modern Hopfield network: a continuous memory that a step of softmax attention retrieves from.

    x = softmax(inverse_temperature * x . patterns) @ patterns                       read, a step
    energy(x) = x . x / 2 - log(sum over m of exp(inverse_temperature * x . patterns[m]))
                            / inverse_temperature

    x                     (..., T, V)   where each token starts: its query
    patterns              (..., M, V)   what is stored: keys and values at once
    inverse_temperature   (...)         of each head, above 0: how much the nearest pattern wins;
                                        1 if left out

    steps   how many times; 1, which is softmax attention over the patterns

    >>> hopfield_modern(np.array([[1., 0.]]), np.eye(2), np.log(3.)).out
    array([[0.75, 0.25]])

The energy never rises. It is up to a constant that of the source, which adds
log(M) / inverse_temperature and half the greatest squared length of a pattern. The state is None.
Source:    Ramsauer et al. 2020, arXiv:2008.02217.
"""

import numpy as np

from refmem.algebra import exp_where, log, norm2, ones, shift_of, softmax, transposed
from refmem.grammar.kinds import number, query, sharpness
from refmem.grammar.ranges import Option
from refmem.memory import StaticRule


def read(x, patterns, inverse_temperature, steps):
    for _ in range(steps):
        scores = inverse_temperature[..., None, None] * (x @ transposed(patterns))
        x = softmax(scores, np.ones(scores.shape[-1:], dtype=bool)) @ patterns
    return x


def energy(x, patterns, inverse_temperature):
    scores = inverse_temperature[..., None, None] * (x @ transposed(patterns))
    everywhere = np.ones(scores.shape[-1:], dtype=bool)
    shift = shift_of(scores, everywhere)
    total = exp_where(everywhere, scores - shift).sum(-1)
    return norm2(x) / 2 - (log(total) + shift[..., 0]) / inverse_temperature[..., None]


hopfield_modern = StaticRule(
    read,
    energy,
    inputs={
        "x": query("T V"),
        "patterns": number("M V"),
        "inverse_temperature": sharpness(""),
    },
    defaults={"inverse_temperature": lambda x, state: ones((), x.like)},
    options={"steps": Option(1, least=0)},
    uses=("exp",),
)
