"""Mutants of queries, keys and heads at the border.

Numbers are rows of `refmem.oracle.explain.survey`: where a mistake was seen.
"""

from __future__ import annotations

import numpy as np

from refmem.oracle.explain.mutants.abilities import has, shares_heads
from refmem.oracle.explain.mutants.changes import (
    change_input,
    normalised,
    of_first_head,
    other_head_map,
)
from refmem.oracle.explain.mutants.mutant import Mutant

KEYS = (
    Mutant(
        "queries and keys normalised",
        "queries and keys normalised inside",
        (83, 84, 85, 86, 87, 88),
        "a normalisation flag and its default",
        call=lambda case, memory: change_input("q", normalised)(
            case, change_input("k", normalised)(case, memory)
        ),
        fits=has("q", "k"),
    ),
    Mutant(
        "queries normalised",
        "queries normalised inside",
        (83, 88),
        "a normalisation of q",
        call=change_input("q", normalised),
        fits=has("q"),
    ),
    Mutant(
        "keys normalised",
        "keys normalised inside",
        (83, 88),
        "a normalisation of k",
        call=change_input("k", normalised),
        fits=has("k"),
    ),
    Mutant(
        "read with the key",
        "the memory read with k in place of q",
        (8,),
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
        (56, 57, 58, 59, 60),
        "h // group against h % heads in the head index",
        call=other_head_map,
        fits=shares_heads,
    ),
    Mutant(
        "keys of the first head",
        "the keys of the first head used for all heads",
        (41, 62),
        "the head stride in the load of k",
        call=of_first_head("k"),
        fits=has("k"),
    ),
)
