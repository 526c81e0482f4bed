"""Check an engine: draw schedules of calls, and find the shortest after which it is wrong.

    report = check_engine(make_engine("mine:Engine"), "gated_delta")
    report.verdict, report.findings[0].breach

Contracts are looked at one by one, each in schedules of plain runs and of what it is about, so that
one that is broken does not hide another. The last is about all of them together.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from refmem.around.serving import Alone, Call, Pool, Run, tokens_of
from refmem.oracle.engines import schedules
from refmem.oracle.engines.answers import Asked, of_definition, of_engine, of_program
from refmem.oracle.engines.budget import Budget, budget_of
from refmem.oracle.engines.itself import Itself, budget_of_itself
from refmem.oracle.engines.judging import Breach, Judged, fits, judge
from refmem.oracle.engines.mutants import Mutant, mutants_of
from refmem.oracle.engines.script import script
from refmem.oracle.engines.stream import Stream, served
from refmem.oracle.targets.engine import SIZES
from refmem.oracle.targets.engine_program import EngineProgram
from refmem.oracle.targets.target import MisbehavedError, UnavailableError
from refmem.oracle.verdict.outcomes import CONFORMS, DEPARTS, UNDECIDED
from refmem.support.extras import optional

HOLDS, BROKEN, UNSEEN = "holds", "broken", "not looked at"

SCHEDULES = 200
SLOTS = 4
PATIENCE = 20.0
"""Seconds in which a failing schedule is made shorter."""

ENDED = 4
"""Times that an engine may hang or crash until its schedule is made no shorter: each takes long."""

COMPARED = 5
"""Failing schedules, the first that were found, in which a mistake must show the same results."""

MANY = 10_000
"""Slots of the largest pool, which one schedule has."""


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


def check_engine(
    engine: Asked,
    rule: Any,
    *,
    name: str = "",
    dtype: str = "float32",
    library: str = "numpy",
    number: int = SCHEDULES,
    seed: int = 0,
    patience: float = PATIENCE,
    only: Sequence[str] = (),
    watch: Callable[[int, int], None] | None = None,
) -> EngineReport:
    """Check an engine of a rule; or where that is None, an engine against itself.

    engine     one in this process (`make_engine`), or the process of one
    name       module:Class, for scripts
    number     of schedules in all
    patience   seconds in which each failing schedule is made shorter
    only       these contracts alone; all if there are none
    watch      called with (done, total) after every contract
    """
    checking = _Checking(engine, rule, name, dtype, library, seed, patience)
    every = (*CONTRACTS, _together(checking.methods))
    chosen = [one for one in every if one.name in only or not only]
    found: list[Finding] = []
    for contract in chosen:
        found.append(checking.look_at(contract, found, max(number // len(every), 1)))
        if watch is not None:
            watch(len(found), len(chosen))
    served = "itself" if rule is None else checking.take.memory.name
    return EngineReport(name or "engine", served, tuple(found), checking.reads)


def _together(methods: Sequence[str]) -> Contract:
    """All abilities that an engine has the methods for."""
    able = [one for one in schedules.ABILITIES if set(METHOD_OF.get(one, ())) <= set(methods)]
    return Contract(TOGETHER, "all of it, in any order", (), tuple(able))


class _Checking:
    """An engine, and what its answers are compared with."""

    def __init__(
        self,
        engine: Asked,
        rule: Any,
        name: str,
        dtype: str,
        library: str,
        seed: int,
        patience: float,
    ) -> None:
        self.engine, self.name, self.seed, self.patience = engine, name, seed, patience
        about = _about(engine)
        self.methods = about.pop("methods")
        self.take = Stream(rule, **about, dtype=dtype)
        self.shown = Stream(rule, **about, dtype=dtype, library=library)
        self.itself: Itself | None = None
        self.reads = "read" in self.methods and rule is not None
        if rule is not None:
            self.budget: Budget = budget_of(self.take.again())
            return
        try:
            self.itself = Itself(engine, self.take)
            self.budget = budget_of_itself(self.itself, self.take)
        except (MisbehavedError, TimeoutError, ChildProcessError) as error:
            raise UnavailableError(f"the engine cannot run a request alone: {error}") from error

    def look_at(self, contract: Contract, before: Sequence[Finding], number: int) -> Finding:
        """What comes of a contract, after what came of those before it."""
        missing = [one for one in contract.needs if one not in self.methods]
        broken = [one.name for one in before if one.status == BROKEN]
        reason = f"the engine has no {' and no '.join(missing)}" if missing else ""
        if broken and (broken[0] == CONTRACTS[0].name or contract.name == TOGETHER):
            reason = f"{broken[0]} is broken, which all schedules have"
        if reason:
            return Finding(contract.name, contract.says, UNSEEN, reason)
        search = _Search(self, contract, number)
        failing = search.shortest()
        if failing is None and contract.name == TOGETHER:
            failing = search.with_many_slots()
        if failing is None:
            return Finding(contract.name, contract.says, HOLDS, number=search.runs)
        return self._broken(contract, search, failing)

    def _broken(self, contract: Contract, search: _Search, failing: Failing) -> Finding:
        schedule, slots, judged = failing
        breach = judged.breach
        assert breach is not None
        known = mutants_of(self.take.memory) if self.itself is None else []
        mistakes = [one for one in known if self._fits(one, search)]
        states = len(self.budget.state)
        shown = script(self.name, schedule, breach, slots, self.shown, states)
        return Finding(
            contract.name,
            contract.says,
            BROKEN,
            number=search.runs,
            schedule=schedule,
            breach=breach,
            mistakes=tuple(mistakes),
            script=shown,
        )

    def _fits(self, mutant: Mutant, search: _Search) -> bool:
        """Whether a mistake gives all that the engine answered in schedules that failed."""
        some = [*search.first, *([] if search.best is None else [search.best])]
        return all(fits(mutant, *one, self.take.again(), self.budget) for one in some)

    def run(self, schedule: Sequence[Call], slots: int) -> Judged:
        """One schedule, by the engine and by the definition."""
        take = self.take
        pool = Pool(take.memory, slots) if self.itself is None else Alone(self.itself, slots)
        with np.errstate(all="ignore"):
            try:
                want = list(of_definition(pool, schedule, take.again(), self.reads))
            except (MisbehavedError, TimeoutError, ChildProcessError) as error:
                ended = not isinstance(error, MisbehavedError)
                last = len(schedule) - 1
                return Judged([], Breach(last, f"a request alone: {error}", ended=ended))
            if isinstance(self.engine, EngineProgram):
                got = of_program(self.engine, slots, schedule, take.again(), want)
            else:
                got = of_engine(self.engine, slots, schedule, take.again(), self.reads)
            return judge(schedule, got, want, self.budget)


class Failing(NamedTuple):
    """A schedule that fails, the slots of its pool, and what the engine answered."""

    schedule: tuple[Call, ...]
    slots: int
    judged: Judged


class EnoughError(BaseException):
    """Patience is at its end: no `Exception`, which Hypothesis would take for another failure."""


class _Search:
    """The search for a schedule that fails, and then for a shorter one."""

    def __init__(self, checking: _Checking, contract: Contract, number: int) -> None:
        self._checking, self._contract, self._number = checking, contract, number
        self.best: Failing | None = None
        self.first: list[Failing] = []
        self._until, self._ended = float("inf"), 0
        self.runs = 0

    def shortest(self) -> Failing | None:
        """The shortest schedule that fails, its slots, and how it does; None if none was found."""
        hypothesis = optional("hypothesis", "serving")
        calls = schedules.schedules(self._contract.extra, SLOTS)
        settings = hypothesis.settings(
            max_examples=self._number,
            database=None,
            deadline=None,
            phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink),
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        drawn = random.Random(self._checking.seed)
        ends = (EnoughError, hypothesis.errors.NoSuchExample, hypothesis.errors.Flaky)
        with contextlib.suppress(*ends):
            hypothesis.find(calls, self._fails, settings=settings, random=drawn)
        return self.best

    def _fails(self, schedule: tuple[Call, ...]) -> bool:
        """Whether a schedule fails; `EnoughError` when patience is at its end."""
        if time.monotonic() > self._until or self._ended >= ENDED:
            raise EnoughError
        self.runs += self.best is None
        judged = self._checking.run(schedule, SLOTS)
        if judged.breach is None:
            return False
        if self.best is None:
            self._until = time.monotonic() + self._checking.patience
        self._ended += judged.breach.ended
        failing = Failing(schedule[: judged.breach.call + 1], SLOTS, judged)
        if len(self.first) < COMPARED:
            self.first.append(failing)
        if self.best is None or _length(failing.schedule) < _length(self.best.schedule):
            self.best = failing
        return True

    def with_many_slots(self) -> Failing | None:
        """A schedule in a large pool: its first slots, its last, and some between."""
        slots = (0, MANY - 1, MANY // 2)
        schedule = (Run(slots, (3, 2, 1)), Run(slots[1:], (1, 1)), Run(slots, (1, 1, 1)))
        self.runs += 1
        judged = self._checking.run(schedule, MANY)
        if judged.breach is None:
            return None
        self.best = Failing(schedule[: judged.breach.call + 1], MANY, judged)
        return self.best


def _length(schedule: tuple[Call, ...]) -> tuple[int, int]:
    return len(schedule), sum(map(tokens_of, schedule))


def _about(engine: Asked) -> dict[str, Any]:
    """What an engine says of itself; `UnavailableError` if it cannot."""
    try:
        about = engine.ask({"call": "about"})
    except MisbehavedError as error:
        raise UnavailableError(f"the engine does not say what it is: {error}") from error
    about = about.get("returned", about) if isinstance(about, dict) else {}
    sizes = {name: about.get(name) for name in SIZES}
    if not all(isinstance(one, int) and one >= 0 for one in sizes.values()):
        raise UnavailableError(f"the engine's sizes are {sizes}, expected whole numbers")
    stored = about.get("stored", "")
    try:
        served("delta", stored=stored)
    except (TypeError, ValueError) as error:
        said = str(error).removeprefix("delta: ")
        raise UnavailableError(f"the engine says stored = {stored!r}: {said}") from None
    return {"methods": tuple(about.get("methods", ())), "stored": stored} | sizes
