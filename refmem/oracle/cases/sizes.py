"""Regimes of sizes, heads, sequences and states.

The numbers in brackets are rows of the survey of 144 reported bugs from which these were drawn:
they name the class, and the words before them say what a kernel does that fails here. E3 is the
survey's list of mutants.
"""

from __future__ import annotations

from refmem.oracle.cases import draws
from refmem.oracle.cases.regime import Regime

LONG = (63, 64, 65, 130)

SIZES = (
    Regime(
        "ordinary",
        "order of decay, error, write and read; tails of chunks (9-14, 31-43)",
        bare=(128,),
    ),
    Regime(
        "empty",
        "without tokens the state is lost, or is the caller's own array (26)",
        lengths=(0,),
        bare=(0,),
        blind=("*",),
    ),
    Regime(
        "no-state",
        "a state that was not passed is not zeros (18-20, 23); the term between chunks is left out",
        state=False,
        lengths=(3, *LONG, 192, 256),
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
        "square",
        "a transposed memory, which K = V hides (1, 2)",
        K=16,
        V=16,
        lengths=(1, 64, 65),
        bare=(128,),
    ),
    Regime(
        "odd-sizes",
        "channels past a power of two are read or left out (98, 109)",
        K=5,
        V=3,
        lengths=(2, 65),
        bare=(64,),
    ),
    Regime(
        "wide-values",
        "K and V exchanged; blocks of values left out (98, 122)",
        K=20,
        V=33,
        lengths=(2, 65),
        bare=(32,),
    ),
    Regime(
        "wide-heads",
        "what takes heads of 64 alone; a block of channels is left out (98, 122)",
        K=64,
        V=64,
        lengths=(17,),
        bare=(64,),
    ),
    Regime(
        "widest-heads",
        "what takes heads of 128 alone; channels past 64 are left out (98, 122)",
        K=128,
        V=128,
        lengths=(5,),
        bare=(16,),
    ),
    Regime(
        "one-key", "an axis of length one is dropped or broadcast", K=1, lengths=(2, 65), bare=(16,)
    ),
    Regime(
        "one-value",
        "an axis of length one is dropped or broadcast",
        V=1,
        lengths=(64, 65),
        bare=(48,),
    ),
    Regime(
        "three-heads",
        "heads are counted in powers of two, or have slopes as if (llama.cpp#20031)",
        heads=3,
        lengths=(2,),
        bare=(64,),
    ),
    Regime(
        "six-heads",
        "heads are counted in powers of two, or have slopes as if (llama.cpp#20031)",
        heads=6,
        lengths=(17,),
        bare=(16,),
    ),
    Regime(
        "grouped-queries",
        "query heads tile the memories instead of repeating them (56-59)",
        sharing="queries",
        lengths=(1, 2, 65),
        bare=(64,),
    ),
    Regime(
        "grouped-values",
        "value heads tile the keys instead of repeating them (59-61)",
        sharing="values",
        lengths=(1, 2, 65),
        bare=(64,),
    ),
    Regime(
        "one-key-head",
        "keys that all query heads share are taken for those of the first (56-59)",
        sharing="queries",
        heads=1,
        lengths=(17,),
        bare=(32,),
    ),
    Regime(
        "one-group",
        "keys that all value heads share are taken for those of the first (59-61)",
        sharing="values",
        heads=1,
        lengths=(17,),
        bare=(32,),
    ),
    Regime(
        "few-keys",
        "the error is left out, or reads the wrong state (9-12)",
        {"k": draws.few_keys},
        lengths=(2, 64, 65),
        bare=(128,),
    ),
    Regime(
        "uneven-keys",
        "queries and keys are normalised unasked (83-86)",
        {"k": draws.uneven_keys},
        lengths=(2, 64, 65),
        bare=(48,),
    ),
    Regime(
        "fine-numbers",
        "an input, a gate or the state passes through a lower precision (24, 25, 89, 132, 141, E3)",
        lengths=(2, 65, 17),
        bare=(64,),
        fine=True,
    ),
    Regime(
        "scale",
        "the read is scaled twice, by another factor, or not at all (81, 82)",
        scale=3 / 8,
        lengths=(1, 64),
        bare=(32,),
        kinds=("matrix", "own"),
    ),
    Regime(
        "default-scale",
        "without a scale, another default is used than was promised (81, 82)",
        scale=None,
        lengths=(2, 65),
        bare=(48,),
        kinds=("matrix", "own"),
    ),
    Regime(
        "short-chunks",
        "tails of chunks of 4, 16 and 32 (31-43)",
        lengths=(3, 4, 5, 15, 16, 17, 31, 32, 33, 66),
        bare=(16, 48),
    ),
    Regime(
        "packed",
        "states leak between sequences; empty ones and tails are lost (28, 36, 44-55)",
        sequences=((5, 0, 1, 63), (64, 65, 1), (17, 130, 0, 3)),
        bare=((64, 128, 0, 16),),
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
