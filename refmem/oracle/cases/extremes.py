"""Regimes of the ends of ranges: the largest and smallest numbers of every kind of input.

Each is where a naive formula overflows, cancels, or leaves out what keeps it in range. The numbers
are as large as every dtype holds, and where a result is beyond a dtype it is not asked in that.
"""

from __future__ import annotations

from refmem.oracle.cases import draws
from refmem.oracle.cases.regime import Regime

NOT_LINEAR = ("own", "none")
"""States of rules whose reads need not be linear in the query: in others its size says nothing."""

OF_SCORES = (
    Regime(
        "large-queries",
        "scores of +-100 without a maximum; hidden units that are clamped, or overflow in exp",
        draw_kinds={"query": draws.times(draws.signed, 256)},
        lengths=(2, 65),
        bare=(64,),
        kinds=NOT_LINEAR,
    ),
    Regime(
        "huge-queries",
        "scores of +-10^4 without a maximum, or masked with a number that is not below them",
        draw_kinds={"query": draws.times(draws.signed, 2**15)},
        lengths=(65,),
        bare=(16,),
        kinds=NOT_LINEAR,
    ),
    Regime(
        "negative-queries",
        "a maximum that starts at 0; elu(x) + 1 that cancels (fla#1261)",
        draw_kinds={"query": draws.levels(-8, -6, -4, -2, -1)},
        lengths=(65,),
        bare=(64,),
        kinds=NOT_LINEAR,
    ),
    Regime(
        "high-sinks",
        "a sink above all scores that is left out of the maximum (119)",
        draw_kinds={"score": draws.levels(8, 24)},
        lengths=(2, 65),
    ),
    Regime(
        "first-key-hidden",
        "a token that sees nothing but a sink is not zero (119)",
        {"first_bias": draws.constant(-float("inf"))},
        lengths=(2, 64),
        state=False,
    ),
    Regime(
        "steep-slopes",
        "a score that falls steeply overflows, and one that does not fall at all",
        draw_kinds={"slope": draws.levels(0, 2**-10, 1, 64)},
        lengths=(65,),
        bare=(64,),
    ),
    Regime(
        "sharp-and-blunt",
        "an inverse temperature so large that there is no softmax without a maximum",
        draw_kinds={"sharpness": draws.levels(2**-10, 64)},
        lengths=(65,),
    ),
    Regime(
        "strong-preferences",
        "the weight of what is chosen is recovered by subtraction (flashinfer#3875)",
        draw_kinds={"preference": draws.shuffled(-64, 0, 32, 64)},
        lengths=(65,),
    ),
)

OF_FADING = (
    Regime(
        "extreme-gates",
        "gates that close and gates that hardly fade, side by side: quotients overflow (70, 71)",
        {"gate": draws.open_at_first(draws.log_gates(-100, -20, -(2**-20), 0))},
        lengths=(65,),
        bare=(128,),
        sums_logs=True,
    ),
    Regime(
        "extreme-factors",
        "a head that forgets at once beside one that hardly does (70, 71)",
        {"fixed fade": draws.log_gates(-100, -4, -(2**-20))},
        lengths=(65,),
        bare=(64,),
        blind=("state",),
    ),
    Regime(
        "short-steps",
        "steps of 10^-6 are rounded to nothing, or clamped from below",
        draw_kinds={"length of a step": draws.levels(2**-20, 2**-10, 1 / 8)},
        lengths=(65,),
        bare=(64,),
    ),
    Regime(
        "long-steps",
        "steps of 8 are clamped from above; exp of a cumulative sum overflows (executorch#21417)",
        draw_kinds={
            "length of a step": draws.levels(1 / 16, 1 / 2, 2, 8),
            "rate of decay": draws.levels(-16, -4, -1),
        },
        lengths=(65,),
        bare=(128,),
    ),
    Regime(
        "uneven-steps",
        "steps of 8 and of 10^-6 side by side: differences of cumulative sums cancel",
        draw_kinds={"length of a step": draws.levels(2**-20, 1 / 8, 8)},
        lengths=(65,),
        bare=(128,),
        sums_logs=True,
    ),
    Regime(
        "step-at-chunk",
        "a step that forgets everything at the start of a chunk is divided by (70, 73)",
        draw_kinds={
            "length of a step": draws.at_chunks(8, 1 / 64),
            "rate of decay": draws.constant(-16),
        },
        lengths=(65,),
        bare=(128,),
    ),
    Regime(
        "no-rate",
        "a rate of zero is divided by",
        draw_kinds={"rate of decay": draws.constant(0)},
        lengths=(2, 65),
        bare=(64,),
    ),
)

OF_WRITES = (
    Regime(
        "strong-writes",
        "an exponential input gate overflows without its running maximum (xlstm)",
        {"gate": draws.open_at_first(draws.log_gates(-100, -1 / 4, 0))},
        draw_kinds={"logarithm of a write strength": draws.levels(-80, 0, 80)},
        lengths=(65,),
        bare=(64,),
    ),
    Regime(
        "weak-writes",
        "a bound that follows the running maximum is clamped (structured-linear-cdes#17)",
        {"gate": draws.constant(0)},
        draw_kinds={"logarithm of a write strength": draws.by_head(-80, -8)},
        lengths=(2,),
        bare=(64,),
        blind=("state",),
    ),
    Regime(
        "large-weights",
        "exp of a log weight overflows without a running maximum (tpu_rwkv#1)",
        draw_kinds={"logarithm of a weight": draws.levels(-90, 60, 85, 90)},
        lengths=(2, 65),
        bare=(64,),
    ),
    Regime(
        "small-weights",
        "exp of a log weight underflows without a running maximum (tpu_rwkv#1)",
        draw_kinds={"logarithm of a weight": draws.levels(-120, -118, -117)},
        lengths=(65,),
        state=False,
    ),
    Regime(
        "vast-state",
        "writes of 10^-4 are lost in a state of 10^4 that is kept in too few bits (24, 89)",
        {"state": draws.times(draws.signed, 2**13)},
        draw_kinds={"value": draws.times(draws.signed, 2**-13)},
        lengths=(65,),
    ),
    Regime(
        "uneven-rates",
        "tokens that teach nothing, little and much side by side",
        draw_kinds={"learning rate": draws.levels(0, 2**-20, 1 / 8)},
        lengths=(65,),
        bare=(64,),
    ),
    Regime(
        "uneven-momentum",
        "a momentum of zero or of one is taken for none",
        draw_kinds={"momentum": draws.levels(0, 1 / 2, 1)},
        lengths=(33,),
        bare=(32,),
    ),
    Regime(
        "uneven-ridges",
        "a ridge that is small or large is clamped, or added once too often",
        draw_kinds={"ridge": draws.levels(1 / 16, 16)},
        lengths=(33,),
        bare=(32,),
    ),
    Regime(
        "uneven-variances",
        "a variance that is small or large is clamped",
        draw_kinds={"variance": draws.levels(2**-10, 4)},
        lengths=(33,),
        bare=(32,),
    ),
    Regime(
        "uneven-counts",
        "a token that is counted as the first does not take the place of all before it",
        draw_kinds={"count": draws.levels(1, 2, 1024)},
        lengths=(17,),
        bare=(16,),
    ),
)

EXTREMES = OF_SCORES + OF_FADING + OF_WRITES
