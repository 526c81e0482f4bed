"""Which known mistake a wrong function makes: the mutant of the rule that equals it exactly."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import numpy as np

from refmem.oracle.cases.case import Case
from refmem.oracle.explain.mutants import MUTANTS, Mutant, run_mutants
from refmem.oracle.proof.notes import Notes
from refmem.oracle.proof.question import Question, ask
from refmem.oracle.proof.residues import lift, same
from refmem.oracle.proof.running import answer
from refmem.oracle.proof.shapes import narrow
from refmem.oracle.targets.callable import PythonCallable
from refmem.oracle.verdict.budget import call_options

SECONDS = 30.0
"""For how long mutants are tried."""


def exact_mutants(target: PythonCallable, cases: Sequence[Case]) -> Iterator[str]:
    """What the function does, in the words of mutants that equal it at the shapes of these cases,
    the shortest first, of those at which it is wrong."""
    left: Sequence[Mutant] = MUTANTS
    ends, met = time.monotonic() + SECONDS, 0
    for case in cases[:2]:
        question = ask(target, narrow(case))
        try:
            found = answer(question, Notes())
        except Exception:  # the function does not take such widths
            question = ask(target, case)
            found = answer(question, Notes())
        if any(wrong.any() for wrong in question.wrong(found).values()):
            met += 1
            left = [m for m in left if _may_be(m, question, found, ends)]
    yield from (mutant.says for mutant in left if met and mutant.fits(cases[0]))


def _may_be(mutant: Mutant, question: Question, found: dict[str, np.ndarray], ends: float) -> bool:
    """Whether a case cannot have the mistake, or gives exactly what was found."""
    if not mutant.fits(question.case):
        return True
    return time.monotonic() < ends and _equals(mutant, question, found)


def _equals(mutant: Mutant, question: Question, found: dict[str, np.ndarray]) -> bool:
    options = call_options(question.case, question.target.convention)
    try:
        parts = run_mutants([mutant], question.exact, question.inputs, options)
        return all(same(x, lift(parts[part])).all() for part, x in found.items())
    except Exception:  # a mistake in floats alone, such as a rounding, has no pairs
        return False
