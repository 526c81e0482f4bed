"""The best gates of every memory for a world: those with the least error that theory expects.

For a random walk they are the closed forms of `refmem.longcontext.forgetting`; for other worlds
the same theory is minimised numerically.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refmem.longcontext.forgetting import drift_of_step
from refmem.longcontext.memories import (
    Averaged,
    Decayed,
    Delta,
    GatedDelta,
    Kalman,
    Memory,
    Mesa,
)
from refmem.longcontext.tracking import expected_errors, wide_window_errors
from refmem.longcontext.worlds import RandomWalk, World


def tuned(world: World, T: int) -> list[Memory]:
    """All memories, with gates that make the mean error over the last half of T tokens least.

    mesa    by theory for wide windows; its ridge is noise/size, which is what a Bayesian takes
    kalman  is told the truth of a random walk; of other worlds, that it is the random walk for
            which the delta rule's best step would be what it is

    >>> from refmem.longcontext import RandomWalk
    >>> [memory.name for memory in tuned(World(RandomWalk(drift=0.1), keys=1), 50)]
    ['averaged', 'decayed', 'delta', 'gated_delta', 'mesa', 'kalman']
    """
    late = slice(T // 2, None)

    def by_theory(make: Callable[..., Any]) -> Callable[..., float]:
        return lambda *gates: expected_errors(world, make(*gates).gains(world.keys), T)[late].mean()

    ridge = world.noise / world.motion.size

    def by_wide_window(alpha: float) -> float:
        return wide_window_errors(world, Mesa(alpha, ridge), T)[late].mean()

    (alpha,) = _least(by_theory(Decayed), 0.9)
    (beta,) = _least(by_theory(Delta), 0.1)
    gates = _least(by_theory(GatedDelta), 0.99, beta)
    (fading,) = _least(by_wide_window, 0.9)
    return [
        Averaged(),
        Decayed(alpha),
        Delta(beta),
        GatedDelta(*gates),
        Mesa(fading, ridge),
        _filter(world, beta),
    ]


def _filter(world: World, beta: float) -> Kalman:
    motion, noise = world.motion, world.noise
    if isinstance(motion, RandomWalk):
        return Kalman(motion.drift, noise, motion.keep, motion.size)
    return Kalman(drift_of_step(beta, noise, world.keys), noise, 1.0, motion.size)


def _least(function: Callable[..., float], *start: float) -> list[float]:
    """The gates in (0, 1) at which a function is least, searched on the scale of log(x/(1 - x))."""
    from scipy.optimize import minimize  # here, for importing it takes longer than refmem

    def gates(x: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-x))

    first = np.array(start)
    found = minimize(
        lambda x: function(*map(float, gates(x))),
        np.log(first / (1 - first)),
        method="Nelder-Mead",
        options={"xatol": 1e-3, "fatol": np.inf},
    )
    return [float(gate) for gate in gates(found.x)]
