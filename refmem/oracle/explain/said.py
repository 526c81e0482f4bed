"""A diagnosis: what some failures have in common and what they equal, and how that is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from refmem.oracle.explain.mutants import Mutant
from refmem.oracle.explain.shared import Shared
from refmem.oracle.explain.survey import listed, references
from refmem.oracle.verdict.metrics import short

REPORTS = 4
"""How many reports of a mistake are listed."""


@dataclass(frozen=True)
class Diagnosis:
    """What some failures of an operator and rule have in common, and what they equal.

    shared   what separates them from the passes
    cases    their names
    of       how many failures there are in all
    run      how many cases were run
    mutants  whose mistakes explain them, the likeliest first; empty if none do
    error    relative RMS of the results against those of the mutants
    parts    of the results that were compared
    near     names of cases whose results are nearly those of the mutants
    found    whether there were results at all
    kernels  which of a target's kernels fail, if that can be told from the others
    hints    what else can be said
    """

    operator: str
    rule: str
    shared: Shared
    cases: tuple[str, ...]
    of: int
    run: int = 0
    mutants: tuple[Mutant, ...] = ()
    error: float = np.inf
    parts: tuple[str, ...] = ("out",)
    near: tuple[str, ...] = ()
    found: bool = True
    kernels: str = ""
    hints: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join([*self._which(), *(self._equal() if self.mutants else self._unknown())])

    def _which(self) -> Iterator[str]:
        """Which cases fail, where others pass."""
        if self.run > 1 and self.cases:
            many = f"{len(self.cases)} of {self.run} cases of {self.rule} fail"
            vague = self.mutants and self.shared.of_passes and not self.shared.facts
            yield f"{self.operator}: {many}{'' if vague else f', {self.shared}'}"
        if self.kernels:
            yield f"{self.operator}: of the kernels of {self.rule}, {self.kernels}"

    def _equal(self) -> Iterator[str]:
        mistakes = ", and ".join(mutant.says for mutant in self.mutants)
        what = "output" if set(self.parts) == {"out"} else "output and state"
        equal = f"{self.operator}: {what} equal{'s' * (what == 'output')} {self.rule} with"
        counted = f"in {len(self.cases)} of {self.of} failed cases"
        counted += f", and nearly in {len(self.near)} more" if self.near else ""
        yield f"{equal} {mistakes} ({short(self.error)}), {counted}"
        yield f"look at {'; '.join(mutant.look for mutant in self.mutants)}"
        seen = references(tuple(row for mutant in self.mutants for row in mutant.seen))
        if seen:
            yield f"seen before: {listed(seen, REPORTS)}"
        yield from self.hints

    def _unknown(self) -> Iterator[str]:
        if self.found and self.cases:
            yield f"{self.operator}: no known mistake in {self.rule} gives these results"
        elif self.cases:
            yield f"{self.operator}: nothing of {self.rule} could be compared"
        else:
            yield f"{self.operator}: no case of {self.rule} fails, but it breaks laws"
        yield from self.hints
