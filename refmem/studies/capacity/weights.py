"""Kernels as they are simulated and measured: signs and logarithms of weights.

    kappa(k, q) = sign * exp(log)      score = k . q/tau, or the cosine of the angle

so that exp(500) is as good a weight as any. A normaliser is left out: it divides signal and noise
alike (derivations/snr/normalisation.py).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from refmem.functions.kernels import Kernel, find_kernel


class Weights(NamedTuple):
    """Weights sign * exp(log), arrays of one shape; a weight of zero has log = -inf."""

    sign: np.ndarray
    log: np.ndarray

    def over(self, log_unit: np.ndarray) -> np.ndarray:
        """The weights as multiples of exp(log_unit); infinite beside a unit of zero."""
        silent = np.isneginf(self.log)
        with np.errstate(over="ignore", invalid="ignore"):
            loud = self.sign * np.exp(np.where(silent, 0.0, self.log) - log_unit)
        return np.where(silent, 0.0, loud)


class Family(NamedTuple):
    """A kernel without its parameter, and the parameter: polynomial(3) is ("polynomial", 3)."""

    name: str
    degree: int = 0


def family_of(kernel: Kernel | str) -> Family:
    """Which closed forms a kernel has; linear is polynomial(1), softmax counts as exp.

    >>> family_of("linear"), family_of("softmax")
    (Family(name='polynomial', degree=1), Family(name='exp', degree=0))
    """
    kernel = find_kernel(kernel)
    if kernel.weight is None and kernel.lengths is None:
        return Family("exp")
    if kernel.name in ("linear", "relu"):
        return Family(kernel.name.replace("linear", "polynomial"), 1)
    name, _, degree = kernel.name.rstrip(")").partition("(")
    return Family(name, int(degree) if degree.isdecimal() else 0)


def of_scores(kernel: Kernel | str, scores: np.ndarray) -> Weights:
    """Weights of scores (...), which are cosines for a kernel of the angle.

    >>> of_scores("solu", np.array([-800., 800.])).log.round(2)
    array([-793.32,  806.68])
    """
    kernel = find_kernel(kernel)
    family = family_of(kernel)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        if kernel.weight is None:
            return Weights(np.ones_like(scores), scores)
        if family.name == "solu":
            return Weights(np.sign(scores), np.log(abs(scores)) + scores)
        if family.name == "polynomial":
            power = family.degree * np.log(abs(scores)) if family.degree else 0 * scores
            return Weights(np.sign(scores) ** family.degree, power)
        weights = kernel.weight(scores)
        return Weights(np.sign(weights), np.log(abs(weights)))


def between(kernel: Kernel | str, queries: np.ndarray, keys: np.ndarray, tau: float) -> Weights:
    """Weights of every query (Q, d) and key (N, d) at temperature tau: (Q, N).

    >>> between("exp", np.array([[2., 0.]]), np.eye(2), tau=0.5).log
    array([[4., 0.]])
    """
    kernel = find_kernel(kernel)
    queries = queries / tau
    scores = queries @ keys.T
    if kernel.lengths is None:
        return of_scores(kernel, scores)
    lengths = np.linalg.norm(queries, axis=1)[:, None] * np.linalg.norm(keys, axis=1)
    cosines = np.divide(scores, lengths, out=np.zeros_like(scores), where=lengths > 0)
    weights = of_scores(kernel, cosines)
    if not kernel.lengths:
        return weights
    with np.errstate(divide="ignore"):
        return Weights(weights.sign, weights.log + kernel.lengths * np.log(lengths))
