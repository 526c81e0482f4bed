"""An inference engine, as its author hands it over: a class, made in a process of its own.

    class Engine:
        def pool(self, slots): ...                                    memory for so many requests
        def run(self, pool, slots, inputs, lengths): ...              returns the outputs
        def verify(self, pool, slots, inputs, lengths, accepted): ... the same, of drafts
        def copy(self, pool, source, target): ...
        def clear(self, pool, slot): ...
        def read(self, pool, slot): ...                               returns what lies there
        def write(self, pool, slot, kept): ...

What these mean is said in `refmem.around.serving`. All but the first two may be lacking. A class
says its sizes, if they are not those of `SIZES`: heads = 8, K = 64, V = 128; convolution = 4 where
q, k and v go through a short convolution of so many tokens first; and stored = "int8 head nearest"
where its states are in few bits, in the words of `refmem.around.few_bits`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.oracle.border.arrays import as_numpy, to_library
from refmem.oracle.border.layouts import Arrays
from refmem.oracle.targets.callable import import_function
from refmem.oracle.targets.target import MisbehavedError, UnavailableError
from refmem.support.wording import what_was_raised

METHODS = ("verify", "copy", "clear", "read", "write")
"""What an engine may lack."""

SIZES = {"heads": 2, "K": 4, "V": 3, "convolution": 0}
"""What an engine has, unless its class says otherwise; a convolution of 0 tokens is none."""


class Engine:
    """An engine that answers questions: what it is, and what comes of one call after another."""

    def __init__(self, made: Any, library: str = "numpy", device: str = "") -> None:
        self._engine = made
        self._library, self._device = library, device
        self._pool: Any = None
        self._kept: dict[int, Any] = {}

    def ask(self, question: dict[str, Any]) -> Any:
        """The answer; `MisbehavedError` where the engine raises."""
        try:
            return self._answer(question)
        except MisbehavedError:
            raise
        except BaseException as error:  # an interrupt, too: here it can only be the engine's own
            raise MisbehavedError(what_was_raised(error)) from error

    def _answer(self, question: dict[str, Any]) -> Any:
        call = question["call"]
        if call == "about":
            return self._about()
        if call == "pool":
            self._pool, self._kept = self._engine.pool(question["slots"]), {}
            return {"out": None, "slots": {}}
        out = self._make(call, question)
        look = {str(slot): self._read(slot) for slot in question["look"]}
        return {"out": None if out is None else _array(out), "slots": look}

    def _about(self) -> dict[str, Any]:
        """Its sizes, and which methods it has."""
        methods = tuple(one for one in METHODS if callable(getattr(self._engine, one, None)))
        stored = str(getattr(self._engine, "stored", ""))
        return {"methods": methods, "stored": stored} | {
            name: int(getattr(self._engine, name, usual)) for name, usual in SIZES.items()
        }

    def _make(self, call: str, given: dict[str, Any]) -> Any:
        engine, pool = self._engine, self._pool
        if call in ("run", "verify"):
            before = {name: x.copy() for name, x in given["inputs"].items()}
            own = {n: to_library(x, self._library, self._device) for n, x in before.items()}
            more = (list(given["accepted"]),) if call == "verify" else ()
            out = getattr(engine, call)(
                pool, list(given["slots"]), own, list(given["lengths"]), *more
            )
            _expect_unchanged(given["inputs"], own)
            if out is None:
                raise MisbehavedError(f"{call} returned nothing, expected outputs")
            return out
        if call == "copy":
            engine.copy(pool, given["source"], given["target"])
        elif call == "clear":
            engine.clear(pool, given["slot"])
        elif call == "read":
            self._kept[given["kept"]] = engine.read(pool, given["slot"])
        elif call == "write":
            engine.write(pool, given["slot"], self._kept[given["kept"]])
        return None

    def _read(self, slot: int) -> tuple[np.ndarray, ...]:
        """What lies in a slot: one array or several, copied."""
        return tuple(_array(one) for one in leaves(self._engine.read(self._pool, slot)))


def make_engine(path: str, library: str = "numpy", device: str = "") -> Engine:
    """The engine of the class at `package.module:Class`, or `UnavailableError` with the reason."""
    made = import_function(path)
    try:
        engine = made()
    except Exception as error:
        raise UnavailableError(f"{path}() {what_was_raised(error)}") from error
    for name in ("pool", "run"):
        if not callable(getattr(engine, name, None)):
            raise UnavailableError(f"{path} has no method {name}, which every engine has")
    return Engine(engine, library, device)


def leaves(state: Any) -> list[Any]:
    """The arrays of a state in order, whatever holds them; nothing where a field is None."""
    if isinstance(state, dict):
        state = tuple(state.values())
    if isinstance(state, tuple | list):
        return [leaf for one in state for leaf in leaves(one)]
    return [] if state is None else [state]


def _array(x: Any) -> np.ndarray:
    return np.array(as_numpy(x))


def _expect_unchanged(before: Arrays, own: dict[str, Any]) -> None:
    for name, x in before.items():
        if as_numpy(own[name]).tobytes() != x.tobytes():
            raise MisbehavedError(f"changed its input {name}")
