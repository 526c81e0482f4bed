"""What a kernel makes of random keys: the three numbers that a retrieval SNR is made of.

    square    E kappa(k, q)^2     the noise of one other pair
    mean      (E kappa(k, q))^2   what adds up coherently if values share a mean
    signal    kappa(k_i, q)^2     the answer of the stored key

k is any other key; q has the length s of k_i and the cosine rho to it. They may be as large as
exp(1000), so each is kept as a `Scaled` number or as its logarithm. Every distribution of keys has
a file: `gaussian`, `averaged`, `sphere`, `rademacher`.
"""

from __future__ import annotations

import math
from numbers import Rational
from typing import Any, NamedTuple

import numpy as np

from refmem.functions.kernels import Kernel
from refmem.studies.capacity.weights import of_scores

LARGEST = math.log(np.finfo(float).max)
"""The largest logarithm whose number is a float."""


class Scaled(NamedTuple):
    """factor * base^power * e^exponent, kept apart: nothing overflows, and symbols stay exact.

    The base may be negative where the power is even.

    >>> round(Scaled(2, exponent=1000).log(), 4)
    1000.6931
    """

    factor: Any = 1
    base: Any = 1
    power: Any = 0
    exponent: Any = 0

    def log(self) -> float:
        """Its natural logarithm; -inf for zero."""
        if not self.factor or (self.power > 0 and not self.base):
            return -math.inf
        if isinstance(self.factor, Rational):  # which may be too large for a float
            factor = math.log(self.factor.numerator) - math.log(self.factor.denominator)
        else:
            factor = math.log(self.factor)
        power = self.power * math.log(abs(self.base)) if self.power else 0.0
        return factor + power + self.exponent


class Moments(NamedTuple):
    """Logarithms of the three squares; -inf is a mean, a noise or a signal of zero."""

    square: float
    mean: float
    signal: float


def moments(square: Scaled, mean: Scaled, signal: Scaled) -> Moments:
    """The logarithms of three closed forms."""
    return Moments(square.log(), mean.log(), signal.log())


def log_of(x: float) -> float:
    """log x for x >= 0; -inf for zero."""
    return math.log(x) if x else -math.inf


def exp_of(x: float) -> float:
    """e^x; inf where that is more than a float can say."""
    return math.exp(x) if x < LARGEST else math.inf


def log_sum(logs: np.ndarray, signs: np.ndarray | float = 1.0) -> float:
    """log |sum of signs * exp(logs)|, without overflow.

    >>> round(log_sum(np.array([1000., 1000.])), 4)
    1000.6931
    """
    top = logs.max(initial=-np.inf)
    if not np.isfinite(top):
        return float(top)
    total = abs((signs * np.exp(logs - top)).sum())
    return math.log(total) + float(top) if total else -math.inf


def of_nodes(kernel: Kernel, scores: np.ndarray, log_shares: np.ndarray, signal: float) -> Moments:
    """Moments of a score that is one of `scores`, with shares exp(log_shares) that sum to 1.

    signal   the score of the stored key
    """
    weights = of_scores(kernel, scores)
    square = log_sum(log_shares + 2 * weights.log)
    mean = 2 * log_sum(log_shares + weights.log, weights.sign)
    return Moments(square, mean, 2 * float(of_scores(kernel, np.array([signal])).log[0]))
