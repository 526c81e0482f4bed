"""Preconditioning: a key channel is written more gently where keys were large lately.

    moment[t] = fade[t] * moment[t-1] + weight[t] * k[t]^2               of each key channel
    excess    = log(moment[t] + eps) - center
    w         = k[t] * base^(-excess / (1 + |excess|))                   the key that writes

The moment is a memory of its own, (..., 1, K), with 1 for keys and weight k^2 for values.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from refmem.algebra import absolute, exp, log, ones, zeros
from refmem.grammar.inputs import Inputs
from refmem.memory import Transition, empty_matrix


class Preconditioned(NamedTuple):
    """The second moment of each key channel (..., 1, K), and the memory (..., K, V)."""

    moment: np.ndarray
    memory: np.ndarray


def moment_and_key(
    moment: np.ndarray,
    k: np.ndarray,
    fade: np.ndarray,
    weight: np.ndarray,
    center: np.ndarray,
    base: float,
    eps: float,
) -> tuple[np.ndarray, np.ndarray]:
    """The moment after one token, and the key that it writes with."""
    moment = fade[..., None, None] * moment + (weight[..., None] * k * k)[..., None, :]
    return moment, k * gentleness(moment[..., 0, :], center[..., None], base, eps)


def moments(k: np.ndarray, fade: np.ndarray, weight: np.ndarray, **others: Any) -> Transition:
    """The same for all tokens: the first memory of a relay."""
    one = ones((*fade.shape, 1), fade)
    return Transition(read=one, write=(one, weight[..., None] * k * k), decay=fade[..., None])


def gentleness(moment: np.ndarray, center: np.ndarray, base: float, eps: float) -> np.ndarray:
    """A factor between 1/base and base for each key channel: smaller for a larger moment.

    >>> gentleness(np.array([1., np.e, np.e**-3]), np.array(0.), base=4., eps=0.)
    array([1.        , 0.5       , 2.82842712])
    """
    excess = log(moment + eps) - center
    return exp(-log(ones((1,), moment) * base) * excess / (1 + absolute(excess)))


def default_center(x: Inputs, state: Any) -> np.ndarray:
    """The published log of the moment at which keys are left as they are."""
    return np.asarray(ones((), x.like) * -0.2)


def nothing_seen(x: Inputs) -> Preconditioned:
    """Zeros."""
    return Preconditioned(zeros((*x.lead, 1, x.K), x.like), empty_matrix(x))
