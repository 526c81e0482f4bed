"""What a memory becomes as the context grows, in a fixed world and in one that drifts.

    limits        what memories tend to in a fixed world; convergence measures it
    worlds        maps from keys to values that drift, and their tokens
    memories      shipped rules with gates; tuning finds the best of them
    tracking      how far memories are from a world that drifts: theory and simulation
    forgetting    how much to forget: closed forms
    streams       memories over any number of tokens in constant memory; saved keeps their place

Functions of NumPy and refmem alone are here; the others are in their modules.
"""

from refmem.studies.longcontext.forgetting import (
    best_decay,
    best_step,
    best_steps,
    best_window,
    drift_of_step,
    periodic_error,
    settled_error,
)
from refmem.studies.longcontext.limits import (
    average_limit,
    average_spread,
    gated_delta_limit,
    interpolation_limit,
    ridge_limit,
    ridge_limit_pushed_through,
    softmax_limit,
    softmax_spread,
)
from refmem.studies.longcontext.memories import (
    MEMORIES,
    Averaged,
    Decayed,
    Delta,
    GatedDelta,
    Kalman,
    Mesa,
)
from refmem.studies.longcontext.tracking import (
    expected_errors,
    simulated_errors,
    track,
    wide_window_errors,
)
from refmem.studies.longcontext.worlds import MOTIONS, Periodic, Piecewise, RandomWalk, World

__all__ = [
    "MEMORIES",
    "MOTIONS",
    "Averaged",
    "Decayed",
    "Delta",
    "GatedDelta",
    "Kalman",
    "Mesa",
    "Periodic",
    "Piecewise",
    "RandomWalk",
    "World",
    "average_limit",
    "average_spread",
    "best_decay",
    "best_step",
    "best_steps",
    "best_window",
    "drift_of_step",
    "expected_errors",
    "gated_delta_limit",
    "interpolation_limit",
    "periodic_error",
    "ridge_limit",
    "ridge_limit_pushed_through",
    "settled_error",
    "simulated_errors",
    "softmax_limit",
    "softmax_spread",
    "track",
    "wide_window_errors",
]
