"""Mutants of packed sequences and of pools of states.

Numbers are rows of `refmem.oracle.explain.survey`: where a mistake was seen.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.oracle.border.layouts import Arrays
from refmem.oracle.cases.case import Case
from refmem.oracle.cases.inputs import POOL
from refmem.oracle.cases.reference import arguments, parts_of, sequence, unslotted
from refmem.oracle.explain.mutants.abilities import has
from refmem.oracle.explain.mutants.mutant import Mutant, Run


def boundaries_ignored(case: Case, inputs: Arrays, run: Run) -> Arrays:
    """A sequence starts from the state in which the one before it ended."""
    parts, state = run(inputs), None
    for n, length in enumerate(inputs["lengths"]):
        one: dict[str, Any] = arguments(case, sequence(case, inputs, n, int(length)))
        result = parts_of(case, case.rule(**one | ({} if state is None else {"state": state})))
        state = result["state"]
        parts["out"][n, ..., : int(length), :] = result["out"][0]
        parts["state"][n] = state[0]
    return parts


def empty_sequences_lost(case: Case, inputs: Arrays, run: Run) -> Arrays:
    """The state of a sequence without tokens is zeros, not its initial one."""
    parts = run(inputs)
    parts["state"][inputs["lengths"] == 0] = 0
    return parts


def slot_from_the_end(case: Case, inputs: Arrays, run: Run) -> Arrays:
    """Slot -1 is the last one of the pool."""
    slots = inputs["slots"]
    parts = run(inputs | {"slots": np.where(slots < 0, POOL - 1, slots)})
    return parts | {"out": unslotted(parts["out"], slots)}


def slot_zero(case: Case, inputs: Arrays, run: Run) -> Arrays:
    """Slot -1 is clamped to the first one of the pool."""
    slots = inputs["slots"]
    parts = run(inputs | {"slots": np.maximum(slots, 0)})
    return parts | {"out": unslotted(parts["out"], slots)}


def slots_ignored(case: Case, inputs: Arrays, run: Run) -> Arrays:
    """Sequence n uses slot n."""
    parts = run(inputs | {"slots": np.arange(len(inputs["slots"]))})
    return parts | {"out": unslotted(parts["out"], inputs["slots"])}


def _packed_matrix(case: Case) -> bool:
    return "lengths" in case.inputs and "slots" not in case.inputs and "state" in case.inputs


SEQUENCES = (
    Mutant(
        "boundaries ignored",
        "the boundaries between sequences ignored",
        (44, 45, 46),
        "where cu_seqlens is passed on",
        whole=boundaries_ignored,
        fits=_packed_matrix,
    ),
    Mutant(
        "empty sequences lost",
        "the state of an empty sequence zeroed",
        (47,),
        "the early return for sequences without tokens",
        whole=empty_sequences_lost,
        fits=lambda case: _packed_matrix(case) and 0 in case.inputs["lengths"],
    ),
    Mutant(
        "slot -1 is the last",
        "slot -1 taken for the last slot of the pool",
        (51,),
        "the check of negative slot indices",
        whole=slot_from_the_end,
        fits=has("slots"),
    ),
    Mutant(
        "slot -1 is the first",
        "slot -1 clamped to the first slot of the pool",
        (51,),
        "the check of negative slot indices",
        whole=slot_zero,
        fits=has("slots"),
    ),
    Mutant(
        "slots ignored",
        "slot indices ignored: sequence n uses slot n",
        (18, 19),
        "where slot indices are read",
        whole=slots_ignored,
        fits=has("slots"),
    ),
)
