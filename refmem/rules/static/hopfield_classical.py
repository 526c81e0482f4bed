"""Hopfield network: neurons of 1 and -1, coupled so that they come to rest at stored patterns.

    W    = patterns' patterns with a zero diagonal
    x[i] = sign(W[i] . x), as it is where that is zero                   read, a step
    energy(x) = -x . W x / 2

    x          (..., T, V)   where each token's network starts, of 1 and -1
    patterns   (..., M, V)   what is stored, of 1 and -1

    steps         how many times every neuron is set; 1
    synchronous   all neurons at once, from the same x; else one after another, each seeing those
                  before it. False

    >>> patterns = np.array([[1., 1., 1., -1.]])
    >>> hopfield_classical(np.array([[1., 1., -1., -1.]]), patterns).out
    array([[ 1.,  1.,  1., -1.]])

One neuron after another, the energy never rises: setting x[i] changes it by -(new - old) W[i] . x.
All at once it may, and the network may go to and fro between two states. The state is None.
Source:    Hopfield 1982, Proceedings of the National Academy of Sciences 79, 2554.
"""

import numpy as np

from refmem.algebra import dot, transposed, zeros
from refmem.algebra.selection import sign
from refmem.grammar.kinds import number
from refmem.grammar.ranges import Option
from refmem.memory import StaticRule


def read(x, patterns, steps, synchronous):
    W = couplings(patterns)
    neurons = np.arange(x.shape[-1])
    for _ in range(steps):
        if synchronous:
            x = sign(x @ W, x)
        else:
            for i in neurons:
                x = np.where(neurons == i, sign(x @ W, x), x)
    return x


def energy(x, patterns):
    return -dot(x @ couplings(patterns), x) / 2


def couplings(patterns):
    """How much neuron j pulls neuron i towards itself, (..., V, V); nothing pulls itself."""
    itself = np.eye(patterns.shape[-1], dtype=bool)
    return np.where(itself, zeros((1,), patterns), transposed(patterns) @ patterns)


hopfield_classical = StaticRule(
    read,
    energy,
    inputs={"x": number("T V", cases="signs"), "patterns": number("M V", cases="signs")},
    options={"steps": Option(1, least=0), "synchronous": False},
    uses=("order",),
    exempt={"symbols": "takes the sign of what pulls at a neuron"},
    unasked={
        "one-value": "one neuron has no other to be pulled by",
        "fine-numbers": "its numbers are signs",
    },
)
