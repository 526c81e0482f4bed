"""Rotary positions: turn pairs of channels by an angle that grows with the position.

q[i] . k[j] then depends on positions through i - j alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.algebra import cos, sin
from refmem.grammar.binding import as_array

PAIRINGS = ("halves", "neighbours")
"""Which channels turn together: c and c + K/2, or 2 c and 2 c + 1."""


def rotary_angles(positions: Any, K: int, base: float = 10000.0) -> np.ndarray:
    """The angle of each pair of channels at each position, (..., T) -> (..., T, K / 2):

        positions[t] * base^(-2 c/K)        for pair c = 0 .. K/2 - 1

    Positions are whole numbers, the next token's one greater: a state does not carry them.

    >>> rotary_angles([0, 3], 4, base=100.)
    array([[0. , 0. ],
           [3. , 0.3]])

    Source: Su et al. 2021, arXiv:2104.09864.
    """
    if K % 2:
        raise ValueError(
            f"rotary_angles: K has value {K}, expected an even number, because channels turn in "
            "pairs"
        )
    return np.asarray(positions)[..., None] * base ** (-np.arange(0, K, 2) / max(K, 1))


def rotary(x: Any, angles: Any, pairing: str = "halves") -> np.ndarray:
    """Each pair of channels (a, b) of `x` (..., T, K) turned by its angle:

        a' = a cos - b sin        b' = a sin + b cos

    angles    (..., T, P)   of P pairs; they turn the first 2 P channels, others stay
    pairing   "halves" pairs channel c with c + P (GPT-NeoX, Llama in transformers), "neighbours"
              channel 2 c with 2 c + 1 (the source, GPT-J, Llama's own weights)

    Cosines and sines are taken in the angles' precision and then rounded to that of `x`.

    >>> quarter = np.array([[np.pi / 2]])
    >>> rotary(np.array([[1., 0., 7.]]), quarter).round(12)
    array([[0., 1., 7.]])

    Raises ValueError for an unknown pairing and for angles of more pairs than there are.
    """
    x, system = as_array("rotary", "x", x)
    angles, _ = as_array("rotary", "angles", angles)
    if pairing not in PAIRINGS:
        raise ValueError(
            f"rotary: pairing has value {pairing!r}, expected {' or '.join(PAIRINGS)}, because "
            "both are in use"
        )
    P = angles.shape[-1] if angles.ndim else 0
    if x.shape[-1] < 2 * P or angles.ndim < 2 or angles.shape[-2:-1] != x.shape[-2:-1]:
        raise ValueError(
            f"rotary: angles has shape {angles.shape}, expected (..., T, P) with T = "
            f"{x.shape[-2]} and P at most {x.shape[-1] // 2}, because each turns two channels of x"
        )
    cosine, sine = cos(angles), sin(angles)
    if system.floating:
        cosine, sine = cosine.astype(x.dtype), sine.astype(x.dtype)
    turning, others = x[..., : 2 * P], x[..., 2 * P :]
    if pairing == "halves":
        a, b = turning[..., :P], turning[..., P:]
    else:
        a, b = turning[..., 0::2], turning[..., 1::2]
    turned = (a * cosine - b * sine, a * sine + b * cosine)
    if pairing == "halves":
        rotated = np.concatenate(turned, axis=-1)
    else:
        rotated = np.stack(turned, axis=-1).reshape(*turned[0].shape[:-1], 2 * P)
    return np.concatenate(
        [rotated, np.broadcast_to(others, rotated.shape[:-1] + others.shape[-1:])], axis=-1
    )
