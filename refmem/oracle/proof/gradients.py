"""The gradients that the definition has, by what a function is passed, on residues."""

from __future__ import annotations

import dataclasses
import zlib
from typing import Any

import numpy as np

from refmem.algebra.pairs import drawn
from refmem.oracle.cases.case import Case
from refmem.oracle.cases.inputs import has_matrix_state
from refmem.oracle.cases.reference import as_returned
from refmem.oracle.proof.notes import Notes
from refmem.oracle.proof.question import Question, ask
from refmem.oracle.proof.residues import lift, same
from refmem.oracle.proof.running import gradient_answer
from refmem.oracle.targets.callable import PythonCallable
from refmem.oracle.verdict.gradients import AXES, gradients, true_form


def ask_gradients(target: PythonCallable, case: Case, draw: int = 0) -> Question:
    """A question whose truth is the gradients by raw numbers, along drawn cotangents."""
    question = ask(target, case, draw)
    case, convention = question.case, target.convention
    random = np.random.default_rng([zlib.crc32(case.name.encode()), draw, 1])
    names = ["out", *(["state"] if _returns_state(target, case) else [])]
    along = {name: _cotangent(question, name, random) for name in names}
    theirs = {
        f"d{name}": convention.placed(as_returned(case, convention, name, x), AXES[name])
        for name, x in along.items()
    }
    form = true_form(case)

    def vjp(**call: Any) -> dict[str, Any]:
        return dict(question.exact.rule.vjp(**call, form=form)._asdict())

    truth = gradients(question.exact, dict(question.raws), along, convention, form, vjp)
    return dataclasses.replace(question, truth=truth, cotangents=theirs)


def _returns_state(target: PythonCallable, case: Case) -> bool:
    return (
        has_matrix_state(case.rule)
        and not target.stateless
        and "state" not in target.contract.lacks
    )


def _cotangent(question: Question, name: str, random: np.random.Generator) -> np.ndarray:
    """Drawn numbers; of a state that heads share and that comes back once, all but one are zero."""
    x = question.truth[name]
    everywhere, kept = drawn(random, x.shape), np.zeros(x.shape, dtype=object)
    convention = question.target.convention
    as_returned(question.case, convention, name, kept)[...] = as_returned(
        question.case, convention, name, everywhere
    )
    return kept


def answered(question: Question, notes: Notes) -> dict[str, np.ndarray]:
    """The gradients that the target gives, in refmem's layout."""
    convention, case = question.target.convention, question.case
    found = gradient_answer(question, notes)
    axes = convention.raw_axes(case)
    return {
        name: convention.part_to_grammar(name, found[convention.name(name)], x.shape, axes[name])
        for name, x in question.truth.items()
    }


def wrong(question: Question, found: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Input -> where the gradient by it is not the definition's."""
    return {name: ~same(x, lift(question.truth[name])) for name, x in found.items()}
