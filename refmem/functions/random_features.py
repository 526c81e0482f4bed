"""Random feature maps: their inner product is a kernel on average over the directions drawn.

kernel(q, k) = E of_query(q) . of_key(k)
"""

from __future__ import annotations

import numpy as np

from refmem.algebra import cos, exp, norm2, sin, transposed
from refmem.functions.features import FeatureMap


def gaussian_projection(
    random: np.random.Generator, features: int, K: int, *, orthogonal: bool = True
) -> np.ndarray:
    """Standard normal directions w (features, K) for the maps below.

    With `orthogonal`, the directions of each block of K are orthogonal, which makes the estimate
    vary less and keeps it unbiased: each w alone is still standard normal.
    """
    rows = random.standard_normal((features, K))
    if not orthogonal:
        return rows
    lengths = np.sqrt(norm2(rows))
    blocks = [
        np.linalg.qr(random.standard_normal((K, K)))[0].T for _ in range(0, features, max(K, 1))
    ]
    # QR fixes the sign of each direction in its own way; without a fair one they are not uniform.
    signs = random.choice([-1.0, 1.0], size=(features, 1))
    return signs * lengths[:, None] * np.concatenate([rows[:0], *blocks])[:features]


def positive_random(projection: np.ndarray) -> FeatureMap:
    """exp(w . x - |x|^2/2) for each row w of `projection` (..., F, K), averaged: estimates
    exp(x . y) without bias if the rows are standard normal, and is always positive (FAVOR+).

    Source: Choromanski et al. 2020, arXiv:2009.14794.
    Proof:  derivations/kernels/random_features.py

    >>> phi = positive_random(np.array([[0.], [0.]]))
    >>> phi.of_query(np.array([2.])), phi.of_key(np.array([0.]))
    (array([0.06766764, 0.06766764]), array([1., 1.]))
    """
    F = projection.shape[-2]

    def features(x: np.ndarray) -> np.ndarray:
        return exp(_project(x, projection) - (x * x).sum(-1, keepdims=True) / 2)

    return FeatureMap(
        "positive_random",
        "exp(x . y), on average",
        of_key=features,
        of_query=lambda x: features(x) / F,
        width=lambda K: F,
    )


def random_fourier(projection: np.ndarray) -> FeatureMap:
    """cos(w . x) and sin(w . x) for each row w of `projection` (..., F, K), averaged: estimates
    the Gaussian kernel exp(-|x - y|^2/2) without bias if the rows are standard normal.

    Source: Rahimi and Recht 2007, Random Features for Large-Scale Kernel Machines.

    >>> phi = random_fourier(np.array([[1.], [3.]]))
    >>> x = np.array([0.7])
    >>> phi.of_query(x) @ phi.of_key(x)
    np.float64(1.0)
    """
    F = projection.shape[-2]

    def features(x: np.ndarray) -> np.ndarray:
        angles = _project(x, projection)
        return np.concatenate([cos(angles), sin(angles)], axis=-1)

    return FeatureMap(
        "random_fourier",
        "exp(-|x - y|^2/2), on average",
        of_key=features,
        of_query=lambda x: features(x) / F,
        width=lambda K: 2 * F,
    )


def _project(x: np.ndarray, projection: np.ndarray) -> np.ndarray:
    """w . x for each row w: (..., K) and (..., F, K) give (..., F)."""
    return (x[..., None, :] @ transposed(projection))[..., 0, :]
