"""The chance that rare pulls turn a neuron, by counting them: their sum is not taken for normal.

    turned if 1 + X_1 + .. + X_N <= 0        X = r^j or -r^(j - 1), either with the chance p_j

for j = 0 .. n, p_j = C(n, j)/2^(n + 1) and r < 1. Let c_k be how many are r^k, less how many are
-r^k. Then 1 + X_1 + .. + X_N = 1 + sum of c_k r^k, k = -1 .. n: a number written to the base 1/r,
whose sign is decided from its largest digits on.

    1. At each k, c_k is drawn: the difference of two Poisson numbers of means N p_k and N p_(k+1).
    2. Whatever is so large that what is left cannot turn it is decided.
    3. Where counts have means above `MANY`, what is left is normal: very many of them decide.

Counts of exactly N pulls are not quite independent Poisson numbers. With P(N) the chance for a
Poisson number of pulls of mean N, that for exactly N is P(N) - N P''(N)/2, but for a part of order
1/N^2; of fewer than `FEW` it is N!/N^N times the coefficient of e^(N z) P(N z) at z^N, by Cauchy's
integral. Where b sqrt(n) > 1, b the inverse temperature, chances are right to a few percent. Duller
networks hold a handful of patterns; there odd and even numbers of patterns differ, chances are
nearer to the mean of two neighbours, and off by up to a fifth.

Proof:    derivations/hopfield/modern_pull.py, derivations/hopfield/counting.py
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from refmem.studies.capacity.rademacher import log_shares

MANY = 40.0
"""Counts of this mean are normal: skewed by 1/6, and others decide."""

NEVER = 1e-13
"""A mean count that is left out: as small as the rounding of a chance."""

RARE = 1 / 16
"""The mean count below which sums are told apart no better."""

FEW = 8
"""Pulls of which the exact number is summed over."""

STEP = 0.15
"""The part of a mean by which it is varied, to see how its chance bends."""

GRID = 16
"""Cells to a standard deviation of what is left, where sums are put together."""


class Digits(NamedTuple):
    """What is drawn at each k = -1 .. n, for N pulls; logarithms, as N may be any size.

    plus, minus    of the mean counts of r^k and of -r^k; 1 itself is one more of r^0
    size           of what all digits from k on are measured by, in units of r^k: their standard
                   deviation, were no rare count rarer than `RARE`
    mean, spread   of those digits, in units of `size`: their mean and standard deviation
    reach          and how far they get from that mean
    """

    plus: np.ndarray
    minus: np.ndarray
    size: np.ndarray
    mean: np.ndarray
    spread: np.ndarray
    reach: np.ndarray


def log_classes(others: int) -> np.ndarray:
    """log p_j of a pattern that agrees on all but j of so many signs, and on the sign of one more.

    >>> np.exp(log_classes(2)).round(12)
    array([0.125, 0.25 , 0.125])
    """
    return log_shares(others) - math.log(2)


def chance_turned(pulls: int, others: int, log_step: float) -> float:
    """The chance that 1 + X_1 + .. + X_N <= 0, for N = `pulls`, n = `others`, log r = `log_step`.

    >>> round(chance_turned(567, 19, -2.0), 4), chance_turned(0, 19, -2.0)
    (0.0098, 0.0)
    """
    if not pulls:
        return 0.0
    if pulls < FEW:
        chance = _of_few(pulls, others, log_step)
    else:
        chance = _of_poisson(math.log(pulls), 0.0, others, log_step)
        if pulls < 1000:  # of more, the rest is less than a thousandth
            less, more = (
                _of_poisson(math.log(pulls * part), 0.0, others, log_step)
                for part in (1 - STEP, 1 + STEP)
            )
            chance -= (more - 2 * chance + less) / (2 * STEP**2 * pulls)
    return min(max(float(chance), 0.0), 1.0)


def _of_few(pulls: int, others: int, log_step: float) -> float:
    """N! times the coefficient of z^N in e^z P(z): the mean over the circle |z| = N."""
    nodes = 12 + pulls // 2
    angles = math.pi * (np.arange(nodes) + 0.5) / nodes  # the other half is the conjugate
    turns = np.exp(1j * angles)
    chances = [_of_poisson(math.log(pulls), angle, others, log_step) for angle in angles]
    values = np.exp(pulls * (turns - 1)) * np.array(chances) * turns**-pulls
    scale = math.lgamma(pulls + 1) + pulls - pulls * math.log(pulls)
    return float(math.exp(scale) * values.real.mean())


def _of_poisson(log_pulls: float, angle: float, others: int, log_step: float) -> Any:
    """P(z) for z of this logarithm and angle: the chance for a Poisson number of pulls."""
    digits = _digits(log_pulls, others, log_step)
    log_rate = np.logaddexp(digits.plus, digits.minus)
    drawn = np.flatnonzero(log_rate > math.log(NEVER))
    if not len(drawn):
        return 0.0
    first, last = drawn[0], drawn[-1]
    turn = np.exp(1j * angle) if angle else 1.0
    at = np.zeros(1)
    if first > 1:  # nothing comes before the neuron's own pattern
        at = exps(-log_step * (first - 1) - digits.size[[first]])
    weight, wrong = np.ones(1), 0.0
    for i in range(first, last + 1):
        if log_rate[i] > math.log(MANY):
            return wrong + weight @ _normal(-(at + digits.mean[i]) / digits.spread[i])
        unit = exps(-digits.size[i])
        counts, chances = _digit(np.exp(digits.plus[i]) * turn, np.exp(digits.minus[i]) * turn)
        at = (at[:, None] + (counts + (i == 1)) * unit).ravel()
        at[abs(at) < 1e-12 * unit] = 0  # what is nearer to 0 than any sum of units is 0
        weight = (weight[:, None] * chances).ravel()
        if i < last:
            with np.errstate(over="ignore"):
                at = at * exps(digits.size[i] - log_step - digits.size[i + 1])
            sums = at + digits.mean[i + 1]
            wrong = wrong + weight[sums < -digits.reach[i + 1]].sum()
            left = abs(sums) <= digits.reach[i + 1]
            at, weight = _together(at[left], weight[left])
    return wrong + weight[at <= 0].sum()


def _digits(log_pulls: float, others: int, log_step: float) -> Digits:
    """What is drawn at each k, and what all that comes after it can add up to."""
    rates = log_classes(others) + log_pulls
    plus, minus = np.append(-np.inf, rates), np.append(rates, -np.inf)
    log_rate = np.logaddexp(plus, minus)
    powers = log_step * np.arange(others + 2)

    def from_here_on(logs: np.ndarray, power: int = 1) -> np.ndarray:
        """log of the sum over later i of exp(logs) r^(power (i - this one))."""
        return np.logaddexp.accumulate((logs + power * powers)[::-1])[::-1] - power * powers

    seen = log_rate > math.log(NEVER)
    size = from_here_on(np.where(seen, np.maximum(log_rate, math.log(RARE)), -np.inf), 2) / 2
    with np.errstate(invalid="ignore"):  # after the last digit that is seen
        mean = exps(from_here_on(plus) - size) - exps(from_here_on(minus) - size)
        mean[:2] += exps(log_step * np.array([1, 0]) - size[:2])  # the neuron's own pattern
        spread = exps(from_here_on(log_rate, 2) / 2 - size)
        jumps = exps(from_here_on(np.where(seen, 0.0, -np.inf)) - size)
    return Digits(plus, minus, size, mean, spread, 7 * spread + 8 * jumps)


def _digit(more: Any, fewer: Any) -> tuple[np.ndarray, np.ndarray]:
    """The difference of two Poisson numbers of these means: whole numbers and their chances."""
    up, down = _poisson(more), _poisson(fewer)
    chances = np.convolve(up, down[::-1])
    counts = np.arange(1 - len(down), len(up))
    kept = abs(chances) > 1e-14
    return counts[kept], chances[kept]


def _poisson(mean: Any) -> np.ndarray:
    """The chances of 0, 1, .. as far as any counts."""
    from scipy.special import gammaln  # here, for importing it takes longer than refmem

    size = abs(mean)
    if not size:
        return np.ones(1)
    counts = np.arange(int(size + 8 * math.sqrt(size) + 10) + 1)
    return np.exp(counts * np.log(mean) - mean - gammaln(counts + 1))


def _together(at: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sums that are within a cell of each other as one, at their middle. Complex chances have none:
    their cells are smaller, and stay where they are."""
    whole = np.isrealobj(weight)
    grid = GRID if whole else 2 * GRID
    if len(at) < 16 * grid:
        return at, weight
    cells = np.rint(at * grid).astype(int)
    cells -= (lowest := cells.min())
    total = np.bincount(cells, weight.real)
    if whole:
        used = total > 0
        return np.bincount(cells, weight * at)[used] / total[used], total[used]
    return (lowest + np.arange(len(total))) / grid, total + 1j * np.bincount(cells, weight.imag)


def _normal(x: np.ndarray) -> np.ndarray:
    from scipy.special import ndtr  # here, for importing it takes longer than refmem

    return ndtr(x)


def exps(x: np.ndarray) -> np.ndarray:
    """e^x, or as much as a float holds of it: what is as large as that is decided."""
    return np.exp(np.minimum(x, 700.0))
