"""How long exact programs stay right in few bits: steps until the first wrong answer.

Swaps of n things, by four programs:

    delta, unit keys               beta = 2 and (e_i - e_j)/sqrt 2, which is no float
    delta, whole keys              the same reflection in whole numbers: exact while n is one
    deltaformer, rounding          what is read is rounded back to a whole number
    deltaformer, 4 exponentials    the same without a plateau, so that errors grow

in three precisions: float32; float32 whose state is stored in bfloat16 after every token; float16.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from refmem.algebra.numbers import to_bfloat16
from refmem.grammar.state import each
from refmem.studies.expressivity.four_exponentials import four_exponentials
from refmem.studies.expressivity.keys import orthogonal_keys
from refmem.studies.expressivity.machines import machine
from refmem.studies.expressivity.program import Numbers, Program, converted_inputs, whole
from refmem.studies.expressivity.programs.delta import by_delta
from refmem.studies.expressivity.programs.deltaformer import by_deltaformer
from refmem.studies.expressivity.tasks import Swaps
from refmem.support.sweep import Watch, sweep

STEPS = 1000
"""Tokens of a run: an error that has not come by then is not waited for."""

SIZES = (8, 32, 128, 512)
"""How many things are tracked."""

MOST_IN_A_CACHE = 128
"""How many by the programs that keep every token, in time and memory that grow with the square."""

DRAWS = 3
"""Random words for every point; the middle one is told."""


def with_unit_keys(program: Program) -> Program:
    """The same steps of the delta rule with keys of length one: beta |k|^2 is beta.

    With K = |k|: k/K, v/K and beta K^2.
    """

    def inputs(tokens: np.ndarray) -> dict[str, Any]:
        given = program.inputs(tokens)
        length2 = (given["k"] ** 2).sum(-1)
        length = np.sqrt(np.maximum(length2, 1))[:, None]
        unit = {"k": given["k"] / length, "v": given["v"] / length}
        return given | unit | {"beta": given["beta"] * length2}

    return replace(program, inputs=inputs)


def _unit_delta(n: int) -> Program:
    return with_unit_keys(by_delta(machine(Swaps(n))))


def _whole_delta(n: int) -> Program:
    return by_delta(machine(Swaps(n)))


def _rounding(n: int) -> Program:
    return by_deltaformer(machine(Swaps(n)), orthogonal_keys(n))


def _exponentials(n: int) -> Program:
    return by_deltaformer(machine(Swaps(n)), orthogonal_keys(n), four_exponentials)


PROGRAMS: dict[str, Callable[[int], Program]] = {
    "delta, unit keys": _unit_delta,
    "delta, whole keys": _whole_delta,
    "deltaformer, rounding": _rounding,
    "deltaformer, 4 exponentials": _exponentials,
}


def floats(dtype: Any) -> Numbers:
    """The same numbers as floats of a dtype, each rounded once from float64."""
    return lambda x: np.asarray(x).astype(np.float64).astype(dtype)


def in_dtype(program: Program, tokens: np.ndarray, dtype: Any) -> np.ndarray:
    """Answers of a run in one dtype, token by token."""
    return program.decode(whole(program.outputs(tokens, floats(dtype), "recurrent")))


def in_stored_bfloat16(program: Program, tokens: np.ndarray) -> np.ndarray:
    """Answers of a run in float32 whose state is rounded to bfloat16 after every token."""
    given = converted_inputs(program.inputs(tokens), floats(np.float32)) | program.options
    state, scale = given.pop("state"), given.pop("scale", None)
    given.pop("heads", None)
    rule: Any = program.rule
    S, x = rule.start(each(to_bfloat16, state), rule.bind((), given, state, scale))
    outs = []
    for t in range(x.T):
        S, out = rule.advance(S, x.tokens(t, t + 1))
        S = each(to_bfloat16, S)
        outs.append(out)
    return program.decode(whole(program.numbers(np.concatenate(outs, axis=-2), tokens)))


PRECISIONS: dict[str, Callable[[Program, np.ndarray], np.ndarray]] = {
    "float32": lambda program, tokens: in_dtype(program, tokens, np.float32),
    "bfloat16 storage": in_stored_bfloat16,
    "float16": lambda program, tokens: in_dtype(program, tokens, np.float16),
}


def right_steps(point: list[Any], rng: np.random.Generator) -> dict[str, Any]:
    """For [program, precision, n]: how many tokens were answered rightly before the first error,
    in the middle one of a few words. `STEPS` if there was none.

    >>> right_steps(["delta, whole keys", "float16", 8], np.random.default_rng(0))["steps"]
    1000
    """
    name, precision, n = point
    program, steps = PROGRAMS[name](n), []
    for _ in range(DRAWS):
        tokens = program.task.draw(STEPS, rng)
        with np.errstate(over="ignore", invalid="ignore"):
            error = program.task.first_error(tokens, PRECISIONS[precision](program, tokens))
        steps.append(STEPS if error is None else error)
    return {"program": name, "precision": precision, "n": n, "steps": sorted(steps)[DRAWS // 2]}


def robustness(
    sizes: tuple[int, ...] = SIZES,
    *,
    rng: int = 0,
    executor: Executor | None = None,
    journal: str | Path | None = None,
    watch: Watch | None = None,
) -> list[dict[str, Any]]:
    """`right_steps` of every program, precision and size; the arguments are those of a sweep."""
    points = [
        [name, kind, n]
        for name in PROGRAMS
        for kind in PRECISIONS
        for n in sizes
        if n <= MOST_IN_A_CACHE or not name.startswith("deltaformer")
    ]
    return sweep(right_steps, points, rng=rng, executor=executor, journal=journal, watch=watch)
