"""Memories behind a layer norm, which learn to undo a corruption: to give v for k.

    error = layer_norm(z) - (v - k)                 z is what the memory makes of k

What they give is k + layer_norm(z), so the error is that of v.
"""

from __future__ import annotations

import numpy as np

from refmem.functions.layer_norm import layer_norm, layer_norm_pullback


def error(
    z: np.ndarray, k: np.ndarray, v: np.ndarray, weight: np.ndarray, bias: np.ndarray, eps: float
) -> np.ndarray:
    """How far from v a memory's answer is."""
    return layer_norm(z, weight, bias, eps) - (v - k)


def slope(
    z: np.ndarray, k: np.ndarray, v: np.ndarray, weight: np.ndarray, bias: np.ndarray, eps: float
) -> np.ndarray:
    """The slope in z of |error|^2 / 2."""
    return layer_norm_pullback(error(z, k, v, weight, bias, eps), z, weight, eps)
