"""A target in a process of its own: if it crashes or hangs, that is one failed case.

The process is started again for the next case. It makes the target itself, from what would be
said on the command line, so nothing but names and arrays passes between the two. That, its
`making`, is also what is sent to a worker elsewhere, which then has an isolated target of its own.

The process says what was returned and which inputs were changed, or what was raised. What it says
is believed to be no more than that: here alone it is compared with the rule.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.oracle.border.layouts import Arrays
from refmem.oracle.cases.case import Case
from refmem.oracle.targets.callable import Group
from refmem.oracle.targets.gradient import GradientCallable
from refmem.oracle.targets.process import NO_ANSWER, Process
from refmem.oracle.targets.target import MisbehavedError
from refmem.support.wording import one_line

RAISED, RETURNED, CHANGED = "raised", "returned", "changed"
"""What an answer holds: what went wrong, or what came back and the inputs that were changed."""


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
        which = {"part": self._part, "gradient": self._gradient, "operator": operator}
        answer = self._process.ask(which | {"case": case.name, "inputs": inputs})
        returned, changed = _taken(answer)
        for name, x in changed.items():
            if name not in inputs:
                raise MisbehavedError(one_line(f"{NO_ANSWER}: there is no input {name}"))
            if x.shape != inputs[name].shape or x.dtype != inputs[name].dtype:
                raise MisbehavedError(f"changed its input {name} to {x.dtype} {x.shape}")
            inputs[name][...] = x
        return returned

    def gradient(self) -> Isolated:
        """Its gradients, made in the same process."""
        return Isolated(GradientCallable(self.here), self._process, self._part, gradient=True)

    def start(self) -> None:
        """Start the process before the first case; `UnavailableError` says why it cannot run."""
        self._process.start()
        if hasattr(self.here, "lacking"):
            self.here.lacking(self._process.lacks)

    def close(self) -> None:
        """End the process; the next case starts another."""
        self._process.close()


def _taken(answer: Any) -> tuple[Any, Arrays]:
    """What was returned, and the inputs that were changed; `MisbehavedError` for all else."""
    match answer:
        case {"raised": str(said)} if len(answer) == 1:
            raise MisbehavedError(one_line(said))
        case {"returned": returned, "changed": dict(changed)} if len(answer) == 2:
            if all(isinstance(x, np.ndarray) for x in changed.values()):
                return returned, changed
    raise MisbehavedError(f"{NO_ANSWER}: it does not say what was returned and changed, or raised")


def isolate(target: Any, making: dict[str, Any], timeout: float) -> Any:
    """The target, or each part of a group, in a process that has `timeout` seconds for a case.

    making    arguments of `find_target` that make the target again
    """
    process = Process(making, timeout)
    if not isinstance(target, Group):
        return Isolated(target, process)
    parts = [Isolated(part, process, n) for n, part in enumerate(target.parts)]
    return Group(target.name, parts, making)
