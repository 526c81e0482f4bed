"""A memory over a stream of any length, in constant memory, that can be stopped and gone on with.

    chunks of tokens in   generated where they are used, each from its own seed
    statistics out        how far the memory is from the world, running, and by octave of T
    a position between    all that going on needs: the memory, the world, the statistics

Going on from a position gives the same bits as never having stopped: a chunk's seed follows from
the stream's seed and the chunk's place alone, and chunks begin where they always begin.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from refmem.studies.longcontext.memories import Memory
from refmem.studies.longcontext.settings import of_memory, of_world
from refmem.studies.longcontext.statistics import Running
from refmem.studies.longcontext.worlds import Chunk, World
from refmem.support.arguments import check_count


class Position(NamedTuple):
    """Where a stream is, between two chunks.

    tokens      how many were seen
    latent      of the world
    state       of the memory, None before the first token
    overall     the squared error of a column at the end of every chunk
    octaves     the same for chunks that end at T in [1, 2), [2, 4), [4, 8), ... tokens
    """

    tokens: int
    latent: np.ndarray
    state: Any
    overall: Running
    octaves: tuple[Running, ...]


@dataclass(frozen=True)
class Stream:
    """A memory that follows a world, `chunk` tokens at a time, from a seed.

    >>> from refmem.studies.longcontext import Delta, RandomWalk
    >>> stream = Stream(Delta(0.1), World(RandomWalk(drift=1e-3)), chunk=10)
    >>> half = stream.run(500)
    >>> whole, direct = stream.run(1000, half), stream.run(1000)
    >>> bool((whole.state == direct.state).all()), whole.overall == direct.overall
    (True, True)
    """

    memory: Memory
    world: World
    chunk: int = 1000
    seed: int = 0

    def __post_init__(self) -> None:
        check_count("Stream", "chunk", self.chunk, "it counts tokens")

    @property
    def settings(self) -> dict[str, Any]:
        """What makes two streams the same, in what JSON holds."""
        memory, world = of_memory(self.memory), of_world(self.world)
        return {"memory": memory, **world, "chunk": self.chunk, "seed": self.seed}

    def begin(self) -> Position:
        """Before the first token."""
        latent = self.world.begin(np.random.default_rng([self.seed, 0]))
        return Position(0, latent, None, Running(), ())

    def advance(self, position: Position) -> Position:
        """One chunk further; the position given stays as it is."""
        rng = np.random.default_rng([self.seed, 1 + position.tokens // self.chunk])
        chunk = self.world.tokens(rng, position.latent, position.tokens, self.chunk)
        state = self.memory.write(chunk.k, chunk.v, position.tokens, position.state)
        error = _error(self.memory.estimate(state), chunk)
        overall = position.overall.after(error)
        octaves = _with(position.octaves, chunk.position.bit_length() - 1, error)
        return Position(chunk.position, chunk.latent, state, overall, octaves)

    def positions(self, tokens: int, position: Position | None = None) -> Iterator[Position]:
        """Every position after the given one, or the beginning, until `tokens` were seen."""
        position = self.begin() if position is None else position
        self.check(tokens, position)
        while position.tokens < tokens:
            position = self.advance(position)
            yield position

    def run(self, tokens: int, position: Position | None = None) -> Position:
        """The position after so many tokens in all."""
        position = self.begin() if position is None else position
        for later in self.positions(tokens, position):
            position = later
        return position

    def check(self, tokens: int, position: Position) -> None:
        """Raise ValueError unless the stream passes through `tokens` from this position."""
        if tokens < 0 or tokens % self.chunk:
            raise ValueError(
                f"Stream: tokens has value {tokens}, expected a multiple of chunk {self.chunk}, "
                "because a stream stops between two chunks"
            )
        if position.tokens > tokens:
            raise ValueError(
                f"Stream: tokens has value {tokens}, expected at least {position.tokens}, because "
                "so many were seen already"
            )


def _error(estimate: np.ndarray, chunk: Chunk) -> float:
    """|S - W|^2 of a column, averaged over the columns."""
    distance = estimate - chunk.truth
    return float((distance * distance).sum(-2).mean())


def _with(octaves: tuple[Running, ...], place: int, error: float) -> tuple[Running, ...]:
    """One more error in the octave of that place; octaves without any are empty."""
    octaves += (Running(),) * (place + 1 - len(octaves))
    return (*octaves[:place], octaves[place].after(error), *octaves[place + 1 :])
