"""The best gates of every memory for a world: those with the least error that theory expects.

For a random walk they are the closed forms of `refmem.longcontext.forgetting`; for other worlds
the theory of `refmem.longcontext.tracking` is minimised numerically.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refmem.longcontext.forgetting import best_decay, best_step, best_window, drift_of_step
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

LONGEST = 2000
"""Tokens that numerical minimisation looks at, at most."""


def tuned(world: World, T: int) -> list[Memory]:
    """All memories, with gates that make the error at late tokens of T least.

    mesa    by theory for wide windows; its ridge is noise/size, which is what a Bayesian takes
    kalman  is told the truth of a random walk; of other worlds, that it is the random walk for
            which the delta rule's best step would be what it is

    >>> for memory in tuned(World(RandomWalk(drift=0.5), keys=1), 100)[2:4]:
    ...     print(memory)
    Delta(beta=0.5)
    GatedDelta(alpha=1.0, beta=0.5)
    """
    motion = world.motion
    if isinstance(motion, RandomWalk) and motion.keep == 1 and motion.drift > 0:
        return _for_a_walk(world, motion, T)
    return _by_theory(world, min(T, LONGEST))


def _for_a_walk(world: World, motion: RandomWalk, T: int) -> list[Memory]:
    """`power` is |W|^2 of a column after three quarters of the tokens."""
    walk = motion.drift, world.noise, world.keys
    power = world.keys * (motion.size + 0.75 * T * motion.drift)
    beta = best_step(*walk)
    return [
        Averaged(),
        Decayed(best_decay(*walk, power)),
        Delta(beta),
        GatedDelta(1.0, beta),
        Mesa(best_window(*walk), world.noise / motion.size),
        Kalman(motion.drift, world.noise, 1.0, motion.size),
    ]


def _by_theory(world: World, T: int) -> list[Memory]:
    """The least mean error over the last half of T tokens."""
    late = slice(T // 2, None)

    def error_of(make: Callable[..., Any]) -> Callable[..., float]:
        return lambda *gates: expected_errors(world, make(*gates).gains(world.keys), T)[late].mean()

    ridge = world.noise / world.motion.size

    def error_of_mesa(alpha: float) -> float:
        return wide_window_errors(world, Mesa(alpha, ridge), T)[late].mean()

    (alpha,) = _least(error_of(Decayed), 0.9)
    (beta,) = _least(error_of(Delta), 0.1)
    gates = _least(error_of(GatedDelta), 0.99, beta)
    (fading,) = _least(error_of_mesa, 0.9)
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

    def gates(x: np.ndarray) -> list[float]:
        return [float(gate) for gate in 1 / (1 + np.exp(-x))]

    first = np.array(start)
    found = minimize(
        lambda x: function(*gates(x)),
        np.log(first / (1 - first)),
        method="Nelder-Mead",
        options={"xatol": 1e-3, "fatol": np.inf},
    )
    return gates(found.x)
