"""Layer normalisation, and the pullback of a gradient through it, for inner objectives.

    centred = z - mean(z)        width = sqrt(mean(centred^2) + eps)
    layer_norm(z) = weight * centred / width + bias

With h = centred / width and g = weight * slope, where slope is of a loss in layer_norm(z), that of
the loss in z is

    (g - mean(g) - h mean(g * h)) / width
"""

from __future__ import annotations

import numpy as np

from refmem.algebra import sqrt


def normalized(z: np.ndarray, eps: float) -> tuple[np.ndarray, np.ndarray]:
    """Rows (..., V) with mean 0 and, up to eps, variance 1; and their widths (..., 1) before."""
    centred = z - mean(z)
    width = sqrt(mean(centred * centred) + eps)
    return centred / width, width


def mean(z: np.ndarray) -> np.ndarray:
    """The mean of each row, (..., 1)."""
    return z.sum(-1, keepdims=True) / z.shape[-1]


def layer_norm(z: np.ndarray, weight: np.ndarray, bias: np.ndarray, eps: float) -> np.ndarray:
    """Normalised rows (..., V), scaled and shifted.

    >>> layer_norm(np.array([1., 3.]), np.array([1., 2.]), np.array([0., 5.]), eps=0.)
    array([-1.,  7.])
    """
    return weight * normalized(z, eps)[0] + bias


def layer_norm_pullback(
    slope: np.ndarray, z: np.ndarray, weight: np.ndarray, eps: float
) -> np.ndarray:
    """The slope of a loss in z, from its slope in layer_norm(z)."""
    h, width = normalized(z, eps)
    g = weight * slope
    return (g - mean(g) - h * mean(g * h)) / width
