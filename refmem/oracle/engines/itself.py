"""The definition of a layer or a model that is no rule: what it gives for each request alone.

It is asked for all tokens of a request at once, in a pool of one slot. Whether that is right,
nobody says here; whatever it is, cutting it in pieces and serving others beside it may change
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from refmem.memory import Result
from refmem.oracle.engines.answers import Asked, taken
from refmem.oracle.engines.budget import Budget, Scale
from refmem.oracle.engines.stream import Stream
from refmem.oracle.verdict.budget import unit_in_last_place

FACTOR = 256
"""How many times further two ways to run one model may be apart than outputs of inputs that differ
by a rounding: it has many layers, each of which rounds, and sums in another order."""

TOKENS = 32


class Itself:
    """What an engine gives for a request alone."""

    name = "itself"
    options: Mapping[str, Any] = {}

    def __init__(self, engine: Asked, take: Stream) -> None:
        self._engine, self._dtype = engine, take.dtype
        self.inputs = take.memory.inputs
        self._nothing = self(**take.again()(1)).out[..., :0, :]

    def __call__(self, *, state: Any = None, **inputs: Any) -> Result:
        """Run a request from its first token."""
        given = {name: x.astype(self._dtype) for name, x in inputs.items()}
        tokens = given["x"].shape[-2]
        if not tokens:
            return Result(self._nothing, None)
        taken(self._engine.ask({"call": "pool", "slots": 1}))
        question = {"call": "run", "slots": (0,), "lengths": (tokens,), "inputs": given, "look": ()}
        out = taken(self._engine.ask(question)).out
        assert out is not None
        return Result(out.astype(np.float64), None)


def budget_of_itself(itself: Itself, take: Stream) -> Budget:
    """The budget of an engine that is compared with itself."""
    x = take.again()(TOKENS)["x"]
    unit = unit_in_last_place(take.dtype)
    signs = np.where(np.arange(x.size).reshape(x.shape) % 3, 1, -1)
    out, other = itself(x=x).out, itself(x=x * (1 + unit * signs)).out
    size = float(np.abs(out).max(initial=0))
    error = float(np.abs(out - other).max(initial=0)) / size if size else 0
    return Budget(Scale(FACTOR * max(error, unit), size), ())
