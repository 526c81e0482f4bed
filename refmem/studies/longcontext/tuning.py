"""The best gates of every memory for a world: those with the least error that theory expects.

For a random walk they are the closed forms of `forgetting`; for other worlds
the theory of `tracking` is minimised numerically.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refmem.studies.longcontext.forgetting import best_decay, best_step, best_window, drift_of_step
from refmem.studies.longcontext.memories import MEMORIES, Decayed, Delta, GatedDelta, Memory, Mesa
from refmem.studies.longcontext.tracking import expected_errors, wide_window_errors
from refmem.studies.longcontext.worlds import RandomWalk, World

LONGEST = 2000
"""Tokens that numerical minimisation looks at, at most; of worlds with a period, four of it."""


def tuned(world: World, T: int) -> list[Memory]:
    """All memories, each with the gates that make its error at late tokens of T least.

    >>> for memory in tuned(World(RandomWalk(drift=0.5), keys=1), 100)[2:4]:
    ...     print(memory)
    Delta(beta=0.5)
    GatedDelta(alpha=1.0, beta=0.5)
    """
    return [tuned_memory(name, world, T) for name in MEMORIES]


def tuned_memory(name: str, world: World, T: int) -> Memory:
    """The memory of that name with its best gates.

    mesa    by theory for wide windows; its ridge is noise/size, which is what a Bayesian takes
    kalman  is told the truth of a random walk; of other worlds, that it is the random walk for
            which the delta rule's best step would be what it is

    >>> tuned_memory("mesa", World(RandomWalk(drift=0.5), keys=1), 100)
    Mesa(alpha=0.5, ridge=1.0)
    """
    motion = world.motion
    if isinstance(motion, RandomWalk) and motion.keep == 1 and motion.drift > 0:
        gates = _for_a_walk(name, world, motion, T)
    else:
        horizon = 4 * int(getattr(motion, "period", LONGEST))
        gates = _by_theory(name, world, min(T, LONGEST, horizon))
    return MEMORIES[name](*gates)


def _for_a_walk(name: str, world: World, motion: RandomWalk, T: int) -> list[float]:
    """Closed forms; |W|^2 of a column is taken after three quarters of the tokens."""
    walk = motion.drift, world.noise, world.keys
    power = world.keys * (motion.size + 0.75 * T * motion.drift)
    gates: dict[str, Callable[[], list[float]]] = {
        "averaged": lambda: [],
        "decayed": lambda: [best_decay(*walk, power)],
        "delta": lambda: [best_step(*walk)],
        "gated_delta": lambda: [1.0, best_step(*walk)],
        "mesa": lambda: [best_window(*walk), world.noise / motion.size],
        "kalman": lambda: [motion.drift, world.noise, 1.0, motion.size],
    }
    return gates[name]()


def _by_theory(name: str, world: World, T: int) -> list[float]:
    """The least mean error over the last half of T tokens."""
    late, ridge = slice(T // 2, None), world.noise / world.motion.size

    def error(make: Callable[..., Any]) -> Callable[..., float]:
        return lambda *gates: expected_errors(world, make(*gates).gains(world.keys), T)[late].mean()

    def error_of_mesa(alpha: float) -> float:
        return wide_window_errors(world, Mesa(alpha, ridge), T)[late].mean()

    gates: dict[str, Callable[[], list[float]]] = {
        "averaged": lambda: [],
        "decayed": lambda: _least(error(Decayed), 0.9),
        "delta": lambda: _least(error(Delta), 0.1),
        "gated_delta": lambda: _least(error(GatedDelta), 0.99, 0.1),
        "mesa": lambda: [*_least(error_of_mesa, 0.9), ridge],
        "kalman": lambda: _belief(world, lambda: _least(error(Delta), 0.1)[0]),
    }
    return gates[name]()


def _belief(world: World, best: Callable[[], float]) -> list[float]:
    """What a filter is told: drift, noise, keep, size."""
    motion, noise = world.motion, world.noise
    if isinstance(motion, RandomWalk):
        return [motion.drift, noise, motion.keep, motion.size]
    return [drift_of_step(best(), noise, world.keys), noise, 1.0, motion.size]


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
