"""Worlds that drift: a map W[t] from keys to values that moves, and the tokens that show it.

    v[t] = recall(W[t], k[t]) + e[t]      k[t] uniform on the unit sphere, e of variance `noise`

    RandomWalk   W[t] = keep W[t-1] + a step of variance `drift`; drift = 0, keep = 1 is a fixed one
    Piecewise    W[t] stays for `period` tokens, and is then another one
    Periodic     W[t] turns: A cos(2 pi t/period) + B sin(2 pi t/period)

At first every entry of W has the variance `size`. Tokens are counted from 1, and the world moves
before a token is seen. A motion says the same twice: `maps` draws it, and `law` is what theory
needs of it, the latent parts U of which W is the first:

    U[t] = F[t] U[t-1] + steps with covariance Q[t], for every entry alike
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from refmem.algebra import norm2
from refmem.support.arguments import check_count, check_number

Law = tuple[np.ndarray, np.ndarray]

VARIANCE = "it is the variance of an entry of the map"

LONGEST = 500
"""Tokens that are drawn at a time, at most."""


class Motion(Protocol):
    """How the map moves: its name, how many latent parts it has, and the variance of them all."""

    @property
    def name(self) -> str: ...

    @property
    def parts(self) -> int: ...

    @property
    def size(self) -> float: ...

    def law(self, t: int) -> Law:
        """F (n, n) and Q (n, n) of the move before token t."""

    def maps(
        self, rng: np.random.Generator, latent: np.ndarray, start: int, T: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """W (..., T, K, V) at tokens start + 1 to start + T, and the latent (n, ..., K, V) after.

        `latent` holds what the motion has to remember of the tokens before.
        """


@dataclass(frozen=True)
class RandomWalk:
    """W[t] = keep W[t-1] + a step of variance `drift` an entry and token.

    >>> RandomWalk(drift=0.5).law(1)
    (array([[1.]]), array([[0.5]]))
    """

    drift: float = 0.0
    keep: float = 1.0
    size: float = 1.0
    name = "random_walk"
    parts = 1

    def __post_init__(self) -> None:
        check_number("RandomWalk", "drift", self.drift, "it is a variance", least=0)
        check_number("RandomWalk", "keep", self.keep, "more would explode", least=0, most=1)
        check_number("RandomWalk", "size", self.size, VARIANCE, above=0)

    def law(self, t: int) -> Law:
        return np.array([[self.keep]]), np.array([[self.drift]])

    def maps(
        self, rng: np.random.Generator, latent: np.ndarray, start: int, T: int
    ) -> tuple[np.ndarray, np.ndarray]:
        *lead, K, V = latent.shape[1:]
        if self.drift == 0 and self.keep == 1:
            return np.broadcast_to(latent[0][..., None, :, :], (*lead, T, K, V)), latent
        steps = rng.standard_normal((*lead, T, K, V))
        steps *= self.drift**0.5
        steps[..., 0, :, :] += self.keep * latent[0]
        if self.keep == 1:
            np.cumsum(steps, axis=-3, out=steps)
        else:
            for t in range(1, T):
                steps[..., t, :, :] += self.keep * steps[..., t - 1, :, :]
        return steps, steps[None, ..., -1, :, :].copy()


@dataclass(frozen=True)
class Piecewise:
    """W stays for `period` tokens and is then drawn anew, the first time before token period + 1.

    >>> [float(Piecewise(period=2).law(t)[0][0, 0]) for t in (1, 2, 3, 4)]
    [1.0, 1.0, 0.0, 1.0]
    """

    period: int
    size: float = 1.0
    name = "piecewise"
    parts = 1

    def __post_init__(self) -> None:
        check_count("Piecewise", "period", self.period, "it counts tokens")
        check_number("Piecewise", "size", self.size, VARIANCE, above=0)

    def law(self, t: int) -> Law:
        jumps = t > 1 and (t - 1) % self.period == 0
        return np.array([[0.0 if jumps else 1.0]]), np.array([[self.size if jumps else 0.0]])

    def maps(
        self, rng: np.random.Generator, latent: np.ndarray, start: int, T: int
    ) -> tuple[np.ndarray, np.ndarray]:
        place = (start + np.arange(T)) // self.period  # how many jumps there were in all
        new = place - max(start - 1, 0) // self.period
        drawn = rng.standard_normal((new[-1], *latent.shape[1:])) * self.size**0.5
        levels = np.concatenate([latent, drawn])
        return np.moveaxis(levels[new], 0, -3), levels[-1:].copy()


@dataclass(frozen=True)
class Periodic:
    """W[t] = A cos(2 pi t/period) + B sin(2 pi t/period), A and B of variance `size`.

    >>> Periodic(period=4).law(1)[0].round(12) + 0.0
    array([[ 0.,  1.],
           [-1.,  0.]])
    """

    period: float
    size: float = 1.0
    name = "periodic"
    parts = 2

    def __post_init__(self) -> None:
        check_number("Periodic", "period", self.period, "shorter ones are aliases", least=2)
        check_number("Periodic", "size", self.size, VARIANCE, above=0)

    def law(self, t: int) -> Law:
        angle = 2 * np.pi / self.period
        turned = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        return turned, np.zeros((2, 2))

    def maps(
        self, rng: np.random.Generator, latent: np.ndarray, start: int, T: int
    ) -> tuple[np.ndarray, np.ndarray]:
        turns = np.remainder(start + 1 + np.arange(T), self.period) / self.period
        angle = (2 * np.pi * turns)[:, None, None]
        A, B = latent[..., None, :, :]
        return np.cos(angle) * A + np.sin(angle) * B, latent


MOTIONS: dict[str, type[Any]] = {
    motion.name: motion for motion in (RandomWalk, Piecewise, Periodic)
}


class Chunk(NamedTuple):
    """Some tokens of a world: keys (..., T, K), values (..., T, V), the map (..., K, V) at the last
    of them, and what is needed to go on: how many tokens there were, and the motion's latent."""

    k: np.ndarray
    v: np.ndarray
    truth: np.ndarray
    position: int
    latent: np.ndarray


@dataclass(frozen=True)
class World:
    """A motion, the widths of keys and values, and the variance of the noise in every value."""

    motion: Motion
    keys: int = 8
    values: int = 4
    noise: float = 1.0

    def __post_init__(self) -> None:
        for name in ("keys", "values"):
            check_count("World", name, getattr(self, name), "it counts channels")
        check_number("World", "noise", self.noise, "it is a variance that divides", above=0)

    def begin(self, rng: np.random.Generator, lead: tuple[int, ...] = ()) -> np.ndarray:
        """The latent before the first token of so many independent worlds."""
        shape = (self.motion.parts, *lead, self.keys, self.values)
        return rng.standard_normal(shape) * self.motion.size**0.5

    def tokens(self, rng: np.random.Generator, latent: np.ndarray, position: int, T: int) -> Chunk:
        """T >= 1 tokens after the first `position` ones.

        >>> world = World(RandomWalk(), keys=2, values=3)
        >>> rng = np.random.default_rng(0)
        >>> chunk = world.tokens(rng, world.begin(rng, (5,)), 0, 7)
        >>> chunk.k.shape, chunk.v.shape, chunk.truth.shape, chunk.position
        ((5, 7, 2), (5, 7, 3), (5, 2, 3), 7)
        """
        lead = latent.shape[1:-2]
        W, after = self.motion.maps(rng, latent, position, T)
        k = rng.standard_normal((*lead, T, self.keys))
        k /= np.sqrt(norm2(k))[..., None]
        v = rng.standard_normal((*lead, T, self.values))
        v *= self.noise**0.5
        v += (k[..., None, :] @ W)[..., 0, :]
        return Chunk(k, v, np.array(W[..., -1, :, :]), position + T, after)

    def until(
        self, times: Iterable[int], rng: np.random.Generator, lead: tuple[int, ...] = ()
    ) -> Iterator[Chunk]:
        """Chunks of at most `LONGEST` tokens, of which some end at each of these times."""
        latent, position = self.begin(rng, lead), 0
        for time in times:
            while position < time:
                chunk = self.tokens(rng, latent, position, min(time - position, LONGEST))
                yield chunk
                latent, position = chunk.latent, chunk.position
