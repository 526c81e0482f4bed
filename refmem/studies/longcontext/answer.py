"""What more context buys: the same memories in a fixed world and in one that drifts."""

from __future__ import annotations

from typing import Any

from refmem.studies.longcontext.memories import Kalman, Memory
from refmem.studies.longcontext.tracking import Track, track
from refmem.studies.longcontext.tuning import tuned
from refmem.studies.longcontext.worlds import RandomWalk, World

DRIFTING = World(RandomWalk(drift=1e-4), keys=8, values=4, noise=0.5)
FIXED = World(RandomWalk(), keys=8, values=4, noise=0.5)


def what_context_buys(
    tokens: int = 10_000, worlds: int = 100, **study: Any
) -> tuple[list[Track], list[Track]]:
    """Tracks in the fixed world, and in the one that drifts, of all memories.

    Gates are the best for the world that drifts. Only the filter is told which world it is in.
    rng, executor, journal and watch as for `refmem.support.sweep`.

    >>> fixed, drifting = what_context_buys(tokens=10, worlds=2)
    >>> [one.memory.name for one in fixed]
    ['averaged', 'decayed', 'delta', 'gated_delta', 'mesa', 'kalman']
    """
    memories = tuned(DRIFTING, tokens)
    cases = [(_told(memory, world), world) for world in (FIXED, DRIFTING) for memory in memories]
    tracks = track(cases, times_until(tokens), worlds, **study)
    return tracks[: len(memories)], tracks[len(memories) :]


def _told(memory: Memory, world: World) -> Memory:
    """A filter knows how much the world drifts."""
    if isinstance(memory, Kalman) and isinstance(world.motion, RandomWalk):
        return Kalman(world.motion.drift, world.noise)
    return memory


def times_until(tokens: int) -> list[int]:
    """1, 3, 10, 30, ... and `tokens`.

    >>> times_until(200)
    [1, 3, 10, 30, 100, 200]
    """
    times = [step * 10**power for power in range(len(str(tokens))) for step in (1, 3)]
    return [time for time in times if time < tokens] + [tokens]
