"""Regimes of gates and of write strengths.

The numbers in brackets are rows of the survey of 144 reported bugs from which these were drawn:
they name the class, and the words before them say what a kernel does that fails here. E3 is the
survey's list of mutants.
"""

from __future__ import annotations

import math

from refmem.oracle.cases import draws
from refmem.oracle.cases.ingredients import STRENGTHS
from refmem.oracle.cases.regime import Regime
from refmem.oracle.cases.sizes import LONG

GATES = (
    Regime(
        "no-decay",
        "a gate of exactly one is taken for masked (73, 74, 93)",
        {
            "fade": draws.constant(1),
            "k": draws.unit_keys,
        },  # not for rules whose keys are 1 - alpha
        bare=(128,),
    ),
    Regime(
        "closing",
        "very negative logarithms underflow or overflow (70, 71)",
        {"gate": draws.open_at_first(draws.log_gates(-20, -18, -1 / 4, -1 / 64, 0))},
        lengths=(2, *LONG),
        bare=(128,),
    ),
    Regime(
        "reset-at-chunk",
        "a gate of zero at the start of a chunk is divided by (70, 73)",
        {"gate": draws.resets_at_chunks},
        bare=(192,),
        blind=("state", "erase", "p"),
    ),
    Regime(
        "mid-chunk-reset",
        "a gate of zero inside a chunk makes 0 * inf (70, 73, 78)",
        {"gate": draws.resets_inside},
        lengths=LONG,
        bare=(128,),
    ),
    Regime(
        "always-reset",
        "a token is read before it is written (9, 12)",
        {"fade": draws.constant(0)},
        bare=(64,),
        blind=("state", "erase", "p"),
    ),
    Regime(
        "mixed-gates",
        "zero, tiny, open and closed gates side by side (67-73)",
        {"gate": draws.open_at_first(draws.log_gates(-math.inf, -20, -1 / 4, -1 / 1024, 0))},
        lengths=LONG,
        bare=(64,),
    ),
    Regime(
        "unlike-heads",
        "every head reads the gate of the first (66)",
        {"fade": draws.unlike_heads},
        lengths=(2, 64, 65),
        bare=(32,),
    ),
)

OF_STRENGTH = (
    Regime(
        "beta-zero",
        "something is written although beta is zero (30, 89)",
        {"beta": draws.constant(0)},
        lengths=(2, 65),
        blind=("k", "v", "p", "w", "eta", "mu", "state.momentum", "weight", "fade", "center"),
    ),
    Regime(
        "beta-one",
        "a write does not replace what its key recalled (11, 12)",
        {"beta": draws.constant(1)},
        bare=(64,),
    ),
    Regime(
        "beta-above-one",
        "beta above one is clipped or squared (E3)",
        {"beta": draws.levels(1 / 2, 5 / 4, 3 / 2, 7 / 4, 2)},
        bare=(128,),
    ),
    Regime(
        "shared-beta",
        "one beta for all heads is read as that of the first",
        {"beta": STRENGTHS},
        sharing="beta",
        lengths=(2, 65),
        bare=(32,),
    ),
)
