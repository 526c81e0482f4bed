"""What a call returns."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np


class Result(NamedTuple):
    """What a rule returns: outputs (..., T, V), and the state after the last token."""

    out: np.ndarray
    state: Any


class Trace(NamedTuple):
    """A `Result` with the state after every token.

    For a StateRule, an array (or named tuple of arrays) with a time axis before the state's own
    axes; for a CacheRule, whose states grow, a list.
    """

    out: np.ndarray
    state: Any
    states: Any
