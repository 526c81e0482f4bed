"""Whether a function is another one in floats: a refutation where functions are unknown."""

from __future__ import annotations

import copy

import numpy as np

from refmem.oracle.border.layouts import Arrays
from refmem.oracle.cases.reference import run_rule
from refmem.oracle.proof.question import Question
from refmem.oracle.targets.running import run
from refmem.oracle.targets.target import MisbehavedError
from refmem.oracle.verdict.budget import call_options

LARGE = 1e-3
"""A relative difference that no rounding of float32 makes in a case."""


def differs_in_floats(question: Question) -> bool:
    """Whether what comes back for a case's own numbers, in float64, is far from the truth."""
    inputs = question.target.convention.to_foreign(question.case, np.float64)
    try:
        found, truth = in_floats(question, inputs)
    except MisbehavedError:
        return False
    return any(
        _far(found[part].astype(np.float64), x) for part, x in truth.items() if part in found
    )


def in_floats(question: Question, inputs: Arrays) -> tuple[Arrays, Arrays]:
    """What the target gives for float64 inputs, by its names, and what the definition gives."""
    target, case = copy.copy(question.target), question.case
    target.dtype = np.dtype(np.float64)
    seen = target.convention.to_grammar(case, inputs, np.float64)
    truth = run_rule(case, seen, **call_options(case, target.convention))
    return run(target, target.operators[0], case, inputs, truth), truth


def _far(found: np.ndarray, truth: np.ndarray) -> bool:
    size = np.abs(truth).max(initial=0)
    return bool(np.abs(found - truth).max(initial=0) > LARGE * size)
