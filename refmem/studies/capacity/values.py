"""What the stored values are like: their width, their mean and their covariance.

Only three numbers of them reach a retrieval SNR: how long a value is, how long their common mean
is, and how long the value read is. A shared mean makes crosstalk coherent: it grows as N^2
(derivations/snr/value_mean.py, derivations/snr/value_covariance.py).
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any

import numpy as np

from refmem.studies.capacity.arguments import check_count

_ROUNDING = 1e-12
"""Negative variances of a covariance computed in float64, relative to its largest."""


class Values:
    """Gaussian values (N, dim) with a mean and a covariance.

    dim          d_v, their width
    mean         one number for every entry, or (dim,)
    covariance   one variance for every entry, or (dim, dim)
    averaged     False: the value read has the typical squared length E |v|^2
                 True: it is one of the others, and 1/SNR is averaged over it: a factor
                 d_v/(d_v - 2) for standard normal values

    >>> round(Values(10, averaged=True).inverse_length * 10, 6)           # 10/8
    1.25
    """

    def __init__(
        self, dim: int, mean: Any = 0.0, covariance: Any = 1.0, *, averaged: bool = False
    ) -> None:
        self.dim = check_count("values.dim", dim, "entries of a value")
        self.mean = self._entries("mean", mean, (self.dim,))
        matrix = self._entries("covariance", covariance, (self.dim, self.dim))
        self.axes: np.ndarray | None = None  # the entries themselves
        self.variances = np.full(self.dim, matrix if matrix.ndim == 0 else np.nan)
        if matrix.ndim:
            self.variances, self.axes = np.linalg.eigh(matrix)
        largest = abs(self.variances).max()
        if (matrix != matrix.T).any() or self.variances.min() < -_ROUNDING * largest:
            raise ValueError(
                "capacity: values.covariance has an asymmetry or a negative variance, expected a "
                "symmetric matrix without one, because it is E (v - mean) (v - mean)'"
            )
        self.variances = np.maximum(self.variances, 0)
        if not math.isfinite(self.power):
            raise ValueError(
                "capacity: values.mean and values.covariance have a power that no float holds, "
                "expected a finite one, because noise is compared with it"
            )
        if not self.power > 0:
            raise ValueError(
                "capacity: values.covariance has only zeros, and so has the mean, expected a value "
                "that is not zero, because noise is compared with its length"
            )
        self.averaged = averaged

    @staticmethod
    def _entries(name: str, given: Any, shape: tuple[int, ...]) -> np.ndarray:
        array = np.asarray(given, dtype=float)
        if array.shape not in ((), shape):
            raise ValueError(
                f"capacity: values.{name} has shape {array.shape}, expected {shape} or one number, "
                "because values have dim entries"
            )
        return array if len(shape) > 1 else np.broadcast_to(array, shape)

    @property
    def power(self) -> float:
        """E |v|^2: the trace of the covariance and the squared length of the mean."""
        return float(self.variances.sum()) + self.mean_power

    @property
    def mean_power(self) -> float:
        """|E v|^2."""
        with np.errstate(over="ignore"):
            return float(self.mean @ self.mean)

    @cached_property
    def inverse_length(self) -> float:
        """E 1/|v_i|^2 of the value read: 1/E |v|^2, or the average if it is averaged over.

        Proof: derivations/snr/value_covariance.py: the integral over u > 0 of
        E exp(-u |v|^2) = product over axes of exp(-u m^2/(1 + 2 u c))/sqrt(1 + 2 u c).
        """
        if not self.averaged:
            return 1 / self.power
        variances = self.variances
        along = (self.mean if self.axes is None else self.mean @ self.axes) ** 2
        least = variances.max() * _ROUNDING
        if (variances > least).sum() <= 2 and not along[variances <= least].any():
            raise ValueError(
                f"capacity: values.dim has value {self.dim}, expected more than 2 entries that "
                "vary, because the average of 1/|v|^2 is infinite otherwise"
            )
        return self._integral(variances, along)

    def _integral(self, variances: np.ndarray, along: np.ndarray) -> float:
        from scipy.integrate import quad

        def at(log_u: float) -> float:
            grown = 1 + 2 * math.exp(log_u) * variances
            exponent = -math.exp(log_u) * (along / grown).sum() - np.log(grown).sum() / 2
            return math.exp(log_u + exponent)

        around = -math.log(self.power)
        return quad(at, around - 50, around + 150, points=[around], limit=400, epsrel=1e-12)[0]

    def draw(self, random: np.random.Generator, count: int) -> np.ndarray:
        """So many values, (count, dim)."""
        normal = random.standard_normal((count, self.dim))
        if self.is_standard:
            return normal
        scaled = normal * np.sqrt(self.variances)
        return self.mean + (scaled if self.axes is None else scaled @ self.axes.T)

    @property
    def is_standard(self) -> bool:
        """Whether entries are standard normal."""
        return self.axes is None and not self.mean.any() and bool((self.variances == 1).all())


STANDARD = Values(1)
"""Standard normal values read at their typical length: their width does not matter."""
