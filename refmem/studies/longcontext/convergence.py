"""Shipped rules on their way to S*: E |S[T] - S*|^2 as T grows, and the power of T it falls with.

    ridge           mesa, ridge lam a token            ridge_limit            1/T
    interpolation   mesa, one ridge, keys hold x       interpolation_limit    1/T^2: no noise
    average         averaged_memory                    average_limit          spread/T, exactly
    softmax         softmax_attention, one query       softmax_limit          spread/T in the end
    shrinking       delta, beta the best at every t    the map itself         best_steps, exactly
    constant        delta, beta constant               none: it fluctuates    settled_error

Every point draws its own contexts, so that the errors of the points are independent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from refmem.forms.compiled import quickest
from refmem.memory import Cache
from refmem.rules.attention import softmax_attention
from refmem.rules.delta import delta
from refmem.studies.estimates import CONFIDENCE, Estimate, mean_of, rate_of, student
from refmem.studies.longcontext.contexts import Context, random_context
from refmem.studies.longcontext.forgetting import best_steps, settled_error
from refmem.studies.longcontext.limits import (
    average_limit,
    average_spread,
    interpolation_limit,
    ridge_limit,
    softmax_limit,
    softmax_spread,
)
from refmem.studies.longcontext.memories import Averaged, Delta, Mesa
from refmem.studies.longcontext.tracking import simulated_errors
from refmem.studies.longcontext.worlds import RandomWalk, World
from refmem.support.arguments import check_choice
from refmem.support.sweep import Watch, sweep

RIDGE, BETA, SCALE = 0.5, 0.5, 0.7
QUERY = np.array([2.4, -1.2])
WORLD = World(RandomWalk(), keys=4, values=2, noise=0.5)
"""The fixed world of the two delta rules, whose keys are unit vectors."""


def context(name: str) -> Context:
    """The fixed world that an approach is measured in; always the same."""
    rng = np.random.default_rng(2505)
    if name == "interpolation":
        return random_context(rng, D=3, K=5, V=2)
    return random_context(rng, D=4, K=2, V=3, noise=0.5, mean=name in ("softmax", "ridge"))


def _ridge(T: int, contexts: int, rng: np.random.Generator) -> np.ndarray:
    world = context("ridge")
    limit = ridge_limit(world.W_k, world.W_v, world.second_moment, RIDGE)
    return _distance(Mesa(1.0, RIDGE * T), world, limit, T, contexts, rng)


def _interpolation(T: int, contexts: int, rng: np.random.Generator) -> np.ndarray:
    world = context("interpolation")
    limit = interpolation_limit(world.W_k, world.W_v)
    return _distance(Mesa(1.0, RIDGE), world, limit, T, contexts, rng)


def _average(T: int, contexts: int, rng: np.random.Generator) -> np.ndarray:
    world = context("average")
    k, v = world.tokens(rng, (contexts,), T)
    limit = average_limit(world.W_k, world.W_v, world.second_moment)
    return _squared(Averaged().write(k, v, 0) - limit)


def _softmax(T: int, contexts: int, rng: np.random.Generator) -> np.ndarray:
    """One query asks a cache of T - 1 tokens and the last one."""
    world = context("softmax")
    k, v = world.tokens(rng, (contexts,), T)
    limit = softmax_limit(QUERY, world.W_k, world.W_v, world.mean, world.covariance, SCALE)
    past = Cache(k[:, :-1], v[:, :-1], None)
    asked = np.broadcast_to(QUERY, k[:, -1:].shape)
    out = softmax_attention(asked, k[:, -1:], v[:, -1:], state=past, scale=SCALE).out
    return _squared(out - limit)


def _shrinking(T: int, contexts: int, rng: np.random.Generator) -> np.ndarray:
    chunk = WORLD.tokens(rng, WORLD.begin(rng, (contexts,)), 0, T)
    beta, _ = best_steps(T, 0.0, WORLD.noise, WORLD.keys)
    form = quickest(delta)
    state = delta(chunk.k, chunk.k, chunk.v, beta, form=form).state
    return _squared(state - chunk.truth) / WORLD.values


def _constant(T: int, contexts: int, rng: np.random.Generator) -> np.ndarray:
    return simulated_errors(Delta(BETA), WORLD, [T], contexts, rng).errors[:, 0]


class Approach(NamedTuple):
    """A rule in a fixed world.

    measure   (T, contexts, rng) -> squared distances from the limit, (contexts,)
    power     of T that theory says the mean of them falls with in the end
    theory    T -> their mean, exactly or in the end; None where only the power is known
    exact     that mean is exact for every T
    """

    measure: Callable[[int, int, np.random.Generator], np.ndarray]
    power: float
    theory: Callable[[int], float] | None = None
    exact: bool = False


def _theory_of_average(T: int) -> float:
    world = context("average")
    return average_spread(world.W_k, world.W_v, world.second_moment, world.noise) / T


def _theory_of_softmax(T: int) -> float:
    world = context("softmax")
    maps = world.W_k, world.W_v, world.covariance
    return float(softmax_spread(QUERY, *maps, SCALE, world.noise)) / T


def _theory_of_shrinking(T: int) -> float:
    return float(best_steps(T, 0.0, WORLD.noise, WORLD.keys)[1][-1])


def _theory_of_constant(T: int) -> float:
    return settled_error(BETA, 0.0, WORLD.noise, WORLD.keys)


APPROACHES = {
    "ridge": Approach(_ridge, -1),
    "interpolation": Approach(_interpolation, -2),
    "average": Approach(_average, -1, _theory_of_average, exact=True),
    "softmax": Approach(_softmax, -1, _theory_of_softmax),
    "shrinking": Approach(_shrinking, -1, _theory_of_shrinking, exact=True),
    "constant": Approach(_constant, 0, _theory_of_constant),
}


class Convergence(NamedTuple):
    """How one approach came near: mean squared distances at some T, and the power of T."""

    name: str
    times: list[int]
    distances: list[Estimate]
    power: Estimate


def converge(
    times: Sequence[int] = (64, 256, 1024, 4096),
    contexts: int = 200,
    *,
    names: Sequence[str] = tuple(APPROACHES),
    rng: int = 0,
    executor: Executor | None = None,
    journal: str | Path | None = None,
    watch: Watch | None = None,
) -> list[Convergence]:
    """Run every approach at every T, in so many contexts each; rng, ... as for `sweep`.

    >>> found = converge([8, 32], contexts=20, names=["interpolation"])[0]
    >>> found.name, found.times, -2.5 < found.power.value < -1.5
    ('interpolation', [8, 32], True)
    """
    for name in names:
        check_choice("converge", "name", name, APPROACHES, "these exist")
    if len(times) < 2 or contexts < 2:
        raise ValueError(
            f"converge: times, contexts have {len(times)} and {contexts} of them, expected at "
            "least 2 of each, because a power needs two points and a point its spread"
        )
    points = [{"name": name, "T": T, "contexts": contexts} for name in names for T in times]
    found = sweep(_point, points, rng=rng, executor=executor, journal=journal, watch=watch)
    studies = []
    for place, name in enumerate(names):
        distances = [Estimate(**one) for one in found[place * len(times) :][: len(times)]]
        means = np.array([one.value for one in distances])
        errors = np.array([one.half_width for one in distances]) / student(contexts - 1, CONFIDENCE)
        power = rate_of(np.array(times, dtype=float), means, errors)
        studies.append(Convergence(name, list(times), distances, power))
    return studies


def _point(point: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """One approach at one T, for `refmem.support.sweep`."""
    measure = APPROACHES[point["name"]].measure
    return mean_of(measure(point["T"], point["contexts"], rng))._asdict()


def _distance(
    memory: Any,
    world: Context,
    limit: np.ndarray,
    T: int,
    contexts: int,
    rng: np.random.Generator,
) -> np.ndarray:
    k, v = world.tokens(rng, (contexts,), T)
    return _squared(memory.estimate(memory.write(k, v, 0)) - limit)


def _squared(distance: np.ndarray) -> np.ndarray:
    """|distance|^2 over the last two axes."""
    return (distance * distance).sum((-2, -1))
