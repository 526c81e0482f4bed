"""Mutants of queries, keys and heads at the border.

Bugs are rows of the survey of 144 reported ones; E3 is its list of mutants.
"""

from __future__ import annotations

import numpy as np

from refmem.oracle.cases.case import Case
from refmem.oracle.cases.inputs import has_matrix_state
from refmem.oracle.explain.mutants.changes import (
    change_input,
    first_head,
    normalised,
    other_head_map,
)
from refmem.oracle.explain.mutants.mutant import Mutant, has


def _shares(case: Case) -> bool:
    return case.regime.sharing in ("queries", "values") and has_matrix_state(case.rule)


KEYS = (
    Mutant(
        "queries and keys normalised",
        "queries and keys normalised inside",
        "83-88 (FlashInfer use_qk_l2norm_in_kernel)",
        "a normalisation flag and its default",
        call=lambda case, memory: change_input("q", normalised)(
            case, change_input("k", normalised)(case, memory)
        ),
        fits=has("q", "k"),
    ),
    Mutant(
        "queries normalised",
        "queries normalised inside",
        "83, 88, E3",
        "a normalisation of q",
        call=change_input("q", normalised),
        fits=has("q"),
    ),
    Mutant(
        "keys normalised",
        "keys normalised inside",
        "83, 88, E3",
        "a normalisation of k",
        call=change_input("k", normalised),
        fits=has("k"),
    ),
    Mutant(
        "read with the key",
        "the memory read with k in place of q",
        "8 (AiDotNet.Tensors#895)",
        "the operand of the read",
        call=lambda case, memory: (
            lambda **given: memory(**given | {"q": np.broadcast_to(given["k"], given["q"].shape)})
        ),
        fits=lambda case: (
            has("q", "k")(case)
            and case.axes["q"] == case.axes["k"]
            and case.regime.sharing != "queries"
        ),
    ),
    Mutant(
        "heads in the other order",
        "shared heads tiled where they repeat (or the reverse)",
        "56-60 (llama.cpp#25315, onnx#7274), E3",
        "h // group against h % heads in the head index",
        call=other_head_map,
        fits=_shares,
    ),
    Mutant(
        "keys of the first head",
        "the keys of the first head used for all heads",
        "41, 62 (fla 40334f1c)",
        "the head stride in the load of k",
        call=change_input("k", first_head),
        fits=has("k"),
    ),
)
