"""Two studies that the documentation shows: kinds of drift, and errors against steps."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from refmem.studies.estimates import Estimate
from refmem.studies.longcontext.forgetting import best_step, settled_error
from refmem.studies.longcontext.memories import Delta
from refmem.studies.longcontext.tracking import Track, track
from refmem.studies.longcontext.tuning import tuned
from refmem.studies.longcontext.worlds import Motion, Periodic, Piecewise, RandomWalk, World

MOTIONS: dict[str, Motion] = {
    "returning walk, keep 0.99": RandomWalk(drift=1e-3, keep=0.99),
    "jumps every 300 tokens": Piecewise(300),
    "turns in 600 tokens": Periodic(600),
}


def three_worlds(tokens: int = 1200, worlds: int = 100, **study: Any) -> dict[str, list[Track]]:
    """Every memory in three kinds of world, with the best gates for each; K = 8, V = 4, r = 1/2.

    At 40 times, evenly spaced; `tokens` is at least 40.

    rng, executor, journal and watch as for `refmem.support.sweep`.
    """
    cases = []
    for motion in MOTIONS.values():
        world = World(motion, keys=8, values=4, noise=0.5)
        cases += [(memory, world) for memory in tuned(world, tokens)]
    times = range(tokens // 40, tokens + 1, tokens // 40)
    tracks = track(cases, list(times), worlds, **study)
    each = len(tracks) // len(MOTIONS)
    return {title: tracks[n * each :][:each] for n, title in enumerate(MOTIONS)}


class Valley(NamedTuple):
    """Errors of the delta rule against its step, over the noise, in one world that drifts.

    ratio      rho = Q/r
    steps      that were measured, with their errors
    fine       steps of the line of theory
    best       the step with the least error of theory
    """

    ratio: float
    steps: list[float]
    measured: list[Estimate]
    fine: list[float]
    theory: list[float]
    best: float


def valleys(
    ratios: tuple[float, ...] = (1e-4, 1e-2, 1.0), worlds: int = 400, **study: Any
) -> list[Valley]:
    """The delta rule with many steps in random walks of several speeds; K = 4, V = 1, r = 1.

    >>> [round(one.best, 4) for one in valleys((0.5,), worlds=2)]
    [0.5]
    """
    steps = [float(step) for step in np.logspace(-2.25, 0.2, 8)]
    fine = [float(step) for step in np.logspace(-2.5, 0.25, 60)]
    settled = 4000
    made = [World(RandomWalk(ratio / 4), keys=4, values=1, noise=1.0) for ratio in ratios]
    cases = [(Delta(step), world) for world in made for step in steps]
    tracks = track(cases, [settled], worlds, **study)
    found = []
    for place, ratio in enumerate(ratios):
        own = tracks[place * len(steps) :][: len(steps)]
        theory = [settled_error(step, ratio / 4, 1.0, 4) for step in fine]
        measured = [one.measured[0] for one in own]
        found.append(Valley(ratio, steps, measured, fine, theory, best_step(ratio / 4, 1.0, 4)))
    return found
