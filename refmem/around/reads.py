"""What models do with a read before it leaves the layer: a gate, or a norm and a gate.

    gated_read   o = act(gate) * read                          gated attention
    gated_norm   o = weight * rms(read) * act(gate)            Gated DeltaNet, KDA
                 o = weight * rms(read * act(gate))            Mamba-2: norm_first=False

with rms(x) = x / sqrt(mean(x^2) + eps) over the channels of a head. Both work on every kind of
number, and on traced ones.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.algebra import sqrt
from refmem.functions.activations import Activation, find_activation
from refmem.functions.layer_norm import mean
from refmem.grammar.binding import as_arrays


def gated_read(read: Any, gate: Any, activation: str | Activation = "sigmoid") -> np.ndarray:
    """What was read (..., T, V) times the activation of a gate: (..., T, V), or (..., T, 1) for one
    number per head.

    Source: Qiu et al. 2025, arXiv:2505.06708 (after attention, with a sigmoid).

    >>> gated_read(np.array([[2., 4.]]), np.array([[0., 800.]]))
    array([[1., 4.]])

    Raises ValueError for an unknown activation, TypeError for whole numbers and numbers of two
    kinds.
    """
    given = as_arrays("gated_read", {"read": read, "gate": gate})
    return given["read"] * find_activation(activation).value(given["gate"])


def gated_norm(
    read: Any,
    gate: Any,
    weight: Any,
    eps: float = 1e-6,
    activation: str | Activation = "silu",
    norm_first: bool = True,
) -> np.ndarray:
    """What was read (..., T, V) brought to a mean square of one, and gated after that or before.

    weight       (..., V)   of each channel; broadcasts against read
    norm_first   True gates what was normalised; False normalises what was gated, so that the size
                 of the gate counts for nothing

    Source: Dao and Gu 2024 (Mamba-2), arXiv:2405.21060, and its code's norm_before_gate; Yang et
    al. 2024 (Gated DeltaNet), arXiv:2412.06464.

    >>> read, gate, one = np.array([[6., 8.]]), np.array([[0., 800.]]), np.ones(2)
    >>> gated_norm(read, gate, one, eps=0, activation="sigmoid") * np.sqrt(50)
    array([[3., 8.]])
    >>> (gated_norm(read, gate, one, 0, "sigmoid", norm_first=False) * np.sqrt(73)).round(9)
    array([[ 4.24264069, 11.3137085 ]])

    Raises ValueError for an unknown activation and a negative eps, TypeError for whole numbers and
    numbers of two kinds.
    """
    if eps < 0:
        raise ValueError(
            f"gated_norm: eps has value {eps!r}, expected at least 0, because it keeps a length "
            "away from zero"
        )
    given = as_arrays("gated_norm", {"read": read, "gate": gate, "weight": weight})
    x, gated, weight = (
        given["read"],
        find_activation(activation).value(given["gate"]),
        given["weight"],
    )
    if norm_first:
        return weight * _rms(x, eps) * gated
    return weight * _rms(x * gated, eps)


def _rms(x: np.ndarray, eps: float) -> np.ndarray:
    small = eps if x.dtype == object else x.dtype.type(eps)
    return x / sqrt(mean(x * x) + small)
