"""Fixed worlds: tokens x that are Gaussian and independent, their keys and their values.

x ~ N(mean, L'L)    k = x W_k    v = x W_v + e, e of variance `noise`
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Context(NamedTuple):
    """W_k (D, K), W_v (D, V), mean (D,), L (D, D), and the variance of the noise in a value."""

    W_k: np.ndarray
    W_v: np.ndarray
    mean: np.ndarray
    L: np.ndarray
    noise: float

    @property
    def covariance(self) -> np.ndarray:
        """Of x, (D, D)."""
        return self.L.T @ self.L

    @property
    def second_moment(self) -> np.ndarray:
        """E x'x (D, D): the C of `refmem.studies.longcontext.limits`."""
        return self.covariance + np.outer(self.mean, self.mean)

    def tokens(
        self, rng: np.random.Generator, lead: tuple[int, ...], T: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Keys (..., T, K) and values (..., T, V) of independent contexts.

        >>> rng = np.random.default_rng(0)
        >>> k, v = random_context(rng, D=3, K=2, V=1).tokens(rng, (5,), 7)
        >>> k.shape, v.shape
        ((5, 7, 2), (5, 7, 1))
        """
        x = self.mean + rng.standard_normal((*lead, T, len(self.mean))) @ self.L
        v = x @ self.W_v
        return x @ self.W_k, v + rng.standard_normal(v.shape) * self.noise**0.5


def random_context(
    rng: np.random.Generator, D: int, K: int, V: int, noise: float = 0.0, mean: bool = False
) -> Context:
    """Maps with entries of variance 1/D, a covariance near the identity, and with `mean` a mean."""
    W_k, W_v = (rng.standard_normal((D, width)) / D**0.5 for width in (K, V))
    L = np.eye(D) + rng.standard_normal((D, D)) / (2 * D**0.5)
    middle = rng.standard_normal(D) if mean else np.zeros(D)
    return Context(W_k, W_v, middle, L, noise)
