"""How many random patterns a Hopfield network holds: theory, and the shipped networks run.

M patterns of V random signs; the network starts at one of them with one neuron flipped, and that
neuron is set. Its own pattern pulls it right, by 1; each other one by a random X:

    classical   X = own o/(V - 1)                       E X = 0, Var X = 1/(V - 1)
    dense       X = own D(o)/D(V - 1)                   D(o) = (o + 1)^p - (o - 1)^p
                                                        E X = 0, Var X about (2p - 3)!!/V^(p - 1)
    modern      X = own exp(b (o - own - (V - 2)))      E X < 0: the flipped neuron votes for itself

own is the other pattern's sign there, o its overlap with the V - 1 right neurons, b the inverse
temperature. Of the first two networks the sum of pulls is taken for normal,

    error = Phi(-(1 + (M - 1) E X)/sqrt((M - 1) Var X))

which is good to a few percent where patterns are many. Of a modern network it is not: the few
patterns that are very near make its errors, so they are counted (`counting`).

Source:   Hopfield 1982; Krotov and Hopfield 2016, arXiv:1606.01164; Demircigil et al. 2017,
          arXiv:1702.01929; Ramsauer et al. 2020, arXiv:2008.02217
Proof:    derivations/hopfield/capacity.py, derivations/hopfield/modern_pull.py,
          derivations/hopfield/counting.py
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from refmem.rules.static import hopfield_classical, hopfield_dense, hopfield_modern
from refmem.studies.capacity.arguments import (
    check_choice,
    check_count,
    check_number,
    check_size,
)
from refmem.studies.capacity.counting import chance_turned
from refmem.studies.capacity.moments import exp_of, log_of, log_sum
from refmem.studies.capacity.rademacher import log_shares
from refmem.studies.capacity.required import most_count
from refmem.studies.estimates import CONFIDENCE

NETWORKS = ("classical", "dense", "modern")


class Pull(NamedTuple):
    """Logarithms of what one other pattern adds: of -E X and of Var X."""

    against: float
    variance: float

    def error_if_normal(self, others: int) -> float:
        """The chance that so many other patterns turn the neuron, were their sum normal."""
        if not others:
            return 0.0
        right = 1 - exp_of(math.log(others) + self.against)
        of_one = exp_of(-(math.log(others) + self.variance) / 2)  # 1 in standard deviations
        return math.erfc(right * of_one / math.sqrt(2)) / 2 if of_one else 0.5


def rise(power: Any, overlap: Any, half: Any = 1) -> Any:
    """D(o) of F(z) = z^power: (o + 1)^power - (o - 1)^power, on numbers or symbols; over u^power
    for o/u with half = 1/u."""
    return (overlap + half) ** power - (overlap - half) ** power


def pull(network: str, *, neurons: int, power: int = 3, inverse_temperature: float = 1.0) -> Pull:
    """What one other pattern adds, in the unit of what the right one does.

    power                 p of a dense network
    inverse_temperature   b of a modern one

    >>> round(math.exp(-pull("classical", neurons=101).variance), 9)
    100.0
    """
    check_choice("network", network, NETWORKS, "these are worked out")
    others = _check_neurons(neurons) - 1
    if network == "modern":
        b = check_number("inverse_temperature", inverse_temperature, "scores grow by it", above=0)
        return _modern(others, b)
    degree = 2 if network == "classical" else check_count("power", power, "factors", least=2)
    overlaps = 2.0 * np.arange(others + 1) - others
    rises = rise(degree, overlaps / (others + 1), 1 / (others + 1))
    with np.errstate(divide="ignore"):
        return Pull(-math.inf, log_sum(log_shares(others) + 2 * np.log(abs(rises / rises[-1]))))


def _check_neurons(neurons: Any) -> int:
    why = "so many signs are summed over one by one"
    return check_size("neurons", neurons, "neurons", least=2, most=10**7, why=why)


def _modern(others: int, b: float) -> Pull:
    """E X = -sinh(b) cosh(b)^n e^(b (1 - n)), E X^2 = cosh(2b)^(n+1) e^(2b (1 - n)), n others."""
    halves = (others + 1) * math.log(2)
    against = 2 * b - halves + log_of(-math.expm1(-2 * b)) + others * math.log1p(math.exp(-2 * b))
    square = 4 * b - halves + (others + 1) * math.log1p(math.exp(-4 * b))
    return Pull(against, log_sum(np.array([square, 2 * against]), np.array([1.0, -1.0])))


def hopfield_error(network: str, *, patterns: int, **given: Any) -> float:
    """The chance that the flipped neuron stays wrong, by theory.

    given   neurons, power and inverse_temperature, as for `pull`

    >>> round(hopfield_error("classical", patterns=1 + 138, neurons=1001), 4)
    0.0036
    >>> round(hopfield_error("modern", patterns=568, neurons=20), 4)
    0.0098
    """
    return _error_of(network, **given)(check_count("patterns", patterns, "patterns") - 1)


def _error_of(
    network: str, *, neurons: int, power: int = 3, inverse_temperature: float = 1.0
) -> Callable[[int], float]:
    """The chance as a function of how many other patterns there are."""
    of_one = pull(network, neurons=neurons, power=power, inverse_temperature=inverse_temperature)
    if network != "modern":
        return of_one.error_if_normal
    log_step = max(-2 * inverse_temperature, SHARPEST)
    return lambda others: chance_turned(others, neurons - 1, log_step)


SHARPEST = -1e6
"""The least log of a modern network's steps that is told from the infinitely sharp one."""


def hopfield_capacity(network: str, *, error: float = 0.01, **given: Any) -> int:
    """The most patterns at which the flipped neuron stays wrong with at most this chance.

    given   neurons, power and inverse_temperature, as for `pull`

    Of more than 10^9 patterns the first nine digits are right.

    >>> [hopfield_capacity(one, neurons=20) for one in ("classical", "dense", "modern")]
    [4, 23, 578]
    """
    error = check_number("error", error, "it is a chance below one half", above=0, most=0.499)
    error_of = _error_of(network, **given)
    return most_count(lambda others: error_of(others) <= error, digits=9) + 1


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
