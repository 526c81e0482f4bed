"""Dense associative memory: a Hopfield network whose energy falls steeply around a pattern.

    energy(x) = -sum over m of F(patterns[m] . x),  F(z) = z^power
    x[i] = 1 or -1, whichever has the lower energy, as it is if both have the same     read, a step

    x          (..., T, V)   where each token's network starts, of 1 and -1
    patterns   (..., M, V)   what is stored, of 1 and -1

    power       a whole number; 2 is hopfield_classical, more holds more: of the order of
                V^(power - 1) patterns. 3
    rectified   F(z) = max(z, 0)^power, which does not store the opposite of a pattern too. False
    steps       how many times every neuron is set, one after another; 1

    >>> patterns = np.array([[1., 1., 1., -1.]])
    >>> hopfield_dense(np.array([[1., 1., -1., -1.]]), patterns).out
    array([[ 1.,  1.,  1., -1.]])

The energy never rises, for every neuron takes the side where it is lower. The state is None.
Source:    Krotov and Hopfield 2016, arXiv:1606.01164.
"""

import numpy as np

from refmem.algebra import relu, transposed
from refmem.algebra.selection import sign
from refmem.grammar.kinds import number
from refmem.grammar.ranges import Option
from refmem.memory import StaticRule


def read(x, patterns, power, rectified, steps):
    neurons = np.arange(x.shape[-1])
    for _ in range(steps):
        for i in neurons:
            own = patterns[..., None, :, i]
            others = x @ transposed(patterns) - x[..., i, None] * own
            up, down = (total(others + side * own, power, rectified)[..., None] for side in (1, -1))
            x = np.where(neurons == i, sign(up - down, x), x)
    return x


def energy(x, patterns, power=3, rectified=False):
    return -total(x @ transposed(patterns), power, rectified)


def total(overlaps, power, rectified):
    """The sum of F over all patterns."""
    return ((relu(overlaps) if rectified else overlaps) ** power).sum(-1)


hopfield_dense = StaticRule(
    read,
    energy,
    inputs={"x": number("T V"), "patterns": number("M V")},
    options={"power": 3, "rectified": False, "steps": Option(1, least=0)},
    uses=("order",),
    exempt={"symbols": "takes the sign of what pulls at a neuron"},
    unasked={"one-value": "one neuron has no other to be pulled by"},
)
