"""Run a target on a question: a torch, JAX or NumPy function on residues, or its backward pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refmem.memory.rule import Rule
from refmem.oracle.border.arrays import to_library
from refmem.oracle.proof.jaxpr import run_jax
from refmem.oracle.proof.notes import Notes
from refmem.oracle.proof.question import Question, exact_rule
from refmem.oracle.proof.recording import run_numpy
from refmem.oracle.proof.residues import NOT_NEGATIVE, NUMBER, lift
from refmem.oracle.proof.shadows import gradients_by_torch, run_torch
from refmem.oracle.targets.results import taken_apart
from refmem.support.extras import optional

Arrays = dict[str, Any]


def answer(question: Question, notes: Notes) -> dict[str, np.ndarray]:
    """The parts of what the target returns, in refmem's grammar, as residues."""
    library, given = question.target.library, question.given
    if library != "numpy":
        notes.not_negative |= dict.fromkeys(question.not_negative, "")
    call = calling(question)
    after: Arrays
    if isinstance(question.target.function, Rule):
        results, after = list(call(**given)), {}
    elif library == "numpy":
        results, after = run_numpy(call, given, notes)
    elif library == "jax":
        numbers, arrays = _beside(question, question.foreign, given, "jax")
        results, after = run_jax(call, numbers, arrays, notes), {}
    else:
        results, after = run_torch(
            call, *_beside(question, question.foreign, given, "torch"), notes
        )
    return question.parts(results, after)


def calling(question: Question) -> Callable[..., Any]:
    """The target's function of arrays alone."""
    target, case = question.target, question.case
    options, function = target.options_of(case), target.function
    if isinstance(function, Rule):
        function = exact_rule(function)
    return lambda **arrays: function(**target.with_state(case, arrays), **options)


def gradient_answer(question: Question, notes: Notes) -> dict[str, np.ndarray]:
    """The gradients by what the target was passed, in its own layout, as residues."""
    target, given = question.target, question.given | question.cotangents
    ones = {name: np.ones(x.shape, np.float32) for name, x in question.cotangents.items()}
    floats = question.foreign | ones
    if target.vjp is not None:
        return _by_own_vjp(question, given, notes)
    numbers, arrays = _beside(question, floats, given, target.library)
    along = {name: arrays.pop(name) for name in question.cotangents}

    def parts(**inputs: Any) -> Arrays:
        found = calling(question)(**inputs)
        results = list(found) if isinstance(found, list | tuple) else [found]
        axes = target.axes_of_state(question.case)
        pair = taken_apart(results, target.contract, question.case, axes, None, None)
        return dict(zip(("dout", "dstate"), pair, strict=True))

    if target.library == "torch":
        return gradients_by_torch(parts, numbers, arrays, along, notes)
    return _gradients_by_jax(parts, numbers, arrays, along, notes)


def _gradients_by_jax(
    parts: Callable[..., Arrays], numbers: Arrays, arrays: Arrays, along: Arrays, notes: Notes
) -> dict[str, np.ndarray]:
    jax = optional("jax")
    names = [name for name in arrays if arrays[name].dtype.kind in "fV"]

    def backward(**every: Any) -> Any:
        rest = {n: x for n, x in every.items() if n not in names and n not in along}
        wanted = {n: every[n] for n in names}
        _, pull = jax.vjp(lambda x: {n: parts(**x, **rest)[n] for n in along}, wanted)
        return [pull({n: every[n] for n in along})[0][n] for n in names]

    found = run_jax(backward, numbers, arrays | along, notes)
    return dict(zip(names, map(lift, found), strict=True))


def _by_own_vjp(question: Question, given: Arrays, notes: Notes) -> dict[str, np.ndarray]:
    target, case = question.target, question.case
    names: list[str] = []
    options, vjp = target.options_of(case), target.vjp
    assert vjp is not None
    if isinstance(target.function, Rule):
        return _of_rule(
            exact_rule(target.function).vjp(**target.with_state(case, given), **options)
        )

    def call(**arrays: Any) -> Any:
        grads = vjp(**target.with_state(case, arrays), **options)
        found = grads if isinstance(grads, dict) else grads._asdict()
        names.extend(name for name, x in found.items() if x is not None)
        return [found[name] for name in names]

    results, _ = run_numpy(call, given, notes)
    return {name: lift(x) for name, x in zip(names, results, strict=True)}


def _of_rule(grads: Any) -> dict[str, np.ndarray]:
    return {name: lift(x) for name, x in grads._asdict().items() if isinstance(x, np.ndarray)}


def _beside(
    question: Question, floats: Arrays, given: Arrays, library: str
) -> tuple[Arrays, Arrays]:
    """Residues, and arrays of a library of the same names and shapes."""
    numbers = {n: lift(x) if x.dtype == object else x for n, x in given.items()}
    for name in question.not_negative:
        numbers[name]["kind"] = np.where(
            numbers[name]["kind"] == NUMBER, NOT_NEGATIVE, numbers[name]["kind"]
        )
    return numbers, {n: to_library(x.copy(), library) for n, x in floats.items()}
