"""A target in a process of its own: if it crashes or hangs, that is one failed case.

The process is started again for the next case. It makes the target itself, from what would be
said on the command line, so nothing but names and arrays passes between the two.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from typing import Any

import numpy as np

from refmem.oracle.arrays import as_numpy
from refmem.oracle.cases import Case, find_case
from refmem.oracle.layouts import Arrays
from refmem.oracle.reference import state_parts

START = 120.0
"""Seconds that a process has to start and import."""


class Isolated:
    """A target that runs elsewhere; all else is asked of `here`, which was made in this process."""

    def __init__(self, target: Any, making: dict[str, Any], timeout: float) -> None:
        self.here, self._making, self._timeout = target, making, timeout
        self._process: Any = None
        self._pipe: Any = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.here, name)

    def run(self, operator: str, case: Case, inputs: Arrays) -> Any:
        """Run the case in the process; `TimeoutError` or `ChildProcessError` if it dies of it."""
        if self._process is None:
            self._start()
        self._pipe.send((operator, case.name, inputs))
        if not self._pipe.poll(self._timeout):
            self.close()
            raise TimeoutError(f"no result after {self._timeout:g} seconds")
        try:
            answer = self._pipe.recv()
        except EOFError:
            self._process.join()
            status = self._process.exitcode
            self.close()
            raise ChildProcessError(f"the process died with status {status}") from None
        if "raised" in answer:
            raise RuntimeError(answer["raised"])
        for name, x in answer["inputs"].items():
            inputs[name][...] = x
        return answer["out"], answer["state"]

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = self._pipe = None

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, self._making), daemon=True)
        self._process.start()
        theirs.close()
        if not self._pipe.poll(START) or self._pipe.recv() != "ready":
            self.close()
            raise ChildProcessError("the process did not start")


def serve(pipe: Any, making: dict[str, Any]) -> None:
    """Make the target, and run what is sent until nobody sends."""
    from refmem.oracle.targets import find_target

    sys.path.insert(0, os.getcwd())
    target = find_target(**making)
    pipe.send("ready")
    while True:
        try:
            operator, name, inputs = pipe.recv()
        except EOFError:
            return
        try:
            result = target.run(operator, find_case(name), inputs)
            pipe.send(_answer(result, inputs))
        except Exception as error:
            pipe.send({"raised": f"{type(error).__name__}: {error}"})


def _answer(result: Any, inputs: Arrays) -> dict[str, Any]:
    """A result as arrays that can be sent, with the inputs, which may have been changed."""
    if not isinstance(result, tuple | list) or len(result) != 2:
        raise TypeError(f"returned {type(result).__name__}, expected (out, state)")
    parts = {name: np.asarray(as_numpy(x)) for name, x in state_parts(result[1]).items()}
    for name, x in inputs.items():
        if any(np.may_share_memory(x, as_numpy(y)) for y in (result[0], *parts.values())):
            raise ValueError(f"returned memory of its input {name}")
    state = {name.removeprefix("state."): x for name, x in parts.items()}
    return {
        "out": np.asarray(as_numpy(result[0])),
        "state": state.get("state", state or None),
        "inputs": inputs,
    }
