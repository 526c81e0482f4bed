"""The other side of `process`: it makes the target, and says what came of each case."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from typing import Any, NoReturn, TextIO

import numpy as np

from refmem.oracle.border.arrays import as_numpy
from refmem.oracle.border.layouts import Arrays
from refmem.oracle.cases.case import find_case
from refmem.oracle.targets import wire
from refmem.oracle.targets.engine import Engine, make_engine
from refmem.oracle.targets.find import find_target
from refmem.oracle.targets.gradient import GradientCallable
from refmem.oracle.targets.isolated import CHANGED, RAISED, RETURNED
from refmem.oracle.targets.process import LACKS, START
from refmem.oracle.targets.running import asked, contract_of
from refmem.oracle.targets.target import MisbehavedError, UnavailableError, changed_in_place
from refmem.support.wording import one_line, what_was_raised

ORPHAN = 2.0
"""An unanswered process ends itself after so many time-outs: nobody is left to end it."""


def serve(number: int) -> None:
    """The process itself: make the target, and answer on that descriptor until nobody asks.

    What the target starts does not get the descriptor: a copy of this process that it forks ends
    where it would answer. When nobody asks any more, all that the target started ends, too.
    """
    own = os.getpid()
    channel = socket.socket(fileno=number)
    channel.set_inheritable(False)
    os.register_at_fork(after_in_child=channel.close)
    try:
        _answer_all(channel)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        os.killpg(0, signal.SIGKILL)
    except OSError as error:
        if os.getpid() == own:
            print(f"refmem: the candidate closed the way of its answers: {error}", file=sys.stderr)
        os._exit(1)


def _answer_all(channel: socket.socket) -> NoReturn:
    with open(os.devnull, "w") as nowhere:
        token, first = wire.unpack(channel.recv)
        with _ended_after(ORPHAN * START, nowhere):
            target, refusal = _make(first["making"])
            channel.sendall(wire.pack(token, refusal or {LACKS: lacks_of(target)}))
        while True:
            token, question = wire.unpack(channel.recv)
            with _ended_after(ORPHAN * first["timeout"], nowhere):
                channel.sendall(_answer(target, token, question))


@contextlib.contextmanager
def _ended_after(seconds: float, nowhere: TextIO) -> Iterator[None]:
    """End this process if the block takes longer."""
    patience = min(seconds, threading.TIMEOUT_MAX)
    faulthandler.dump_traceback_later(patience, exit=True, file=nowhere)
    yield
    faulthandler.cancel_dump_traceback_later()


def _make(making: dict[str, Any]) -> tuple[Any, str | None]:
    """The target itself, or why it cannot be made."""
    try:
        if "engine" in making:
            return make_engine(**making["engine"]), None
        return find_target(**making | {"timeout": None}), None
    except UnavailableError as error:
        return None, one_line(str(error))


def lacks_of(target: Any) -> tuple[str, ...]:
    """What the target was declared or found not to take."""
    return tuple(contract_of(target).lacks)


def _answer(target: Any, token: str, question: dict[str, Any]) -> bytes:
    """The message of what came of a case: arrays, or words."""
    try:
        if isinstance(target, Engine):
            return wire.pack(token, {RETURNED: target.ask(question)})
        return wire.pack(token, _results(target, **question))
    except MisbehavedError as error:
        said = one_line(str(error))
    except BaseException as error:  # an interrupt, too: here it can only be the candidate's own
        said = what_was_raised(error)
    return wire.pack(token, {RAISED: said})


def _results(
    target: Any, part: int | None, gradient: bool, operator: str, case: str, inputs: Arrays
) -> dict[str, Any]:
    """What was returned, and the inputs that are not what they were."""
    one = target if part is None else target.parts[part]
    named, before = asked(one, find_case(case)), {name: x.copy() for name, x in inputs.items()}
    with np.errstate(all="ignore"):
        result = (GradientCallable(one) if gradient else one).run(operator, named, inputs)
    found = _sendable(result)
    if not gradient:
        _expect_own_memory(found, inputs, changed_in_place(one, named))
    changed = {name: x for name, x in inputs.items() if not _same_bits(x, before[name])}
    return {RETURNED: found, CHANGED: changed}


def _same_bits(x: np.ndarray, y: np.ndarray) -> bool:
    return x.shape == y.shape and x.dtype == y.dtype and x.tobytes() == y.tobytes()


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
