"""The retrieval SNR of a kernel memory, simulated: pairs are drawn, stored and read.

Weights are taken relative to the stored key's, in logarithms, so no temperature overflows. Pairs
are drawn in blocks and forgotten, so a million of them need no more memory than a few thousand.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from refmem.functions.kernels import Kernel
from refmem.studies.capacity.arguments import check_count
from refmem.studies.capacity.moments import exp_of
from refmem.studies.capacity.setting import Setting, setting
from refmem.studies.capacity.values import Values
from refmem.studies.capacity.weights import between, family_of
from refmem.studies.estimates import CONFIDENCE, student

BLOCK = 2**12
"""Pairs held at once."""


class Simulation(NamedTuple):
    """What `simulate` finds.

    noise    (trials,)   |r|^2/(c^2 |v_i|^2) of every read, c the signal without query noise
    signal   (trials,)   the squared signal in the same unit: 1 unless the query is noisy

    1/SNR is the mean noise over the mean signal.
    """

    noise: np.ndarray
    signal: np.ndarray

    @property
    def mean(self) -> float:
        """The estimate of 1/SNR."""
        return float(self.noise.mean() / self.signal.mean())

    @property
    def stderr(self) -> float:
        """Its standard error; that of a ratio of means, to first order."""
        trials = len(self.noise)
        if trials < 2:
            return math.inf
        rest = self.noise - self.mean * self.signal
        return float(rest.std(ddof=1) / self.signal.mean() / math.sqrt(trials))

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % confidence interval of 1/SNR."""
        return self.interval_at(CONFIDENCE)

    def interval_at(self, confidence: float) -> tuple[float, float]:
        """The interval of Student's t distribution: right if the mean of the trials is normal."""
        if len(self.noise) < 2:
            return -math.inf, math.inf
        half = student(len(self.noise) - 1, confidence) * self.stderr
        return self.mean - half, self.mean + half


def simulate(
    kernel: Kernel | str,
    *,
    pairs: int,
    dim: int,
    tau: float | None = None,
    trials: int = 200,
    rng: int | np.random.Generator = 0,
    keys: str = "gaussian",
    norm2: float | None = None,
    cosine: float = 1.0,
    sigma: float = 0.0,
    values: Values | None = None,
) -> Simulation:
    """Store random pairs, read one of them, and compare what comes back: so many times.

    trials   reads, each of a memory of its own
    rng      seed or generator
    values   `Values`; standard normal and as wide as keys unless given
    others   as for `log_inverse_snr`; keys that are given are what `measure` is for

    Warns if the temperature is so cold that a sample of this size does not show the exponential's
    mean noise: below `least_tau` (derivations/snr/heavy_tail.py).

    >>> found = simulate("exp", pairs=512, dim=64, tau=8, trials=200, rng=0)
    >>> low, high = found.interval
    >>> low < 4.249e-4 < high                                   # inverse_snr says 4.249e-4
    True
    """
    trials = check_count("trials", trials, "reads")
    stored = Values(check_count("dim", dim, "entries of a key")) if values is None else values
    chosen = setting(kernel, pairs, dim, tau, keys, norm2, cosine, sigma, stored)
    warn_if_too_cold(chosen.kernel, chosen.pairs, chosen.norm2, chosen.tau)
    random = np.random.default_rng(rng)
    reads = [_read(chosen, random) for _ in range(trials)]
    return Simulation(*np.array(reads).T)


def _read(chosen: Setting, random: np.random.Generator) -> tuple[float, float]:
    """Noise and signal of one read."""
    key, query = draw_read(chosen, random)
    tau, kernel = chosen.tau, chosen.kernel
    stored = between(kernel, query[None], key[None], tau).log[0, 0]
    unit = between(kernel, key[None], key[None], tau).log[0, 0] if chosen.sigma else stored
    crosstalk = np.zeros(chosen.values.dim)
    for keys in _blocks(chosen, random):
        weights = between(kernel, query[None], keys, tau).over(unit)[0]
        crosstalk += weights @ chosen.values.draw(random, len(keys))
    length = chosen.values.power
    if chosen.values.averaged:
        length = float((chosen.values.draw(random, 1) ** 2).sum())
    return float(crosstalk @ crosstalk) / length, exp_of(2 * (stored - unit))


def _blocks(chosen: Setting, random: np.random.Generator) -> Iterator[np.ndarray]:
    """The other keys, a block at a time."""
    for start in range(0, chosen.pairs - 1, BLOCK):
        yield draw_keys(chosen, random, min(BLOCK, chosen.pairs - 1 - start))


def draw_keys(chosen: Setting, random: np.random.Generator, count: int) -> np.ndarray:
    """So many keys of the setting's distribution, (count, d)."""
    if chosen.keys == "rademacher":
        return random.integers(0, 2, (count, chosen.dim)) * 2.0 - 1.0
    normal = random.standard_normal((count, chosen.dim))
    return _of_length(normal, chosen.norm2) if chosen.keys == "sphere" else normal


def draw_read(chosen: Setting, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The key that is read with, and the query: the key itself, or what noise makes of it."""
    key = draw_keys(chosen, random, 1)[0]
    if chosen.keys == "gaussian":
        key = _of_length(key, chosen.norm2)
    if chosen.sigma:
        return key, key + chosen.sigma * random.standard_normal(chosen.dim)
    if chosen.cosine == 1:
        return key, key
    if chosen.keys == "rademacher":
        flipped = random.permutation(chosen.dim) < round((1 - chosen.cosine) * chosen.dim / 2)
        return key, np.where(flipped, -key, key)
    across = random.standard_normal(chosen.dim)
    across = _of_length(across - (across @ key) / (key @ key) * key, key @ key)
    return key, chosen.cosine * key + math.sqrt(1 - chosen.cosine**2) * across


def _of_length(x: np.ndarray, norm2: float) -> np.ndarray:
    return x * (math.sqrt(norm2) / np.linalg.norm(x, axis=-1, keepdims=True))


def least_tau(pairs: int, norm2: float) -> float:
    """s sqrt(2/ln N): half of the exponential's mean noise is seen in a sample of N scores.

    Infinite for one pair, which has no sample. Proof: derivations/snr/heavy_tail.py

    >>> round(least_tau(512, 64), 2)
    4.53
    """
    return math.sqrt(2 * norm2 / math.log(pairs)) if pairs > 1 else math.inf


def is_too_cold(kernel: Kernel | str, pairs: int, norm2: float, tau: float) -> bool:
    """Whether a simulation of an exponential kernel would find too little noise."""
    exponential = family_of(kernel).name in ("exp", "solu")
    return exponential and pairs > 1 and tau < least_tau(pairs, norm2)


def warn_if_too_cold(kernel: Kernel | str, pairs: int, norm2: float, tau: float) -> None:
    """Warn whoever called the caller, with the bound."""
    if is_too_cold(kernel, pairs, norm2, tau):
        warnings.warn(
            f"capacity: tau has value {tau:.4g}, expected at least {least_tau(pairs, norm2):.4g}, "
            f"because colder than that {pairs} pairs do not show the mean noise of {kernel}: "
            "a sample of them has too little",
            stacklevel=3,
        )
