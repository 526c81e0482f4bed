"""What a pool promises, and what came of looking at it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from refmem.around.serving import Call
from refmem.oracle.engines import schedules
from refmem.oracle.engines.judging import Breach
from refmem.oracle.engines.mutants import Mutant
from refmem.oracle.verdict.outcomes import CONFORMS, DEPARTS, UNDECIDED

HOLDS, BROKEN, UNSEEN = "holds", "broken", "not looked at"


class Contract(NamedTuple):
    """What a pool promises.

    name      in a report
    says      in one sentence
    needs     methods of the engine that it is about
    extra     abilities of its schedules beside plain runs
    """

    name: str
    says: str
    needs: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()


CONTRACTS = (
    Contract("requests", "each goes on from its own slot, in pieces of any length"),
    Contract("padding", "slot -1 is nobody's, and writes nothing", (), (schedules.PADDED,)),
    Contract("slack", "tokens after the last sequence are not read", (), (schedules.SLACK,)),
    Contract("drafts", "only those accepted are remembered", ("verify",), (schedules.VERIFY,)),
    Contract("copies", "a copy and its source go different ways", ("copy",), (schedules.COPY,)),
    Contract("reuse", "a new request begins from nothing", ("clear",), (schedules.CLEAR,)),
    Contract(
        "NaN",
        "what a request leaves behind harms no other",
        ("clear",),
        (schedules.CLEAR, schedules.SPOILT),
    ),
    Contract(
        "snapshots", "what was read is written back as it was", ("read", "write"), (schedules.KEEP,)
    ),
)
"""What is looked at one by one."""

METHOD_OF = {
    schedules.VERIFY: ("verify",),
    schedules.COPY: ("copy",),
    schedules.CLEAR: ("clear",),
    schedules.SPOILT: ("clear",),
    schedules.KEEP: ("read", "write"),
}

TOGETHER = "together"


def together(methods: Collection[str]) -> Contract:
    """All abilities that an engine has the methods for."""
    able = [one for one in schedules.ABILITIES if set(METHOD_OF.get(one, ())) <= set(methods)]
    return Contract(TOGETHER, "all of it, in any order", (), tuple(able))


@dataclass(frozen=True)
class Finding:
    """What came of one contract.

    status     `HOLDS`, `BROKEN` or `UNSEEN`
    reason     why it was not looked at
    number     of schedules that were run
    schedule   the shortest that fails, and where it does
    mistakes   those that give the same results
    script     the schedule as Python
    """

    name: str
    says: str
    status: str
    reason: str = ""
    number: int = 0
    schedule: tuple[Call, ...] = ()
    breach: Breach | None = None
    mistakes: tuple[Mutant, ...] = ()
    script: str = ""


@dataclass(frozen=True)
class EngineReport:
    """What came of an engine."""

    target: str
    rule: str
    findings: tuple[Finding, ...]
    reads: bool

    @property
    def broken(self) -> tuple[Finding, ...]:
        """Contracts that are broken."""
        return tuple(one for one in self.findings if one.status == BROKEN)

    @property
    def verdict(self) -> str:
        """Whether it conforms: nothing is broken, and at least half was looked at."""
        if self.broken:
            return DEPARTS
        seen = sum(one.status == HOLDS for one in self.findings)
        return CONFORMS if 2 * seen >= len(self.findings) else UNDECIDED
