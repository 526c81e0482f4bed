"""What a target is asked by a case, and what it must answer: found out once for all of its parts.

The parts of a target differ in layouts and names more than in numbers, and truth and budget are
most of the time that a case takes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from refmem.oracle.border.conventions import REFMEM
from refmem.oracle.border.layouts import Arrays
from refmem.oracle.cases.case import Case
from refmem.oracle.cases.reference import expected_parts
from refmem.oracle.targets.running import asked, contract_of
from refmem.oracle.targets.target import Target
from refmem.oracle.verdict.budget import Expected, expect
from refmem.oracle.verdict.sensitivity import DegenerateError


class Question(NamedTuple):
    """What parts of a target that take the same arrays are asked alike.

    case      in their sizes, without what they lack
    inputs    in their convention and dtype
    expected  truth and budget, or why the case can show nothing
    """

    case: Case
    inputs: Arrays
    expected: Expected | DegenerateError


SEEN: dict[str, Any] = {
    field: getattr(REFMEM, field)
    for field in (
        *("names", "layout", "state_layout", "heads", "groups", "every_head"),
        *("state_dtype", "dtypes", "extra", "contract"),
    )
}
"""Facts of a convention that are seen in the numbers that arrive and the dtypes of results."""


class Questions:
    """The questions of one case."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._asked: dict[Any, Question] = {}
        self._expected: dict[Any, Expected | DegenerateError] = {}

    def to(self, target: Target) -> Question:
        """What a part is asked: found out once for all parts that take the same arrays."""
        key = repr((target.convention, target.dtype, contract_of(target)))
        if key not in self._asked:
            case = asked(target, self.case)
            inputs = target.convention.to_foreign(case, target.dtype)
            self._asked[key] = Question(case, inputs, self._expect(target, case, inputs))
        return self._asked[key]

    def _expect(self, target: Target, case: Case, inputs: Arrays) -> Expected | DegenerateError:
        """Truth and budget: once for all parts that see the same numbers, in any layout."""
        convention, dtype = target.convention, target.dtype
        numbers = convention.unplaced(case, inputs, np.promote_types(dtype, np.float64))
        results = [convention.dtype_of(part, dtype) for part in expected_parts(case)]
        facts = repr((replace(convention, **SEEN), dtype, results, contract_of(target)))
        key = facts, *((name, x.shape, x.tobytes()) for name, x in numbers.items())
        if key not in self._expected:
            try:
                self._expected[key] = expect(case, inputs, convention, dtype)
            except DegenerateError as refusal:
                self._expected[key] = refusal
        return self._expected[key]
