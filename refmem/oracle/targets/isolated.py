"""A target in a process of its own: if it crashes or hangs, that is one failed case.

The process is started again for the next case. It makes the target itself, from what would be
said on the command line, so nothing but names and arrays passes between the two. That, its
`making`, is also what is sent to a worker elsewhere, which then has an isolated target of its own.
"""

from __future__ import annotations

from typing import Any

from refmem.oracle.border.layouts import Arrays
from refmem.oracle.cases.case import Case
from refmem.oracle.targets.callable import Group
from refmem.oracle.targets.gradient import GradientCallable
from refmem.oracle.targets.process import CHANGED, RAISED, RETURNED, Process
from refmem.oracle.targets.target import MisbehavedError


class Isolated:
    """A target that runs elsewhere; all else is asked of `here`, which was made in this process.

    part       its place in a group that the process makes
    gradient   whether it gives gradients, by `GradientCallable`
    """

    def __init__(
        self, here: Any, process: Process, part: int | None = None, gradient: bool = False
    ) -> None:
        self.here, self._process, self._part, self._gradient = here, process, part, gradient

    def __getattr__(self, name: str) -> Any:
        return getattr(self.here, name)

    @property
    def making(self) -> dict[str, Any] | None:
        """The arguments of `find_target` that make it again; None for a part of a group."""
        return self._process.making if self._part is None else None

    def run(self, operator: str, case: Case, inputs: Arrays) -> Any:
        """Run the case in the process; `TimeoutError` or `ChildProcessError` if it dies of it."""
        found = self._process.ask(self._part, self._gradient, operator, case.name, inputs)
        if RAISED in found:
            raise MisbehavedError(found[RAISED])
        for name, x in found[CHANGED].items():
            inputs[name][...] = x
        return found[RETURNED]

    def gradient(self) -> Isolated:
        """Its gradients, made in the same process."""
        return Isolated(GradientCallable(self.here), self._process, self._part, gradient=True)

    def close(self) -> None:
        """End the process; the next case starts another."""
        self._process.close()


def isolate(target: Any, making: dict[str, Any], timeout: float) -> Any:
    """The target, or each part of a group, in a process that has `timeout` seconds for a case.

    making    arguments of `find_target` that make the target again
    """
    process = Process(making, timeout)
    if not isinstance(target, Group):
        return Isolated(target, process)
    parts = [Isolated(part, process, n) for n, part in enumerate(target.parts)]
    return Group(target.name, parts, making)
