"""Numbers that were measured, with their confidence intervals."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

CONFIDENCE = 0.95


class Estimate(NamedTuple):
    """A measured number, and half the width of its confidence interval."""

    value: float
    half_width: float

    @property
    def low(self) -> float:
        """The lower end of the interval."""
        return self.value - self.half_width

    @property
    def high(self) -> float:
        """The upper end of the interval."""
        return self.value + self.half_width

    def __contains__(self, number: object) -> bool:
        return self.low <= number <= self.high  # type: ignore[operator]

    def __str__(self) -> str:
        return f"{self.value:.4g} ± {self.half_width:.2g}"


def mean_of(samples: np.ndarray, confidence: float = CONFIDENCE) -> Estimate:
    """The mean of independent samples (n,), n >= 2, and Student's interval around it.

        mean ± t_{n-1} s / sqrt(n)      exact for normal samples, and for many of any other kind

    >>> print(mean_of(np.array([1., 2., 3.])))
    2 ± 2.5
    """
    n = len(samples)
    if n < 2:
        raise ValueError(
            f"mean_of: samples has {n} of them, expected at least 2, because one has no spread"
        )
    spread = samples.std(ddof=1) / np.sqrt(n)
    return Estimate(float(samples.mean()), float(student(n - 1, confidence) * spread))


def rate_of(
    times: np.ndarray, means: np.ndarray, errors: np.ndarray, confidence: float = CONFIDENCE
) -> Estimate:
    """The power n in means = c times^n, by weighted least squares of the logarithms.

    means, errors   (n,) measured independently of each other, and their standard errors, so that
                    log(means) has the standard error errors/means

    >>> print(rate_of(np.array([1., 2., 4.]), np.array([8., 4., 2.]), np.array([.8, .4, .2])))
    -1 ± 0.2
    """
    x, y = np.log(times), np.log(means)
    weight = (means / errors) ** 2
    x = x - (weight * x).sum() / weight.sum()
    information = (weight * x * x).sum()
    slope = (weight * x * y).sum() / information
    return Estimate(float(slope), float(student(np.inf, confidence) / np.sqrt(information)))


def student(freedom: float, confidence: float) -> float:
    """How many standard errors an interval of this confidence reaches to either side."""
    from scipy.special import ndtri, stdtrit  # here, for importing it takes longer than refmem

    tail = (1 + confidence) / 2
    return float(ndtri(tail) if np.isinf(freedom) else stdtrit(freedom, tail))
