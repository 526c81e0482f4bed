"""The memories that are followed through long contexts: a shipped rule, and its gates at any time.

    averaged      refmem.averaged_memory      every token weighs the same
    decayed       refmem.scalar_decay         alpha
    delta         refmem.delta                beta
    gated_delta   refmem.gated_delta          alpha, beta
    mesa          refmem.mesa                 alpha, ridge
    kalman        refmem.kalman_delta         what it believes: drift, noise, keep, size

All of them estimate the map from unit keys to values, (..., K, V). The first two hold E k'v = W/K,
so theirs is K times what they hold, and decayed divides by the sum of its weights as well.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from refmem.forms.compiled import quickest
from refmem.memory.rule import Rule
from refmem.rules.decay import scalar_decay
from refmem.rules.delta import delta, gated_delta, kalman_delta
from refmem.rules.delta.kalman_delta import Belief
from refmem.rules.hebbian import averaged_memory
from refmem.rules.regression import mesa
from refmem.rules.regression.mesa import Moments
from refmem.studies.longcontext.worlds import RandomWalk, World
from refmem.support.arguments import check_number


class Gains(NamedTuple):
    """What a linear memory does with token t, on the scale of its estimate S:

    S' = decay S[t-1],   S[t] = S' + bind(k, write v - erase recall(S', k))
    """

    decay: Any
    erase: Any
    write: Any


class Memory(Protocol):
    """A rule with gates, which writes any number of tokens at a time."""

    name: str

    def write(self, k: np.ndarray, v: np.ndarray, position: int, state: Any = None) -> Any:
        """The rule's state after tokens position + 1, ..., of keys k and values v."""

    def estimate(self, state: Any) -> np.ndarray:
        """The map that the memory takes the world to be."""

    def gains(self, keys: int) -> Iterator[Gains] | None:
        """What happens at tokens 1, 2, ... without end; None where it depends on the keys."""


def _run(rule: Rule, k: np.ndarray, v: np.ndarray, state: Any, **gates: Any) -> Any:
    """The state after some tokens; a gate is one number, or one for each token."""
    T = k.shape[-2]
    each = {name: np.broadcast_to(gate, (T,)) for name, gate in gates.items()}
    return rule(k, k, v, **each, state=state, form=quickest(rule)).state


@dataclass(frozen=True)
class Averaged:
    """The mean of all pairs."""

    name = "averaged"

    def write(self, k: np.ndarray, v: np.ndarray, position: int, state: Any = None) -> Any:
        counts = position + 1.0 + np.arange(k.shape[-2])
        return _run(averaged_memory, k, v, state, count=counts)

    def estimate(self, state: Any) -> np.ndarray:
        return state.shape[-2] * state

    def gains(self, keys: int) -> Iterator[Gains]:
        return (Gains(1 - 1 / t, 0.0, keys / t) for t in itertools.count(1))


@dataclass(frozen=True)
class Decayed:
    """A sum of pairs that fade by alpha, over the sum of an endless past's weights."""

    alpha: float
    name = "decayed"

    def __post_init__(self) -> None:
        check_number("Decayed", "alpha", self.alpha, "weights need a sum", least=0, below=1)

    def write(self, k: np.ndarray, v: np.ndarray, position: int, state: Any = None) -> Any:
        return _run(scalar_decay, k, v, state, alpha=self.alpha)

    def estimate(self, state: Any) -> np.ndarray:
        return state.shape[-2] * (1 - self.alpha) * state

    def gains(self, keys: int) -> Iterator[Gains]:
        return itertools.repeat(Gains(self.alpha, 0.0, keys * (1 - self.alpha)))


@dataclass(frozen=True)
class Delta:
    """The delta rule with a constant step."""

    beta: float
    name = "delta"

    def __post_init__(self) -> None:
        _expect_step(self)

    def write(self, k: np.ndarray, v: np.ndarray, position: int, state: Any = None) -> Any:
        return _run(delta, k, v, state, beta=self.beta)

    def estimate(self, state: Any) -> np.ndarray:
        return state

    def gains(self, keys: int) -> Iterator[Gains]:
        return itertools.repeat(Gains(1.0, self.beta, self.beta))


@dataclass(frozen=True)
class GatedDelta:
    """The delta rule with a constant step, which forgets by a constant factor before it."""

    alpha: float
    beta: float
    name = "gated_delta"

    def __post_init__(self) -> None:
        _expect_factor(self, "alpha")
        _expect_step(self)

    def write(self, k: np.ndarray, v: np.ndarray, position: int, state: Any = None) -> Any:
        return _run(gated_delta, k, v, state, alpha=self.alpha, beta=self.beta)

    def estimate(self, state: Any) -> np.ndarray:
        return state

    def gains(self, keys: int) -> Iterator[Gains]:
        return itertools.repeat(Gains(self.alpha, self.beta, self.beta))


@dataclass(frozen=True)
class Mesa:
    """Ridge regression of pairs that fade by alpha.

    Both moments are sums of pairs that fade, so they are written by one `scalar_decay` of keys with
    [keys, values]; `mesa` itself then answers, a token of weight zero for each channel.
    """

    alpha: float
    ridge: float
    name = "mesa"

    def __post_init__(self) -> None:
        _expect_factor(self, "alpha")
        check_number("Mesa", "ridge", self.ridge, "a solution need not exist without", above=0)

    def write(self, k: np.ndarray, v: np.ndarray, position: int, state: Any = None) -> Any:
        moments = None if state is None else np.concatenate(state, axis=-1)
        pairs = np.concatenate([k, v], axis=-1)
        moments = _run(scalar_decay, k, pairs, moments, alpha=self.alpha)
        K = k.shape[-1]
        return Moments(moments[..., :K], moments[..., K:])

    def estimate(self, state: Any) -> np.ndarray:
        K, V = state.values.shape[-2:]
        asked, one = np.eye(K), np.ones(K)
        unseen = asked, asked, np.zeros((K, V))
        return mesa(*unseen, one, 0 * one, self.ridge * one, state=state).out

    def gains(self, keys: int) -> Iterator[Gains] | None:
        """For K = 1, where keys are 1 or -1 and the moment of keys is the sum of the weights."""
        return _gains_of_a_mean(self.alpha, self.ridge) if keys == 1 else None


def _gains_of_a_mean(alpha: float, weight: float) -> Iterator[Gains]:
    """S[t] is the sum of fading pairs over its weights and the ridge, which is there at first."""
    ridge = weight
    while True:
        before, weight = weight, alpha * (weight - ridge) + 1 + ridge
        yield Gains(alpha * before / weight, 0.0, 1 / weight)


@dataclass(frozen=True)
class Kalman:
    """The Kalman filter of a random walk: W[t] = keep W[t-1] + steps, with what it believes."""

    drift: float
    noise: float
    keep: float = 1.0
    size: float = 1.0
    name = "kalman"

    def __post_init__(self) -> None:
        _expect_factor(self, "keep")
        check_number("Kalman", "drift", self.drift, "it is a variance", least=0)
        check_number("Kalman", "noise", self.noise, "it is a variance that divides", above=0)
        check_number("Kalman", "size", self.size, "it is a variance", above=0)

    def write(self, k: np.ndarray, v: np.ndarray, position: int, state: Any = None) -> Any:
        if state is None:
            nothing = np.zeros((*k.shape[:-2], k.shape[-1], v.shape[-1]))
            state = Belief(nothing, self.size * np.eye(k.shape[-1]))
        T = k.shape[-2]
        alpha, noise = np.full(T, self.keep), np.full(T, self.noise)
        drift = np.full(k.shape[-2:], self.drift)
        return kalman_delta(k, k, v, alpha=alpha, drift=drift, noise=noise, state=state).state

    def estimate(self, state: Any) -> np.ndarray:
        return state.mean

    def expected_error(self, state: Any) -> np.ndarray:
        """What it takes the squared error of every column to be: the trace of its covariance."""
        return np.trace(state.covariance, axis1=-2, axis2=-1)

    def is_of(self, world: World) -> bool:
        """Whether what it believes of the world is true."""
        motion = world.motion
        told = (self.drift, self.keep, self.size, self.noise)
        return isinstance(motion, RandomWalk) and told == (
            motion.drift, motion.keep, motion.size, world.noise,
        )  # fmt: skip

    def gains(self, keys: int) -> Iterator[Gains] | None:
        """For K = 1: the covariance does not depend on keys that are 1 or -1."""
        return self._gains_of_one_key() if keys == 1 else None

    def _gains_of_one_key(self) -> Iterator[Gains]:
        unsure = self.size
        while True:
            unsure = self.keep**2 * unsure + self.drift
            gain = unsure / (unsure + self.noise)
            unsure = unsure * (1 - gain)
            yield Gains(self.keep, gain, gain)


MEMORIES: dict[str, type[Any]] = {
    memory.name: memory for memory in (Averaged, Decayed, Delta, GatedDelta, Mesa, Kalman)
}


def _expect_factor(memory: Any, name: str) -> None:
    owner, value = type(memory).__name__, getattr(memory, name)
    check_number(owner, name, value, "it is a factor, not its logarithm", least=0, most=1)


def _expect_step(memory: Any) -> None:
    """With unit keys an error is multiplied by 1 - beta."""
    owner = type(memory).__name__
    check_number(owner, "beta", memory.beta, "any other makes errors larger", least=0, most=2)
