"""Check an engine: draw schedules of calls, and find the shortest after which it is wrong.

    report = check_engine(make_engine("mine:Engine"), "gated_delta")
    report.verdict, report.findings[0].breach

Contracts are looked at one by one, each in schedules of plain runs and of what it is about, so that
one that is broken does not hide another. The last is about all of them together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from refmem.around.serving import Alone, Call, Pool
from refmem.oracle.engines.answers import Asked, of_definition, of_engine, of_program
from refmem.oracle.engines.budget import Budget, budget_of
from refmem.oracle.engines.contracts import (
    BROKEN,
    CONTRACTS,
    HOLDS,
    TOGETHER,
    UNSEEN,
    Contract,
    EngineReport,
    Finding,
    together,
)
from refmem.oracle.engines.itself import Itself, budget_of_itself
from refmem.oracle.engines.judging import Breach, Judged, fits, judge
from refmem.oracle.engines.mutants import Mutant, mutants_of
from refmem.oracle.engines.script import script
from refmem.oracle.engines.search import Failing, Search
from refmem.oracle.engines.stream import Stream, served
from refmem.oracle.targets.engine import SIZES
from refmem.oracle.targets.engine_program import EngineProgram
from refmem.oracle.targets.target import MisbehavedError, UnavailableError

SCHEDULES = 200
PATIENCE = 20.0
"""Seconds in which a failing schedule is made shorter."""


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
    every = (*CONTRACTS, together(checking.methods))
    chosen = [one for one in every if one.name in only or not only]
    found: list[Finding] = []
    for contract in chosen:
        found.append(checking.look_at(contract, found, max(number // len(every), 1)))
        if watch is not None:
            watch(len(found), len(chosen))
    served = "itself" if rule is None else checking.take.memory.name
    return EngineReport(name or "engine", served, tuple(found), checking.reads)


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
        search = Search(self.run, self.seed, self.patience)
        failing = search.shortest(contract.extra, number)
        if failing is None and contract.name == TOGETHER:
            failing = search.with_many_slots()
        if failing is None:
            return Finding(contract.name, contract.says, HOLDS, number=search.runs)
        return self._broken(contract, search, failing)

    def _broken(self, contract: Contract, search: Search, failing: Failing) -> Finding:
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

    def _fits(self, mutant: Mutant, search: Search) -> bool:
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
