"""What a memory becomes as the context grows, in a fixed world and in one that drifts."""

from refmem.longcontext.memories import (
    MEMORIES,
    Averaged,
    Decayed,
    Delta,
    GatedDelta,
    Kalman,
    Mesa,
)
from refmem.longcontext.tracking import expected_errors, simulated_errors
from refmem.longcontext.worlds import Periodic, Piecewise, RandomWalk, World
