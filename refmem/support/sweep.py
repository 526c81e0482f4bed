"""Many independent points of one study: on any executor, the same numbers everywhere, resumable.

    in_order(task, points)    [task(point) for point in points], wherever it runs
    sweep(task, points)       the same with a random generator for each point, and a journal

The seed of a point follows from the sweep's seed and the point's place alone, so numbers depend
neither on how many workers there are nor on who runs what. A journal holds a line of JSON for every
point that is done; the same sweep called again reads it and runs the rest.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, as_completed
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from refmem.support.files import whole_file

Task = Callable[[Any, np.random.Generator], dict[str, Any]]
Watch = Callable[[int, int], Any]


class JournalError(ValueError):
    """A journal is of another sweep, or no journal."""


def in_order(
    task: Callable[[Any], Any],
    points: Sequence[Any],
    executor: Executor | None = None,
    watch: Watch | None = None,
) -> list[Any]:
    """What `task` makes of every point, in the order of the points.

    executor    where to run; in this process and thread if None. Task and points must pickle
    watch       called with (done, total) after every point

    >>> in_order(abs, [-3, 2, -1])
    [3, 2, 1]
    """
    found: list[Any] = [None] * len(points)
    for done, (place, result) in enumerate(as_done(task, points, executor), 1):
        found[place] = result
        if watch is not None:
            watch(done, len(points))
    return found


def sweep(
    task: Task,
    points: Sequence[Any],
    *,
    rng: int = 0,
    executor: Executor | None = None,
    journal: str | Path | None = None,
    watch: Watch | None = None,
) -> list[dict[str, Any]]:
    """`task(point, generator)` of every point, in the order of the points.

    task        a function of its module; it returns a dict of what JSON holds: numbers, text, lists
    points      what JSON holds, too; tuples count as lists
    rng         seed of the sweep, a whole number
    journal     a file; what it holds is not run again. It is of this task, points and rng alone
    executor, watch   as for `in_order`; points from the journal are done

    Raises JournalError for a file that is no journal of this sweep, before anything runs.

    >>> def mean(size, rng):
    ...     return {"size": size, "mean": float(rng.integers(0, 2, size).mean())}
    >>> sweep(mean, [4, 8], rng=1)
    [{'size': 4, 'mean': 0.5}, {'size': 8, 'mean': 0.375}]
    """
    title = _title(task, points, rng)
    found: dict[int, dict[str, Any]] = {} if journal is None else _read(Path(journal), title)
    seeds = np.random.SeedSequence(rng).spawn(len(points))
    left = [place for place in range(len(points)) if place not in found]
    one = partial(_run, task)
    given = [(points[place], seeds[place]) for place in left]
    for place, result in as_done(one, given, executor):
        found[left[place]] = result
        if journal is not None:
            _append(Path(journal), {"point": left[place], "result": result})
        if watch is not None:
            watch(len(found), len(points))
    return [found[place] for place in range(len(points))]


@contextlib.contextmanager
def processes(workers: int) -> Iterator[Executor | None]:
    """So many new processes to run in; none for one worker, which is this process.

    Ctrl-C stops this process alone, and the others end with it.

    >>> with processes(1) as executor:
    ...     print(executor)
    None
    """
    if workers == 1:
        yield None
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(
        workers,
        mp_context=get_context("spawn"),
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_IGN),
    ) as pool:
        yield pool


def _run(task: Task, given: tuple[Any, np.random.SeedSequence]) -> dict[str, Any]:
    """One point; what it returns has been through JSON, so that a journal changes nothing."""
    point, seed = given
    return json.loads(json.dumps(task(point, np.random.default_rng(seed))))


def as_done(
    task: Callable[[Any], Any], points: Sequence[Any], executor: Executor | None
) -> Iterator[tuple[int, Any]]:
    """(place, result) of every point, as they are done."""
    if executor is None:
        yield from ((place, task(point)) for place, point in enumerate(points))
        return
    futures = {executor.submit(task, point): place for place, point in enumerate(points)}
    try:
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        for future in futures:
            future.cancel()


def _title(task: Task, points: Sequence[Any], rng: int) -> dict[str, Any]:
    """The first line of a journal: what the sweep is."""
    whole = json.dumps(points, sort_keys=True)
    name = f"{task.__module__}.{task.__qualname__}"
    digest = hashlib.sha256(whole.encode()).hexdigest()
    return {"journal": "refmem", "task": name, "points": digest, "rng": rng}


def _read(path: Path, title: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """What is done, by place; a new journal if there is none. A last line cut short is dropped."""
    if not path.exists():
        with whole_file(path) as draft:
            _append(draft, title)
        return {}
    lines = path.read_bytes().split(b"\n")
    whole, cut = lines[:-1], lines[-1]
    try:
        first, *rest = (json.loads(line) for line in whole)
        found = {entry["point"]: entry["result"] for entry in rest}
    except (ValueError, TypeError, KeyError) as error:
        raise JournalError(f"{path} is no journal of a sweep: {error}") from error
    if first != title:
        raise JournalError(
            f"{path} is the journal of another sweep: its first line is {first}, expected {title}"
        )
    if cut:
        os.truncate(path, path.stat().st_size - len(cut))
    return found


def _append(path: Path, entry: dict[str, Any]) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")
        file.flush()
        os.fsync(file.fileno())
