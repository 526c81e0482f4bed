"""How far a memory is from the world it follows: E |S[t] - W[t]|^2 of a column, after every token.

    expected_errors    exactly, for memories whose gains do not depend on the keys
    simulated_errors   by running the shipped rule on many worlds, with confidence intervals

Theory and simulation share no line of code: the first moves a few second moments, the second runs
rules on tokens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from refmem.studies.estimates import Estimate, mean_of
from refmem.studies.longcontext.memories import Gains, Kalman, Memory, Mesa
from refmem.studies.longcontext.settings import memory_of, of_memory, of_world, world_of
from refmem.studies.longcontext.worlds import Law, World
from refmem.support.sweep import Watch, sweep

WIDE = 10
"""Tokens for each channel of a key from which a window counts as wide."""


def expected_errors(world: World, gains: Iterable[Gains], T: int) -> np.ndarray:
    """E |S[t] - W[t]|^2 of a column at t = 1 ... T, (T,), from an empty memory.

    Keys are unit vectors without a preferred direction, so E k'k = I/K and (k'k)^2 = k'k; then the
    inner products of S and of the parts of the world have means that follow from their last ones.
    Proof: derivations/long_context/moments.py, and exactly by enumeration in
    tests/studies/longcontext/test_tracking.py

    >>> from refmem.studies.longcontext import Averaged, RandomWalk, World
    >>> fixed = World(RandomWalk(), keys=1, noise=0.5)
    >>> expected_errors(fixed, Averaged().gains(1), 4)
    array([0.5       , 0.25      , 0.16666667, 0.125     ])
    """
    errors = np.empty(T)
    for t, moments in enumerate(second_moments(world, gains, T)):
        errors[t] = moments[0, 0] - 2 * moments[0, 1] + moments[1, 1]
    return errors


def wide_window_errors(world: World, memory: Mesa, T: int) -> np.ndarray:
    """E |S[t] - W[t]|^2 for `mesa`, where it weighs many more tokens than keys are wide.

    With the moment of the keys at its mean, every entry of a column is a fading mean in a world of
    one key, with K times the noise. What is left out is of order K (1 - alpha), and of order K/t
    at first. Exact for K = 1. Proof: derivations/long_context/best_decay.py

    >>> from refmem.studies.longcontext import Mesa, RandomWalk, World
    >>> wide_window_errors(World(RandomWalk(), keys=2), Mesa(1.0, 1.0), 3)
    array([1.33333333, 1.        , 0.8       ])
    """
    keys = world.keys
    one_key = World(world.motion, 1, world.values, keys * world.noise)
    alone = Mesa(memory.alpha, keys * memory.ridge)
    gains = alone.gains(1)
    assert gains is not None
    return keys * expected_errors(one_key, gains, T)


def second_moments(world: World, gains: Iterable[Gains], T: int) -> Iterator[np.ndarray]:
    """E of the inner products of S, W, ... (1 + n, 1 + n) of a column, after each of T tokens."""
    parts = world.motion.parts
    moments = np.zeros((1 + parts, 1 + parts))
    moments[1:, 1:] = world.keys * world.motion.size * np.eye(parts)
    for t, gain in zip(range(1, T + 1), gains, strict=False):
        moments = after_a_token(moments, world.motion.law(t), gain, world.keys, world.noise)
        yield moments


def after_a_token(moments: np.ndarray, law: Law, gain: Gains, keys: Any, noise: Any) -> np.ndarray:
    """The second moments after one token: the world moves, the memory decays, a pair is written.

    With Z = (S', U), U[0] = W, and the row `aim` with aim Z = write W - erase S':

        S = S' + bind(k, aim recall(Z, k) + write e),   E k'k = I/K = E (k'k)^2
    """
    F, Q = law
    moved = moments.copy()
    moved[0, 0] = gain.decay * gain.decay * moments[0, 0]
    moved[0, 1:] = gain.decay * (F @ moments[0, 1:])
    moved[1:, 1:] = F @ moments[1:, 1:] @ F.T + keys * Q
    moved[1:, 0] = moved[0, 1:]
    towards = gain.write * moved[1] - gain.erase * moved[0]
    power = gain.write * towards[1] - gain.erase * towards[0]
    after = moved.copy()
    after[0, 0] += (2 * towards[0] + power) / keys + gain.write * gain.write * noise
    after[0, 1:] += towards[1:] / keys
    after[1:, 0] = after[0, 1:]
    return after


class Tracked(NamedTuple):
    """Errors of a memory at some times: (worlds, times), and what it took them to be, or None."""

    errors: np.ndarray
    believed: np.ndarray | None

    def at(self, place: int) -> Estimate:
        """The mean error at one of the times, over the worlds."""
        return mean_of(self.errors[:, place])


def simulated_errors(
    memory: Memory,
    world: World,
    times: Sequence[int],
    worlds: int,
    rng: np.random.Generator,
) -> Tracked:
    """|S[t] - W[t]|^2 of a column, at these times, in so many independent worlds.

    A world's columns share their keys, so they are averaged and count as one sample.

    >>> from refmem.studies.longcontext import Averaged, Delta, RandomWalk
    >>> world = World(RandomWalk(drift=0.01), keys=2)
    >>> tracked = simulated_errors(Delta(0.5), world, [10, 20], 3, np.random.default_rng(0))
    >>> tracked.errors.shape
    (3, 2)
    """
    _check_times(times)
    state: Any = None
    errors, believed, position = [], [], 0
    for chunk in world.until(times, rng, (worlds,)):
        state = memory.write(chunk.k, chunk.v, position, state)
        position = chunk.position
        if position not in times:
            continue
        distance = memory.estimate(state) - chunk.truth
        errors.append((distance * distance).sum(-2).mean(-1))
        if hasattr(memory, "expected_error"):
            believed.append(memory.expected_error(state))
    return Tracked(np.stack(errors, -1), np.stack(believed, -1) if believed else None)


class Track(NamedTuple):
    """One memory in one world: its mean squared error at some times, measured and as theory has it.

    theory    exact; of `mesa` with wide keys for wide windows, where 10 K tokens were seen; of
              `kalman` what it believes, if it believes the truth; else None
    """

    memory: Memory
    times: list[int]
    measured: list[Estimate]
    theory: list[float | None] | None


def track(
    cases: Sequence[tuple[Memory, World]],
    times: Sequence[int],
    worlds: int,
    *,
    rng: int = 0,
    executor: Executor | None = None,
    journal: str | Path | None = None,
    watch: Watch | None = None,
) -> list[Track]:
    """Let memories follow worlds, each in so many worlds of its kind; rng, ... as for `sweep`.

    >>> from refmem.studies.longcontext import Averaged, RandomWalk
    >>> case = Averaged(), World(RandomWalk(), keys=1)
    >>> track([case], [1, 4], worlds=50)[0].theory
    [1.0, 0.25]
    """
    _check_times(times)
    setting = {"times": list(times), "worlds": worlds}
    points = [{"memory": of_memory(m), "world": of_world(w), **setting} for m, w in cases]
    found = sweep(_point, points, rng=rng, executor=executor, journal=journal, watch=watch)
    return [
        Track(memory, list(times), [Estimate(*one) for one in result["measured"]], result["theory"])
        for (memory, _), result in zip(cases, found, strict=True)
    ]


def _point(point: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """One memory, for `refmem.support.sweep`."""
    memory, world = memory_of(point["memory"]), world_of(point["world"])
    times = point["times"]
    tracked = simulated_errors(memory, world, times, point["worlds"], rng)
    measured = [tracked.at(place) for place in range(len(times))]
    return {"measured": measured, "theory": _theory(memory, world, times, tracked)}


def _theory(
    memory: Memory, world: World, times: Sequence[int], tracked: Tracked
) -> list[float | None] | None:
    gains, at = memory.gains(world.keys), np.array(times) - 1
    if gains is not None:
        return [float(x) for x in expected_errors(world, gains, times[-1])[at]]
    if isinstance(memory, Mesa):
        expected = wide_window_errors(world, memory, times[-1])
        return [float(expected[t - 1]) if t >= WIDE * world.keys else None for t in times]
    if isinstance(memory, Kalman) and memory.is_of(world) and tracked.believed is not None:
        return [float(x) for x in tracked.believed.mean(0)]
    return None


def _check_times(times: Sequence[int]) -> None:
    if not times or times[0] < 1 or any(later <= one for one, later in pairwise(times)):
        raise ValueError(
            f"simulated_errors: times has values {list(times)}, expected whole numbers from 1 that "
            "increase, because tokens are seen one after another"
        )
