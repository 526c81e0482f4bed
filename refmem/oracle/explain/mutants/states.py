"""Mutants of the state and of the scale at the border.

Numbers are rows of `refmem.oracle.explain.survey`: where a mistake was seen.
"""

from __future__ import annotations

from typing import Any

from refmem.memory import Result
from refmem.oracle.cases.case import Case
from refmem.oracle.cases.inputs import has_matrix_state
from refmem.oracle.explain.mutants.abilities import both, has_state, is_linear, is_normalised
from refmem.oracle.explain.mutants.changes import (
    both_ways,
    change_result,
    change_scale,
    first_sequence,
    first_state_stays,
    of_first_head,
    reread,
    rewritten,
    with_state,
    without_state,
)
from refmem.oracle.explain.mutants.mutant import Memory, Mutant


def _matrix(case: Case) -> bool:
    return has_matrix_state(case.rule) and is_linear(case)


def scale_on_output(case: Case, memory: Memory) -> Memory:
    """The scale multiplies what is read, and not the query."""

    def call(**given: Any) -> Result:
        result = memory(**given | {"scale": 1.0})
        scale = given.get("scale")
        own = 1.0 if case.rule.scale_default is None else case.regime.K**-0.5
        return Result(result.out * (own if scale is None else scale), result.state)

    return call


def _scaled(case: Case) -> bool:
    return bool(case.rule.scaled)


def _given_matrix(case: Case) -> bool:
    return "state" in case.inputs and has_matrix_state(case.rule)


STATES = (
    Mutant(
        "state ignored",
        "the initial state ignored",
        (18, 19, 20),
        "where the kernel loads the initial state",
        call=without_state,
        fits=has_state,
    ),
    Mutant(
        "state transposed",
        "the state read and written V by K (state layout vk)",
        (1, 2, 3, 7),
        "the strides of the initial and the final state",
        call=both_ways,
        fits=_matrix,
    ),
    Mutant(
        "initial state transposed",
        "the initial state read V by K",
        (1, 3),
        "the strides with which the initial state is loaded",
        call=with_state(reread),
        fits=_given_matrix,
    ),
    Mutant(
        "final state transposed",
        "the final state written V by K",
        (1, 3),
        "the strides with which the final state is stored",
        call=change_result(lambda case, given, r: Result(r.out, rewritten(r.state))),
        fits=_matrix,
    ),
    Mutant(
        "final state is the first",
        "the final state left as the initial one",
        (21, 26),
        "where the kernel stores the final state",
        call=change_result(first_state_stays),
        fits=_matrix,
    ),
    Mutant(
        "state of the first sequence",
        "every sequence starting from the state of the first",
        (28, 36),
        "the index of the sequence in the load of the initial state",
        call=with_state(first_sequence),
        fits=_given_matrix,
    ),
    Mutant(
        "state of the first head",
        "every head starting from the state of the first",
        (66,),
        "the index of the head in the load of the initial state",
        call=of_first_head("state"),
        fits=_given_matrix,
    ),
)

SCALES = (
    Mutant(
        "scale missing",
        "no scale on the read",
        (81, 82),
        "where q is multiplied by scale",
        call=change_scale(lambda case, scale: 1.0),
        fits=_scaled,
    ),
    Mutant(
        "scale always 1/sqrt(K)",
        "the scale replaced by 1/sqrt(K)",
        (82,),
        "a scale that is computed from K although one was passed",
        call=change_scale(lambda case, scale: case.regime.K**-0.5),
        fits=_scaled,
    ),
    Mutant(
        "scale also 1/sqrt(K)",
        "a hidden factor 1/sqrt(K) on the read, beside the scale",
        (81, 83),
        "two places that scale: the caller and the kernel",
        call=change_scale(lambda case, scale: scale * case.regime.K**-0.5),
        fits=_scaled,
    ),
    Mutant(
        "scale of values",
        "the scale replaced by 1/sqrt(V)",
        (81,),
        "the width that the default scale is computed from",
        call=change_scale(lambda case, scale: case.regime.V**-0.5),
        fits=_scaled,
    ),
    Mutant(
        "scale twice",
        "the scale applied twice",
        (81,),
        "q multiplied by scale, and the scores or the output as well",
        call=change_scale(lambda case, scale: scale * scale),
        fits=_scaled,
    ),
    Mutant(
        "scale on the output",
        "the scale on the output in place of the query",
        (81,),
        "what the scale multiplies: a normaliser does not scale along",
        call=scale_on_output,
        fits=both(_scaled, is_normalised),
    ),
)
