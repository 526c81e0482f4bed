"""A schedule: the calls that somebody makes of a pool, as data, and what comes of them.

    play(pool, [Run((0,), (3,)), Verify((0,), (2,), (1,)), Copy(0, 1), Run((0, 1), (1, 1))], take)

`take(call)` gives the inputs of a call: a schedule says how many tokens each needs, and not which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from refmem.around.serving.slots import Slots


class Run(NamedTuple):
    """Each slot goes on by so many tokens; `slack` more of nobody follow, all of them NaN.

    A request is `spoilt` by numbers that are NaN: until its slot is cleared, so is what lies there.
    """

    slots: tuple[int, ...]
    lengths: tuple[int, ...]
    slack: int = 0
    spoilt: bool = False


class Verify(NamedTuple):
    """Each slot is asked so many drafts, of which the first `accepted` stay."""

    slots: tuple[int, ...]
    lengths: tuple[int, ...]
    accepted: tuple[int, ...]


class Copy(NamedTuple):
    """The target holds what the source does: a fork, a snapshot, half of a move."""

    source: int
    target: int


class Clear(NamedTuple):
    """The slot's request has left."""

    slot: int


class Read(NamedTuple):
    """What the slot holds is kept outside, under a number."""

    slot: int
    kept: int


class Write(NamedTuple):
    """The slot holds again what was kept under a number."""

    slot: int
    kept: int


Call = Run | Verify | Copy | Clear | Read | Write
Take = Callable[[Call], dict[str, Any]]


def tokens_of(call: Call) -> int:
    """How many tokens the inputs of a call have."""
    if isinstance(call, Run | Verify):
        return sum(call.lengths) + (call.slack if isinstance(call, Run) else 0)
    return 0


def play(pool: Slots, schedule: Iterable[Call], take: Take) -> Iterator[np.ndarray | None]:
    """Make the calls one after another, and give the outputs of each that has some."""
    kept: dict[int, Any] = {}
    for call in schedule:
        yield make(pool, call, take(call), kept)


def make(
    pool: Slots, call: Call, inputs: dict[str, Any], kept: dict[int, Any]
) -> np.ndarray | None:
    """Make one call; what it keeps is put in `kept`."""
    match call:
        case Run(slots, lengths):
            return pool.run(slots, inputs, lengths)
        case Verify(slots, lengths, accepted):
            return pool.verify(slots, inputs, lengths, accepted)
        case Copy(source, target):
            pool.copy(source, target)
        case Clear(slot):
            pool.clear(slot)
        case Read(slot, name):
            kept[name] = pool.read(slot)
        case Write(slot, name):
            pool.write(slot, kept[name])
    return None
