"""A state is an array or a named tuple of arrays (a field may be None); these treat both alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np


def each(function: Callable[..., np.ndarray], *states: Any) -> Any:
    """Apply a function to the arrays of states of one structure; no state stays none."""
    if states[0] is None:
        return None
    if isinstance(states[0], tuple):
        parts: Iterable[Any] = (each(function, *arrays) for arrays in zip(*states, strict=True))
        return type(states[0])(*parts)
    return function(*states)


def stack(after: Sequence[Any], like: Any, lead: int) -> Any:
    """States after each token as one, with a time axis after the `lead` leading axes."""
    if not after:
        return each(lambda S: np.empty((*S.shape[:lead], 0, *S.shape[lead:]), S.dtype), like)
    return each(lambda *arrays: np.stack(arrays, axis=lead), *after)
