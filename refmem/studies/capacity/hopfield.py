"""How many random patterns a Hopfield network holds: theory, and the shipped networks run.

M patterns of V random signs; the network starts at one of them with one neuron flipped, and that
neuron is set. Its own pattern pulls it right, by 1; each other one by a random X, so that

    error = Phi(-(1 + (M - 1) E X)/sqrt((M - 1) Var X))          if their sum is normal

    classical   X = own o/(V - 1)                       E X = 0, Var X = 1/(V - 1)
    dense       X = own D(o)/D(V - 1)                   D(o) = (o + 1)^p - (o - 1)^p
                                                        E X = 0, Var X about (2p - 3)!!/V^(p - 1)
    modern      X = own exp(b (o - own - (V - 2)))      E X < 0: the flipped neuron votes for itself

own is the other pattern's sign there, o its overlap with the V - 1 right neurons, b the inverse
temperature. The steeper a network, the fewer patterns make its crosstalk: the less normal it is.

Source:   Hopfield 1982; Krotov and Hopfield 2016, arXiv:1606.01164; Demircigil et al. 2017,
          arXiv:1702.01929; Ramsauer et al. 2020, arXiv:2008.02217
Proof:    derivations/hopfield/capacity.py
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from refmem.rules.static import hopfield_classical, hopfield_dense, hopfield_modern
from refmem.studies.capacity.arguments import check_choice, check_count, check_number
from refmem.studies.capacity.moments import log_sum
from refmem.studies.capacity.rademacher import log_shares
from refmem.studies.capacity.required import least_count
from refmem.studies.estimates import CONFIDENCE

NETWORKS = ("classical", "dense", "modern")


class Pull(NamedTuple):
    """Logarithms of what one other pattern adds: of -E X and of Var X."""

    against: float
    variance: float

    def error(self, others: int) -> float:
        """The chance that so many other patterns turn the neuron."""
        if not others:
            return 0.0
        right = 1 - math.exp(math.log(others) + self.against)
        deviation = math.exp((math.log(others) + self.variance) / 2)
        return math.erfc(right / deviation / math.sqrt(2)) / 2


def pull(network: str, *, neurons: int, power: int = 3, inverse_temperature: float = 1.0) -> Pull:
    """What one other pattern adds, in the unit of what the right one does.

    power                 p of a dense network
    inverse_temperature   b of a modern one

    >>> round(math.exp(-pull("classical", neurons=101).variance), 9)
    100.0
    """
    check_choice("network", network, NETWORKS, "these are worked out")
    others = check_count("neurons", neurons, "neurons", least=2) - 1
    if network == "modern":
        b = check_number("inverse_temperature", inverse_temperature, "scores grow by it", above=0)
        return _modern(others, b)
    degree = 2 if network == "classical" else check_count("power", power, "factors", least=2)
    overlaps = 2.0 * np.arange(others + 1) - others
    rise = (overlaps + 1) ** degree - (overlaps - 1) ** degree
    with np.errstate(divide="ignore"):
        return Pull(-math.inf, log_sum(log_shares(others) + 2 * np.log(abs(rise / rise[-1]))))


def _modern(others: int, b: float) -> Pull:
    """E X = -sinh(b) cosh(b)^n e^(b (1 - n)), E X^2 = cosh(2b)^(n+1) e^(2b (1 - n)), n others."""
    against = _log_sinh(b) + others * _log_cosh(b) - b * (others - 1)
    square = (others + 1) * _log_cosh(2 * b) - 2 * b * (others - 1)
    return Pull(against, log_sum(np.array([square, 2 * against]), np.array([1.0, -1.0])))


def _log_cosh(x: float) -> float:
    return float(np.logaddexp(x, -x)) - math.log(2)


def _log_sinh(x: float) -> float:
    return x + math.log(-math.expm1(-2 * x)) - math.log(2)


def hopfield_error(network: str, *, patterns: int, **given: Any) -> float:
    """The chance that the flipped neuron stays wrong, by theory.

    given   neurons, power and inverse_temperature, as for `pull`

    >>> round(hopfield_error("classical", patterns=1 + 138, neurons=1001), 4)
    0.0036
    """
    return pull(network, **given).error(check_count("patterns", patterns, "patterns") - 1)


def hopfield_capacity(network: str, *, error: float = 0.01, **given: Any) -> int:
    """The most patterns at which the flipped neuron stays wrong with at most this chance.

    given   neurons, power and inverse_temperature, as for `pull`

    >>> [hopfield_capacity(one, neurons=30) for one in ("classical", "dense", "modern")]
    [6, 53, 1131877]
    """
    error = check_number("error", error, "it is a chance below one half", above=0, most=0.499)
    of_one = pull(network, **given)
    return least_count(lambda others: of_one.error(others) > error, math.inf)


def short_capacity(neurons: int, power: int = 2) -> float:
    """V^(p - 1)/(2 (2p - 3)!! ln V), below which large networks set no neuron wrong.

    Source:   Krotov and Hopfield 2016, arXiv:1606.01164

    >>> round(short_capacity(1000))
    72
    """
    return neurons ** (power - 1) / (2 * math.prod(range(2 * power - 3, 0, -2)) * math.log(neurons))


class Retrieval(NamedTuple):
    """What `simulate_hopfield` finds: how many of the starts ended wrong."""

    wrong: int
    trials: int

    @property
    def error(self) -> float:
        """The share that ended wrong."""
        return self.wrong / self.trials

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % confidence interval of its chance."""
        return self.interval_at(CONFIDENCE)

    def interval_at(self, confidence: float) -> tuple[float, float]:
        """The interval of Clopper and Pearson, which holds for any number of trials."""
        from scipy.stats import binomtest

        found = binomtest(self.wrong, self.trials).proportion_ci(confidence, "exact")
        return float(found.low), float(found.high)


def simulate_hopfield(
    network: str,
    *,
    patterns: int,
    neurons: int,
    power: int = 3,
    inverse_temperature: float = 1.0,
    trials: int = 200,
    rng: int | np.random.Generator = 0,
) -> Retrieval:
    """Flip the first neuron of a stored pattern, run the shipped network, and look at it.

    Every trial has patterns of its own. The answer of a modern network counts by its sign.

    >>> simulate_hopfield("classical", patterns=2, neurons=50, trials=10).error
    0.0
    """
    check_choice("network", network, NETWORKS, "these are worked out")
    patterns = check_count("patterns", patterns, "patterns")
    shape = patterns, check_count("neurons", neurons, "neurons", least=2)
    random, wrong = np.random.default_rng(rng), 0
    for _ in range(check_count("trials", trials, "starts")):
        stored = random.integers(0, 2, shape) * 2.0 - 1.0
        start = stored[:1].copy()
        start[0, 0] *= -1
        if network == "classical":
            found = hopfield_classical(start, stored, synchronous=True)
        elif network == "dense":
            found = hopfield_dense(start, stored, power=power)
        else:
            found = hopfield_modern(start, stored, inverse_temperature)
        wrong += bool(np.sign(found.out[0, 0]) != stored[0, 0])
    return Retrieval(wrong, trials)
