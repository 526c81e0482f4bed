"""Cases on an executor, whose workers may die of them.

The executor itself reruns whatever a killed worker had started. A case that kills every worker that
runs it is lost, and with it may be lost the cases that waited for the same worker. So every lost
case is run again alone, when a small task has shown that workers run. Even then it may meet a
worker that closes for a reason of its own: a case is blamed only if it is lost alone `TRIES` times.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass
from functools import partial
from typing import Any

from refmem.support.sweep import in_order

TRIES = 2
"""How often a case is run alone, and lost, before it is blamed for the death of its workers."""


@dataclass(frozen=True)
class Lost:
    """A case of which there is no result, and why; or the executor is broken, whoever broke it."""

    reason: str
    broken: bool = False


UNSETTLED = Lost("not run: workers died while nothing ran on them")


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
            found[place] = _run_alone(one, name, forgiving)
    return found


def _run_alone(one: Callable[[str], Any], name: str, forgiving: Forgiving) -> Any:
    """What `one` gives for a name, or `Lost`."""
    found: Any = UNSETTLED
    for _ in range(TRIES):
        if not _settled(forgiving):
            return UNSETTLED
        (found,) = in_order(one, [name], forgiving)
        if not isinstance(found, Lost) or found.broken:
            break
    return found


def _settled(forgiving: Forgiving) -> bool:
    """Whether a worker does what cannot kill it; a broken executor is left to say that it is."""
    for _ in range(TRIES):
        (runs,) = in_order(str, ["a small task"], forgiving)
        if not isinstance(runs, Lost) or runs.broken:
            return True
    return False


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
            forgiven.set_result(_lost(error))
            return forgiven
        forgiven.add_done_callback(partial(_cancel, weakref.ref(real)))
        real.add_done_callback(partial(_pass_on, forgiven=forgiven))
        return forgiven


def _cancel(real: weakref.ref[Future[Any]], forgiven: Future[Any]) -> None:
    """Cancel the real future, which nobody waits for; one that is done is kept by nobody.

    A cluster runs a task again if the worker that has its result dies while somebody keeps it.
    """
    kept = real()
    if kept is not None:
        kept.cancel()


def _pass_on(real: Future[Any], forgiven: Future[Any]) -> None:
    """Give a future what became of the real one, unless nobody waits for it."""
    if real.cancelled():
        forgiven.cancel()
    if not forgiven.set_running_or_notify_cancel():
        return
    error = real.exception()
    lost = _lost(error)
    if error is not None and lost is None:
        forgiven.set_exception(error)
    else:
        forgiven.set_result(real.result() if lost is None else lost)


def _lost(error: BaseException | None) -> Lost | None:
    """The death of a worker, of which executors say it by their own exceptions."""
    if isinstance(error, BrokenExecutor):
        return Lost("not run: a process died, and the executor with it", broken=True)
    if type(error).__name__ == "KilledWorker":  # of distributed, which may not be installed
        return Lost("killed every worker that ran it")
    return None
