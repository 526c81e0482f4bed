"""Where the cases of a check or the points of a sweep may run: executors by their address.

    with executor_at("dask://127.0.0.1:8786") as executor:
        refmem.oracle.check("onnxruntime", executor=executor)

A Dask cluster runs again what was on a worker that died, and gives up on a task of which several
workers died.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from concurrent.futures import CancelledError, Executor
from importlib.metadata import version
from typing import Any

from refmem.support.extras import optional

SCHEME = "dask://"
PATIENCE = 5.0
"""Seconds that a scheduler has to answer."""


class UnreachableError(ConnectionError):
    """No cluster that can run anything is at an address."""


@contextlib.contextmanager
def executor_at(address: str) -> Iterator[Executor]:
    """The executor of the Dask cluster at `dask://HOST:PORT`, which is there already.

    Raises ValueError for another kind of address, MissingExtraError without the extra
    `distributed`, and UnreachableError if no scheduler with workers answers, within seconds.

    Its workers must have refmem of this version, and import what they are to run.

    >>> with executor_at("tcp://127.0.0.1:8786"):
    ...     pass
    Traceback (most recent call last):
    ValueError: executor has address 'tcp://127.0.0.1:8786', expected dask://HOST:PORT
    """
    host, _, port = address.removeprefix(SCHEME).rpartition(":")
    if not (address.startswith(SCHEME) and host and port.isdecimal()):
        raise ValueError(f"executor has address {address!r}, expected dask://HOST:PORT")
    distributed = optional("distributed", "distributed")
    scheduler = f"tcp://{host}:{port}"
    _expect_workers(distributed, scheduler, address)
    client = distributed.Client(scheduler, timeout=PATIENCE, set_as_default=False)
    with _silent("distributed.client"), client:
        _expect_refmem(client, address)
        try:
            yield client.get_executor(pure=False)
        except CancelledError as error:
            raise UnreachableError(f"the cluster at {address} went away during the run") from error


def _expect_workers(distributed: Any, scheduler: str, address: str) -> None:
    """Ask the scheduler who it is: its client would go on trying, and say less."""

    async def identity() -> dict[str, Any]:
        async with distributed.core.rpc(scheduler, timeout=PATIENCE) as server:
            return await server.identity()

    try:
        who = asyncio.run(asyncio.wait_for(identity(), PATIENCE))
    except Exception as error:  # whatever answers there may answer anything
        raise UnreachableError(f"no Dask scheduler answers at {address}") from error
    if who.get("type") != "Scheduler":
        raise UnreachableError(f"a {who.get('type')} answers at {address}, expected a scheduler")
    if not who["workers"]:
        raise UnreachableError(f"the cluster at {address} has no workers; start some first")


def _expect_refmem(client: Any, address: str) -> None:
    """A worker that cannot read a task closes, and the task is waited for without end."""
    own = version("refmem")
    for theirs in client.run(version, "refmem", on_error="return").values():
        if theirs != own:
            has = "no refmem" if isinstance(theirs, Exception) else f"refmem {theirs}"
            raise UnreachableError(
                f"a worker of the cluster at {address} has {has}, expected refmem {own}"
            )


@contextlib.contextmanager
def _silent(name: str) -> Iterator[None]:
    """No log of a lost connection on the terminal: UnreachableError says it."""
    log = logging.getLogger(name)
    before = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        log.setLevel(before)
