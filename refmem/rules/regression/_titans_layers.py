"""Titans with a hidden layer: two layers W1, W2, their momenta, and where both were when the batch
began.

    h      = k[t] B1        z = act(h) B2       B1, B2 are W1, W2 at the start of the batch
    d2     = the slope in z of what is learned
    d1     = act'(h) * (B2 d2)
    C1[t]  = eta[t] * C1[t-1] - theta[t] * bind(k[t], d1)                momentum
    C2[t]  = eta[t] * C2[t-1] - theta[t] * bind(act(h), d2)
    W1[t]  = (1 - forget[t]) * W1[t-1] + C1[t]      and W2 likewise      write
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from refmem.algebra import bind, recall, transposed, zeros
from refmem.functions.activations import Activation
from refmem.grammar.inputs import Inputs
from refmem.rules.regression._batches import first_place, next_place, start_of_batch


class Learner(NamedTuple):
    """Both layers, their momenta, the layers where the batch began; the next token's place."""

    W1: np.ndarray
    W2: np.ndarray
    C1: np.ndarray
    C2: np.ndarray
    start1: np.ndarray
    start2: np.ndarray
    place: np.ndarray


def learned(
    state: Learner,
    slopes: tuple[np.ndarray, np.ndarray],
    forget: np.ndarray,
    eta: np.ndarray,
    theta: np.ndarray,
) -> Learner:
    """The last three lines above: both layers after one token, of these slopes."""
    W1, W2, C1, C2, start1, start2, place = state
    slope1, slope2 = slopes
    eta, theta, kept = (x[..., None, None] for x in (eta, theta, 1 - forget))
    C1, C2 = eta * C1 - theta * slope1, eta * C2 - theta * slope2
    W1, W2 = kept * W1 + C1, kept * W2 + C2
    start1, start2 = start_of_batch(start1, W1, place), start_of_batch(start2, W2, place)
    return Learner(W1, W2, C1, C2, start1, start2, next_place(place))


def answer(W1: np.ndarray, W2: np.ndarray, x: np.ndarray, activation: Activation) -> np.ndarray:
    """What the two layers make of x."""
    return recall(W2, activation.value(recall(W1, x)))


def slopes_of(
    W1: np.ndarray,
    W2: np.ndarray,
    k: np.ndarray,
    slope: Callable[[np.ndarray], np.ndarray],
    activation: Activation,
) -> tuple[np.ndarray, np.ndarray]:
    """The slopes in W1 and W2 of a loss whose slope in the answer z to k is slope(z)."""
    hidden = recall(W1, k)
    active = activation.value(hidden)
    d2 = slope(recall(W2, active))
    d1 = activation.slope(hidden) * recall(transposed(W2), d2)
    return bind(k, d1), bind(active, d2)


def untrained(x: Inputs) -> Learner:
    """The layers that were given, at the start of a batch."""
    C1, C2 = zeros(x.w1.shape, x.like), zeros(x.w2.shape, x.like)
    return Learner(x.w1, x.w2, C1, C2, x.w1, x.w2, first_place(x))
