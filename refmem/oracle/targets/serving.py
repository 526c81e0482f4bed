"""The other side of `process`: it makes the target, and says what came of each case."""

from __future__ import annotations

import faulthandler
import os
import pickle
from typing import Any, BinaryIO

import numpy as np

from refmem.oracle.border.arrays import as_numpy
from refmem.oracle.border.layouts import Arrays
from refmem.oracle.cases.case import find_case
from refmem.oracle.targets.find import find_target
from refmem.oracle.targets.gradient import GradientCallable
from refmem.oracle.targets.process import CHANGED, RAISED, RETURNED
from refmem.oracle.targets.running import asked
from refmem.oracle.targets.target import MisbehavedError, UnavailableError, changed_in_place

ORPHAN = 2.0
"""An unanswered process ends itself after so many time-outs: nobody is left to end it."""


def serve() -> None:
    """The process itself: make the target, and answer until nobody asks."""
    asked: BinaryIO = os.fdopen(os.dup(0), "rb")
    said: BinaryIO = os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "r+") as nowhere:
        os.dup2(nowhere.fileno(), 0)
        os.dup2(2, 1)
        making, timeout = pickle.load(asked)
        target, refusal = _make(making)
        _say(said, refusal)
        while True:
            try:
                question = pickle.load(asked)
            except EOFError:
                return
            faulthandler.dump_traceback_later(ORPHAN * timeout, exit=True, file=nowhere)
            _say(said, _answer(target, *question))
            faulthandler.cancel_dump_traceback_later()


def _say(said: BinaryIO, something: Any) -> None:
    pickle.dump(something, said)
    said.flush()


def _make(making: dict[str, Any]) -> tuple[Any, str]:
    """The target itself, or why it cannot be made."""
    try:
        return find_target(**making | {"timeout": None}), ""
    except UnavailableError as error:
        return None, str(error)


def _answer(
    target: Any, part: int | None, gradient: bool, operator: str, name: str, inputs: Arrays
) -> dict[str, Any]:
    """What came of a case, as what can be sent: arrays, and words."""
    one = target if part is None else target.parts[part]
    case = asked(one, find_case(name))
    try:
        with np.errstate(all="ignore"):
            result = (GradientCallable(one) if gradient else one).run(operator, case, inputs)
        found = _sendable(result)
        if not gradient:
            _expect_own_memory(found, inputs, changed_in_place(one, case))
        return {RETURNED: found, CHANGED: inputs}
    except MisbehavedError as error:
        return {RAISED: str(error)}
    except BaseException as error:  # an interrupt, too: here it can only be the candidate's own
        return {RAISED: f"raised {type(error).__name__}: {error}"}


def _sendable(result: Any) -> Any:
    """A result with NumPy's arrays: (out, state), one array, or gradients by name."""
    if isinstance(result, tuple | list):
        return tuple(_with_arrays(one) for one in result)
    return _with_arrays(result)


def _with_arrays(x: Any) -> Any:
    """Nothing, an array, or a dict of such, which a named tuple becomes."""
    if isinstance(x, dict) or hasattr(x, "_asdict"):
        fields = x if isinstance(x, dict) else x._asdict()
        return {name: _with_arrays(field) for name, field in fields.items()}
    return None if x is None else as_numpy(x)


def _expect_own_memory(found: Any, inputs: Arrays, except_for: str) -> None:
    for name, x in inputs.items():
        if name != except_for and any(np.may_share_memory(y, x) for y in _leaves(found)):
            raise MisbehavedError(f"returned memory of its input {name}")


def _leaves(x: Any) -> list[np.ndarray]:
    if x is None or isinstance(x, np.ndarray):
        return [] if x is None else [x]
    inner = x.values() if isinstance(x, dict) else x
    return [leaf for one in inner for leaf in _leaves(one)]
