"""What a run has to offer for derivatives to be pulled back through it."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np


class Recording(Protocol):
    """A run that can be pulled back: its outputs, its last state, and how."""

    out: np.ndarray
    state: Any

    def pull(self, dout: np.ndarray, dS: Any, /) -> tuple[Any, Any]:
        """Arrays made from the traced ones of the call, and the derivatives by them."""
