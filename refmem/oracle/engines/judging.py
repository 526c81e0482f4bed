"""Where an engine first departs from the definition, and which mistake gives the same results.

What a call must leave alone, it leaves to the bit: slots that it does not name, and what a copy or
a restored snapshot holds. Everything else may differ from the definition by rounding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from refmem.around.serving import Call, Copy, Read, Run, Verify, Write
from refmem.oracle.engines.answers import Answer, Leaves, of_definition, rows_of_requests
from refmem.oracle.engines.budget import Budget, far
from refmem.oracle.engines.mutants import Mutant
from refmem.oracle.engines.stream import Stream
from refmem.oracle.targets.target import MisbehavedError


class Place(NamedTuple):
    """One number: of the outputs where `slot` is None, else of an array of what lies in a slot."""

    slot: int | None
    leaf: int
    at: tuple[int, ...]


class Breach(NamedTuple):
    """What was wrong, and after which call.

    reason     in words
    place      which number is wrong, where one is
    expected   what should be there; None where it should be what it was before
    allowed    how far from it a right one may be
    ended      whether the engine's process did not live to answer
    """

    call: int
    reason: str
    place: Place | None = None
    expected: float | None = None
    allowed: float = 0
    ended: bool = False


class Judged(NamedTuple):
    """What an engine answered up to its breach, if there is one."""

    answers: list[Answer]
    breach: Breach | None


def judge(
    schedule: Sequence[Call], got: Iterator[Answer], want: Sequence[Answer], budget: Budget
) -> Judged:
    """Make the calls one after another until one of them is wrong."""
    answers: list[Answer] = []
    judge_call = _Judge(budget)
    for n, (call, right) in enumerate(zip(schedule, want, strict=True)):
        try:
            answer = next(got)
        except MisbehavedError as error:
            return Judged(answers, Breach(n, str(error)))
        except (TimeoutError, ChildProcessError) as error:
            return Judged(answers, Breach(n, str(error), ended=True))
        answers.append(answer)
        breach = judge_call(n, call, answer, right)
        if breach is not None:
            return Judged(answers, breach)
    return Judged(answers, None)


class _Judge:
    """Remembers what lay in the slots before, and what was kept."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.before: dict[int, Leaves] = {}
        self.kept: dict[int, Leaves] = {}
        self.dtypes: list[str] = []

    def __call__(self, n: int, call: Call, got: Answer, want: Answer) -> Breach | None:
        if not got.slots.keys() <= want.slots.keys():
            return Breach(n, f"slots {sorted(got.slots)} were read, expected {sorted(want.slots)}")
        breach = self._outputs(n, call, got, want)
        for slot in sorted(got.slots, key=lambda slot: slot in _named(call)):
            breach = breach or self._slot(n, call, slot, got.slots, want.slots[slot])
        if isinstance(call, Read) and call.slot in got.slots:
            self.kept[call.kept] = got.slots[call.slot]
        self.before = got.slots
        return breach

    def _outputs(self, n: int, call: Call, got: Answer, want: Answer) -> Breach | None:
        if not isinstance(call, Run | Verify):
            return None
        if got.out is None or want.out is None or got.out.shape != want.out.shape:
            found = None if got.out is None else got.out.shape
            expected = None if want.out is None else want.out.shape
            return Breach(n, f"outputs have shape {found}, expected {expected}")
        if isinstance(call, Run) and call.spoilt:
            return None
        for slot, rows in rows_of_requests(call):
            wrong = np.zeros(got.out.shape, bool)
            part = far(self.budget.out, got.out[..., rows, :], want.out[..., rows, :])
            wrong[..., rows, :] = part
            if wrong.any():
                scale = self.budget.out.allowed(want.out)
                what = f"the outputs of slot {slot}"
                return _wrong(n, what, None, 0, wrong, got.out, want.out, scale)
        return None

    def _slot(
        self, n: int, call: Call, slot: int, slots: dict[int, Leaves], want: Leaves
    ) -> Breach | None:
        got = slots[slot]
        shapes, expected = ([x.shape for x in some] for some in (got, want))
        if shapes != expected:
            return Breach(
                n, f"what is read of slot {slot} has shapes {shapes}, expected {expected}"
            )
        dtypes = [x.dtype.name for x in got]
        self.dtypes = self.dtypes or dtypes
        if dtypes != self.dtypes:
            was, now = ", ".join(self.dtypes), ", ".join(dtypes)
            return Breach(
                n, f"slot {slot} has dtype {now}, and had {was}: it was restored in another"
            )
        same, why = self._unchanged(call, slot, slots)
        for leaf, (one, scale, right) in enumerate(zip(got, self.budget.state, want, strict=True)):
            wrong = far(scale, one, right)
            if same is None and wrong.any():
                what = f"slot {slot}"
                return _wrong(n, what, slot, leaf, wrong, one, right, scale.allowed(right))
            if same is not None and one.tobytes() != same[leaf].tobytes():
                bits = np.asarray(one != same[leaf])
                index = tuple(int(i) for i in np.argwhere(bits)[0]) if bits.any() else ()
                return Breach(n, f"slot {slot} {why}", Place(slot, leaf, index))
        return None

    def _unchanged(
        self, call: Call, slot: int, slots: dict[int, Leaves]
    ) -> tuple[Leaves | None, str]:
        """What a slot must equal to the bit, if anything, and what is wrong if it does not."""
        if isinstance(call, Copy) and slot == call.target:
            return self.before.get(call.source), f"does not hold what slot {call.source} held"
        if isinstance(call, Write) and slot == call.slot:
            return self.kept.get(call.kept), "does not hold what was kept, to the bit"
        if slot in _named(call):
            return None, ""
        return self.before.get(slot), "has changed, and the call does not name it"


def _named(call: Call) -> tuple[int, ...]:
    match call:
        case Run(slots=slots) | Verify(slots=slots):
            return slots
        case Copy(target=slot) | Write(slot=slot):
            return (slot,)
    return ()


def _wrong(
    n: int,
    what: str,
    slot: int | None,
    leaf: int,
    wrong: np.ndarray,
    got: np.ndarray,
    want: np.ndarray,
    allowed: float,
) -> Breach:
    """The first wrong number of an array."""
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    expected = float(want[index])
    return Breach(
        n,
        f"{what}: {float(got[index]):.6g} at {list(index)}, expected {expected:.6g}; "
        f"{int(wrong.sum())} of {wrong.size} entries are wrong",
        Place(slot, leaf, index),
        expected,
        allowed,
    )


def fits(
    mutant: Mutant,
    schedule: Sequence[Call],
    slots: int,
    judged: Judged,
    take: Stream,
    budget: Budget,
) -> bool:
    """Whether a mistake gives, on a schedule that fails, all that the engine answered."""
    if len(judged.answers) < len(schedule):
        return False
    wrong = of_definition(mutant.pool(take.memory, slots), schedule, take)
    try:
        with np.errstate(all="ignore"):
            return all(
                _alike(call, got, want, budget)
                for call, got, want in zip(schedule, judged.answers, wrong, strict=True)
            )
    except (ValueError, TypeError, AttributeError, IndexError, KeyError):
        return False  # the mistake leaves what the next call cannot go on from


def _alike(call: Call, got: Answer, want: Answer, budget: Budget) -> bool:
    if isinstance(call, Run | Verify) and not (isinstance(call, Run) and call.spoilt):
        for _, rows in rows_of_requests(call):
            if got.out is None or want.out is None:
                return False
            if not budget.near(budget.out, got.out[..., rows, :], want.out[..., rows, :]):
                return False
    slots = {slot: want.slots.get(slot, ()) for slot in got.slots}
    return budget.equal(got, Answer(want.out, slots))
