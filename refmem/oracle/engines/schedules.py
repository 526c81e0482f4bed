"""Schedules as Hypothesis draws them: what an engine may be asked, in any order.

A call is drawn without looking at those before it, as a few numbers; what makes no sense where it
stands, such as a copy of a slot that holds nothing, is left out. So any call can be taken out of a
schedule, and what is left is one: that is how a failing one becomes short.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from refmem.around.serving import PADDING, Call, Clear, Copy, Read, Run, Verify, Write
from refmem.support.extras import optional

LENGTHS = (1, 2, 3, 0, 5, 9)
"""Tokens that a request goes on by; the first are preferred where a schedule is made short."""

PARTS = 3
"""Requests in one call, at most."""

LEAST, LONGEST = 10, 30
"""Calls of a schedule as it is drawn; some are nothing."""

MOST_TOKENS = LONGEST * (PARTS * max(LENGTHS) + 3)

NOTHING = ""
RUN, VERIFY, COPY, CLEAR, KEEP, PADDED, SLACK, SPOILT = (
    "run", "verify", "copy", "clear", "keep", "padding", "slack", "spoilt",
)  # fmt: skip
ABILITIES = (RUN, VERIFY, COPY, CLEAR, KEEP, PADDED, SLACK, SPOILT)
"""What a schedule may have beside plain runs; `SPOILT` needs `CLEAR`."""


class Part(NamedTuple):
    """One request of a call: its slot, its tokens, and how many are accepted of drafts."""

    slot: int
    length: int
    accepted: int


class Drawn(NamedTuple):
    """A call before it is known what it means: `number` is a target, or what is written."""

    kind: str
    parts: tuple[Part, ...]
    number: int


def schedules(abilities: Collection[str], slots: int = 4) -> Any:
    """The strategy of schedules that need no more than these abilities.

    A call is four whole numbers: what it does, and one for each request. Zeros are no call at all,
    so that a schedule that is drawn long can become short.
    """
    st = optional("hypothesis.strategies", "serving")
    able = [one for one in (VERIFY, COPY, CLEAR, KEEP, SPOILT) if one in abilities]
    kinds = [NOTHING, RUN, *able, RUN]
    order = [*range(slots), *([PADDING] if PADDED in abilities else [])]
    each = len(LENGTHS) * FEWEST
    call = st.tuples(
        st.integers(0, len(kinds) * slots - 1),
        st.integers(0, len(order) * each - 1),
        *(st.integers(0, (len(order) + 1) * each - 1) for _ in range(PARTS - 1)),
    )

    def read(drawn: Iterable[tuple[int, ...]]) -> tuple[Call, ...]:
        return meant((_drawn(kinds, slots, order, one) for one in drawn), SLACK in abilities)

    return st.lists(call, min_size=LEAST, max_size=LONGEST).map(read)


FEWEST = max(LENGTHS) + 1
"""How many numbers of accepted drafts there can be."""


def _drawn(kinds: list[str], slots: int, order: list[int], numbers: tuple[int, ...]) -> Drawn:
    """The call that numbers say: its kind and a target, and of each request a slot, its tokens and
    those accepted; a further request whose slot is 0 is none."""
    kind, number = divmod(numbers[0], slots)
    parts: dict[int, Part] = {}
    for n, one in enumerate(numbers[1:]):
        place, rest = divmod(one, len(LENGTHS) * FEWEST)
        length, accepted = divmod(rest, FEWEST)
        if n == 0 or place > 0:
            slot = order[place - (n > 0)]
            parts.setdefault(slot, Part(slot, LENGTHS[length], accepted))
    return Drawn(kinds[kind], tuple(parts.values()), number)


def meant(drawn: Iterable[Drawn], slack: bool = False) -> tuple[Call, ...]:
    """The calls that make sense where they stand."""
    found: list[Call] = []
    state = Held()
    for one in drawn:
        call = state.meaning(one, slack)
        if call is not None:
            state.make(call)
            found.append(call)
    return tuple(found)


class Held:
    """What is in the slots while a schedule goes on: which hold a request, and which a spoilt one.

    kept   numbers under which something was kept
    """

    def __init__(self) -> None:
        self.sound: set[int] = set()
        self.spoilt: set[int] = set()
        self.kept = 0

    def meaning(self, one: Drawn, slack: bool) -> Call | None:
        """The call that was meant; None if it makes no sense now."""
        first = one.parts[0]
        slots = [part for part in one.parts if part.slot not in self.spoilt]
        match one.kind:
            case "run" if slots:
                more = one.number if slack else 0
                return Run(_of(slots, "slot"), _of(slots, "length"), more)
            case "spoilt" if first.slot != PADDING:
                return Run((first.slot,), (max(first.length, 1),), spoilt=True)
            case "verify":
                live = [part for part in slots if part.slot in self.sound]
                kept = tuple(min(part.accepted, part.length) for part in live)
                return Verify(_of(live, "slot"), _of(live, "length"), kept) if live else None
            case "copy" if first.slot in self.sound and one.number != first.slot:
                return None if one.number in self.spoilt else Copy(first.slot, one.number)
            case "clear" if first.slot in self.sound | self.spoilt:
                return Clear(first.slot)
            case "keep":
                return self._kept(first.slot, one.number)
        return None

    def _kept(self, slot: int, number: int) -> Call | None:
        """Keep what a slot holds, or bring back what was kept."""
        if number % 2 == 0:
            return Read(slot, self.kept) if slot in self.sound else None
        usable = self.kept and slot != PADDING and slot not in self.spoilt
        return Write(slot, number % self.kept) if usable else None

    def make(self, call: Call) -> None:
        """What is in the slots after a call."""
        match call:
            case Run(slots=slots, spoilt=True):
                self.spoilt |= set(slots)
                self.sound -= set(slots)
            case Run(slots=slots):
                self.sound |= set(slots) - {PADDING}
            case Copy(target=slot) | Write(slot=slot):
                self.sound.add(slot)
            case Clear(slot):
                self.sound.discard(slot)
                self.spoilt.discard(slot)
            case Read():
                self.kept += 1


def _of(parts: list[Part], field: str) -> tuple[int, ...]:
    return tuple(getattr(part, field) for part in parts)
