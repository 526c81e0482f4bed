"""Where bugs live: each regime is a kind of input that some real kernel got wrong.

    sizes      tokens, channels, heads, sequences and states      fading    gates and strengths
    extremes   the largest and smallest numbers of every kind     varied    a rule's own options

`case.suited` says which of them a rule has.
"""

from __future__ import annotations

from refmem.oracle.cases.extremes import EXTREMES
from refmem.oracle.cases.fading import GATES, OF_STRENGTH
from refmem.oracle.cases.regime import Regime
from refmem.oracle.cases.sizes import SIZES

REGIMES: tuple[Regime, ...] = SIZES + GATES + OF_STRENGTH + EXTREMES
"""Those that any rule may have; `varied` makes others of a rule's own inputs and options."""
