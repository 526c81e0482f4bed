"""Words that `refmem.derivative` takes whole, as it knows their derivative."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any


def word(function: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a word that `refmem.derivative` takes whole; on arrays that are not traced, itself."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        for x in args:
            if hasattr(x, "__word__"):
                return x.__word__(call, args, kwargs)
        return function(*args, **kwargs)

    return call
