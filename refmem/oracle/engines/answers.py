"""What comes of a schedule, call by call: of an engine, of the definition, of a mutant of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, Protocol

import numpy as np

from refmem.around.serving import PADDING, Call, Clear, Copy, Read, Run, Slots, Verify, Write
from refmem.around.serving.schedule import make
from refmem.oracle.border.layouts import Arrays
from refmem.oracle.engines.schedules import Held
from refmem.oracle.engines.stream import Stream
from refmem.oracle.targets.engine import leaves
from refmem.oracle.targets.engine_program import EngineProgram
from refmem.oracle.targets.process import NO_ANSWER
from refmem.oracle.targets.target import MisbehavedError
from refmem.support.wording import one_line

Leaves = tuple[np.ndarray, ...]
"""The arrays of a state, in order."""


class Answer(NamedTuple):
    """What a call returned, and what then lay in the slots that hold a sound request."""

    out: np.ndarray | None
    slots: dict[int, Leaves]


class Asked(Protocol):
    """An engine here, or the process of one."""

    def ask(self, question: dict[str, Any]) -> Any:
        """The answer to a question."""


def of_definition(
    pool: Slots, schedule: Iterable[Call], take: Stream, reads: bool = True
) -> Iterator[Answer]:
    """What the definition gives, or a mutant of it, from the numbers that an engine sees."""
    held, kept = Held(), dict[int, Any]()
    for call in schedule:
        held.make(call)
        inputs = {name: x.astype(np.float64) for name, x in take.of(call).items()}
        out = make(pool, call, inputs, kept)
        slots = {slot: pool.state(slot) for slot in sorted(held.sound) if reads}
        yield Answer(
            out, {n: tuple(leaves(take.empty if S is None else S)) for n, S in slots.items()}
        )


def of_program(
    program: EngineProgram,
    slots: int,
    schedule: Iterable[Call],
    take: Stream,
    want: Iterable[Answer],
) -> Iterator[Answer]:
    """What a program gives, which is told the shapes of what is wanted."""
    calls = []
    for call, right in zip(schedule, want, strict=True):
        shapes = [] if right.out is None else [("out", take.dtype, right.out.shape)]
        for slot, parts in right.slots.items():
            shapes += [(f"slot {slot}.{n}", take.dtype, x.shape) for n, x in enumerate(parts)]
        calls.append(as_question(call, take.of(call)) | {"shapes": shapes})
    yield from map(taken, program.play(take.memory.name, slots, calls))


def of_engine(
    engine: Asked, slots: int, schedule: Iterable[Call], take: Stream, reads: bool
) -> Iterator[Answer]:
    """What an engine gives; `MisbehavedError`, `TimeoutError` or `ChildProcessError` where it does
    not."""
    held = Held()
    taken(engine.ask({"call": "pool", "slots": slots}))
    for call in schedule:
        held.make(call)
        question = as_question(call, take.of(call))
        yield taken(engine.ask(question | {"look": sorted(held.sound) if reads else []}))


def as_question(call: Call, inputs: Arrays) -> dict[str, Any]:
    """A call as an engine's process is asked it."""
    match call:
        case Run(slots, lengths):
            return {"call": "run", "slots": slots, "lengths": lengths, "inputs": inputs}
        case Verify(slots, lengths, accepted):
            more = {"slots": slots, "lengths": lengths, "accepted": accepted, "inputs": inputs}
            return {"call": "verify"} | more
        case Copy() | Clear() | Read() | Write():
            return {"call": type(call).__name__.lower()} | call._asdict()


def rows_of_requests(call: Run | Verify) -> list[tuple[int, slice]]:
    """Each request's slot, and the rows of the outputs that are its own."""
    ends = np.cumsum(call.lengths).tolist()
    rows = (slice(end - n, end) for end, n in zip(ends, call.lengths, strict=True))
    return [(slot, own) for slot, own in zip(call.slots, rows, strict=True) if slot != PADDING]


def taken(answer: Any) -> Answer:
    """An answer as it should be; `MisbehavedError` for what was raised, and for anything else."""
    match answer:
        case {"raised": str(said)}:
            raise MisbehavedError(one_line(said))
        case {"returned": {"out": out, "slots": dict(slots)}} | {"out": out, "slots": dict(slots)}:
            arrays = [x for one in slots.values() for x in (one if type(one) is tuple else (one,))]
            arrays += [] if out is None else [out]
            numbers = all(name.isdecimal() for name in slots)
            if numbers and all(isinstance(x, np.ndarray) for x in arrays):
                return Answer(out, {int(slot): tuple(one) for slot, one in slots.items()})
    raise MisbehavedError(NO_ANSWER)
