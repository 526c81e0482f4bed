"""Cases on an executor, whose workers may die of them.

That what a killed worker had begun is run again by another one is the executor's own work. A case
that kills whoever runs it is lost: so may be those that were waiting for the same worker. All that
were lost are run again one at a time, and the one that is lost then has killed its worker itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass
from typing import Any

from refmem.support.sweep import in_order


@dataclass(frozen=True)
class Lost:
    """A case of which there is no result, and why."""

    reason: str


def run_elsewhere(
    one: Callable[[str], Any],
    names: Sequence[str],
    executor: Executor,
    watch: Callable[[int, int], Any] | None = None,
) -> list[Any]:
    """What `one` gives for every name, in their order, or `Lost` if its worker died of it."""
    forgiving = Forgiving(executor)
    found = in_order(one, names, forgiving, watch)
    for place, name in enumerate(names):
        if isinstance(found[place], Lost):
            (found[place],) = in_order(one, [name], forgiving)
    return found


class Forgiving(Executor):
    """Another executor, except that a task whose worker died returns `Lost` and does not raise."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def submit(self, task: Callable[..., Any], /, *args: Any, **given: Any) -> Future[Any]:
        """As of any executor."""
        forgiven: Future[Any] = Future()
        try:
            real = self._executor.submit(task, *args, **given)
        except BrokenExecutor as error:
            forgiven.set_result(Lost(_why(error)))
            return forgiven
        forgiven.add_done_callback(lambda _: real.cancel())
        real.add_done_callback(lambda _: _pass_on(real, forgiven))
        return forgiven


def _pass_on(real: Future[Any], forgiven: Future[Any]) -> None:
    """Give a future what became of the real one, unless nobody waits for it."""
    if real.cancelled():
        forgiven.cancel()
    if not forgiven.set_running_or_notify_cancel():
        return
    error = real.exception()
    if error is None:
        forgiven.set_result(real.result())
    elif _why(error):
        forgiven.set_result(Lost(_why(error)))
    else:
        forgiven.set_exception(error)


def _why(error: BaseException) -> str:
    """What a worker's death is called, of which executors say it by their own exceptions; or ""."""
    if isinstance(error, BrokenExecutor):
        return "not run: a process died, and the executor with it"
    if type(error).__name__ == "KilledWorker":  # of distributed, which may not be installed
        return "killed every worker that ran it"
    return ""
