"""Where bugs live: each regime is a kind of input that some real kernel got wrong.

The numbers in brackets are rows of the survey of 144 reported bugs from which this list was drawn:
they name the class, and the words before them say what a kernel does that fails here. E3 is the
survey's list of mutants.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection

from refmem.oracle.cases import draws
from refmem.oracle.cases.ingredients import STRENGTHS
from refmem.oracle.cases.regime import Regime

LONG = (63, 64, 65, 130)

SIZES_AND_STATES = (
    Regime("ordinary", "order of decay, error, write and read; tails of chunks (9-14, 31-43)"),
    Regime(
        "empty",
        "without tokens the state is lost, or is the caller's own array (26)",
        lengths=(0,),
        blind=("*",),
    ),
    Regime(
        "no-state",
        "a state that was not passed is not zeros (18-20, 23)",
        state=False,
        lengths=(3, *LONG),
        kinds=("matrix", "own"),
    ),
    Regime(
        "square-no-state",
        "what takes neither a state nor values of another width (114-124)",
        state=False,
        lengths=(3, 64, 65),
        K=16,
        V=16,
        kinds=("matrix", "own"),
    ),
    Regime(
        "zero-state",
        "a state of zeros that was passed is not used or not kept (20, 27)",
        {"state": draws.constant(0)},
        lengths=(2, *LONG),
    ),
    Regime(
        "unit-state", "a transposed memory (1-4, 7)", {"state": draws.one_entry}, lengths=(1, 2)
    ),
    Regime(
        "large-state",
        "the initial state is dropped, rounded, or decayed from the wrong token (18, 24, 29, 36)",
        {"state": draws.large_state},
    ),
    Regime(
        "square", "a transposed memory, which K = V hides (1, 2)", K=16, V=16, lengths=(1, 64, 65)
    ),
    Regime(
        "odd-sizes",
        "channels past a power of two are read or left out (98, 109)",
        K=5,
        V=3,
        lengths=(2, 65),
    ),
    Regime(
        "wide-values",
        "K and V exchanged; blocks of values left out (98, 122)",
        K=20,
        V=33,
        lengths=(2, 65),
    ),
    Regime("one-key", "an axis of length one is dropped or broadcast", K=1, lengths=(2, 65)),
    Regime("one-value", "an axis of length one is dropped or broadcast", V=1, lengths=(64, 65)),
    Regime(
        "grouped-queries",
        "query heads tile the memories instead of repeating them (56-59)",
        sharing="queries",
        lengths=(1, 2, 65),
    ),
    Regime(
        "grouped-values",
        "value heads tile the keys instead of repeating them (59-61)",
        sharing="values",
        lengths=(1, 2, 65),
    ),
    Regime(
        "few-keys",
        "the error is left out, or reads the wrong state (9-12)",
        {"k": draws.few_keys},
        lengths=(2, 64, 65),
    ),
    Regime(
        "uneven-keys",
        "queries and keys are normalised unasked (83-86)",
        {"k": draws.uneven_keys},
        lengths=(2, 64, 65),
    ),
    Regime(
        "fine-numbers",
        "an input, a gate or the state passes through a lower precision (24, 25, 89, 132, 141, E3)",
        lengths=(2, 65),
        fine=True,
    ),
    Regime(
        "scale",
        "the read is scaled twice, by another factor, or not at all (81, 82)",
        scale=3 / 8,
        lengths=(1, 64),
        kinds=("matrix", "own"),
    ),
    Regime(
        "default-scale",
        "without a scale, another default is used than was promised (81, 82)",
        scale=None,
        lengths=(2, 65),
        kinds=("matrix", "own"),
    ),
    Regime(
        "short-chunks",
        "tails of chunks of 4, 16 and 32 (31-43)",
        lengths=(3, 4, 5, 15, 16, 17, 31, 32, 33, 66),
    ),
    Regime(
        "packed",
        "states leak between sequences; empty ones and tails are lost (28, 36, 44-55)",
        sequences=((5, 0, 1, 63), (64, 65, 1), (17, 130, 0, 3)),
        kinds=("matrix", "own"),
    ),
    Regime(
        "slots",
        "a sequence without a slot writes into another one's (18, 19, 51)",
        sequences=((1, 1, 1), (5, 2, 64)),
        slots=(3, -1, 1),
        kinds=("matrix",),
    ),
)

GATES = (
    Regime(
        "no-decay",
        "a gate of exactly one is taken for masked (73, 74, 93)",
        {
            "gate": draws.constant(1),
            "k": draws.unit_keys,
        },  # not for rules whose keys are 1 - alpha
    ),
    Regime(
        "closing",
        "very negative logarithms underflow or overflow (70, 71)",
        {"gate": draws.open_at_first(draws.log_gates(-20, -18, -1 / 4, -1 / 64, 0))},
        lengths=(2, *LONG),
    ),
    Regime(
        "reset-at-chunk",
        "a gate of zero at the start of a chunk is divided by (70, 73)",
        {"gate": draws.resets_at_chunks},
        blind=("state", "erase", "p"),
    ),
    Regime(
        "mid-chunk-reset",
        "a gate of zero inside a chunk makes 0 * inf (70, 73, 78)",
        {"gate": draws.resets_inside},
        lengths=LONG,
    ),
    Regime(
        "always-reset",
        "a token is read before it is written (9, 12)",
        {"gate": draws.constant(0)},
        blind=("state", "erase", "p"),
    ),
    Regime(
        "mixed-gates",
        "zero, tiny, open and closed gates side by side (67-73)",
        {"gate": draws.open_at_first(draws.log_gates(-math.inf, -20, -1 / 4, -1 / 1024, 0))},
        lengths=LONG,
    ),
    Regime(
        "unlike-heads",
        "every head reads the gate of the first (66)",
        {"gate": draws.unlike_heads},
        lengths=(2, 64, 65),
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
    ),
    Regime(
        "beta-above-one",
        "beta above one is clipped or squared (E3)",
        {"beta": draws.levels(1 / 2, 5 / 4, 3 / 2, 7 / 4, 2)},
    ),
    Regime(
        "shared-beta",
        "one beta for all heads is read as that of the first",
        {"beta": STRENGTHS},
        sharing="beta",
        lengths=(2, 65),
    ),
)

REGIMES = SIZES_AND_STATES + GATES + OF_STRENGTH


def without(names: Collection[str]) -> list[Regime]:
    """For every choice of some of these optional inputs, a regime that leaves them out."""
    chosen = [some for n in range(len(names)) for some in itertools.combinations(names, n + 1)]
    return [
        Regime(
            "without-" + "-".join(omit),
            "an optional input that is left out is not what its default says (11, 23, 73)",
            lengths=(3, 65),
            K=16,
            V=16,
            state=False,
            omit=omit,
        )
        for omit in chosen
    ]
