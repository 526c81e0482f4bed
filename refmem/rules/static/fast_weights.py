"""Fast weights: a recurrent network that, before it settles on its state, looks at recent ones.

    drive = h[t-1] @ w_hidden' + x[t] @ w_in'
    h[t]  = f(drive), then `steps` times h[t] = f(drive + recall(A[t-1], h[t]))     read
    A[t]  = decay * A[t-1] + rate * bind(h[t], h[t])                                write, after it

    x          (..., T, K)   inputs
    w_hidden   (..., V, V)   slow weights between states
    w_in       (..., V, K)   slow weights of inputs
    decay      (...)         what is kept of the fast weights a token, a factor
    rate       (...)         how fast they learn

    steps        looks at the fast weights a token; 1
    activation   f: "relu", or any other of refmem.functions.activations
    eps          layer normalisation inside f, without gain and bias, its eps added to the variance;
                 None leaves it out

    >>> one = np.ones((1, 1))
    >>> fast_weights(np.array([[1.], [1.]]), 0 * one, one, np.array(0.5), np.array(0.5)).out[:, 0]
    array([1. , 1.5])

The state is (memory, hidden): A (..., V, V) and h (..., V). What A recalls is attention to recent
states: the sum over s < t of rate * decay^(t-1-s) (h[s] . h) h[s].
Forms:     recurrent only: what is written is what was read, through f.
Source:    Ba et al. 2016, arXiv:1610.06258.
"""

from typing import NamedTuple

import numpy as np

from refmem.algebra import bind, recall, transposed, zeros
from refmem.functions.activations import identity, relu_activation
from refmem.functions.layer_norm import normalized
from refmem.grammar.kinds import number, rate, strength, weights
from refmem.grammar.ranges import Option
from refmem.memory import StateRule


class FastWeights(NamedTuple):
    """The fast weights (..., V, V) and the network's own state (..., V)."""

    memory: np.ndarray
    hidden: np.ndarray


def step(S, x, w_hidden, w_in, decay, rate, steps, activation, eps):
    def settled(z):
        return activation.value(z if eps is None else normalized(z, eps)[0])

    drive = recall(transposed(w_hidden), S.hidden) + recall(transposed(w_in), x)
    hidden = settled(drive)
    for _ in range(steps):
        hidden = settled(drive + recall(S.memory, hidden))
    written = rate[..., None, None] * bind(hidden, hidden)
    return FastWeights(decay[..., None, None] * S.memory + written, hidden), hidden


def empty(x):
    """Nothing learnt, and the state zero."""
    return FastWeights(zeros((*x.lead, x.V, x.V), x.like), zeros((*x.lead, x.V), x.like))


fast_weights = StateRule(
    step,
    inputs={
        "x": number("T K"),
        "w_hidden": weights("V V", laws=(-0.25, 0.25), cases=(-1 / 32, 0, 1 / 16)),
        "w_in": weights("V K", laws=(-0.25, 0.25)),
        "decay": strength("", cases=(7 / 8, 15 / 16), says="factor"),
        "rate": rate("", laws=(0, 1 / 64), cases=(1 / 256, 1 / 128)),
    },
    options={
        "steps": Option(1, least=0, laws=2),
        "activation": Option(relu_activation, laws=identity),
        "eps": Option(None, varied=(1 / 16,)),
    },
    initial=empty,
    standard=(),
    exempt={"degree": "binds its own output, so its degree triples with every token"},
    unasked={
        "one-value": "one channel settles where it is",
        "wide-values": "a wide recurrent network explodes",
        "square-no-state": "a wide recurrent network explodes",
        "wide-heads": "a wide recurrent network explodes",
        "widest-heads": "a wide recurrent network explodes",
        "uneven-rates": "a network that learns fast explodes",
    },
)
