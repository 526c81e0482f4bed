"""A case that could not tell right from wrong is refused.

Every input is exchanged for another of its kind, one at a time, and the truth must move by much
more than the budget; an input that need not matter in a regime (keys, where beta is zero) is named
by it. The truth must also not be tiny beside the values, nor constant: then zeros or a constant
might pass.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.oracle.border.layouts import Arrays
from refmem.oracle.cases.case import Case
from refmem.oracle.cases.ingredients import first_state
from refmem.oracle.cases.reference import run_rule
from refmem.oracle.verdict.metrics import measure

MARGIN = 16
"""How many budgets the truth must move by."""

TINY = 2.0**-10
"""The truth is tiny if its RMS is less than this times the RMS of what made it."""


SAME = 2.0**-6
"""Numbers nearer to each other are the same, in whatever dtype they were rounded."""


class DegenerateError(ValueError):
    """A case that shows nothing: its truth is tiny, constant, or does not depend on an input."""


def questions(case: Case, inputs: Arrays) -> list[Arrays]:
    """The inputs; and for each, the same with another in the place of that one."""
    asked = [inputs]
    for name, x in inputs.items():
        if name not in ("lengths", "slots"):
            asked.append(inputs | {name: other(case, name, x)})
    return asked


def other(case: Case, name: str, x: np.ndarray) -> np.ndarray:
    """Another input of the same kind; half of it, where all of that kind are the same.

    What is computed from rounded raw numbers is the same up to a rounding.
    """
    y = case.others[name].astype(x.dtype)
    if y.shape != x.shape:
        y = np.resize(y, x.shape)
    return x / 2 if np.allclose(x, y, rtol=SAME, atol=0) else y


def ask(case: Case, inputs: Arrays, call: dict[str, Any]) -> list[Arrays]:
    """The rule's answers to all questions; one call if the sequences have one length."""
    asked = questions(case, inputs)
    if "lengths" in inputs:
        return [run_rule(case, one, **call) for one in asked]
    stacked = {name: np.stack([one[name] for one in asked]) for name in inputs}
    together = run_rule(case, stacked, **call)
    return [{part: x[n] for part, x in together.items()} for n in range(len(asked))]


def require_sensitive(
    case: Case, inputs: Arrays, answers: list[Arrays], allowed: dict[str, float]
) -> None:
    """Raise `DegenerateError` unless every input matters, by the answers to all questions."""
    truth = answers[0]
    for part, x in truth.items():
        if not np.isfinite(x).all() and part == "out":
            raise DegenerateError(f"{case.name}: the truth is not finite")
    if truth["out"].size:
        given = [x for name, x in inputs.items() if name in ("q", "v", "x", "state")]
        size = max((_rms(x) for x in given), default=0)
        if _rms(truth["out"]) < TINY * size or np.ptp(truth["out"]) == 0:
            raise DegenerateError(f"{case.name}: the truth is tiny or constant: zeros might pass")
    names = [name for name in inputs if name not in ("lengths", "slots")]
    for name, answer in zip(names, answers[1:], strict=True):
        if name in need_not_matter(case):
            continue
        moves = [(measure(answer[part], x).rms, allowed[part]) for part, x in truth.items()]
        if all(moved < MARGIN * limit for moved, limit in moves):
            raise DegenerateError(f"{case.name}: the truth hardly depends on {name}")


def need_not_matter(case: Case) -> set[str]:
    """The inputs that the regime is blind to, with all parts of a state; and a first state."""
    blind = set(case.regime.blind)
    names = {name for name in case.inputs if {name, name.split(".")[0]} & blind}
    if "*" in blind:
        names |= case.rule.inputs.keys()
    if case.regime.state:
        names |= first_state(case.rule)
    return names


def _rms(x: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(x)))) if x.size else 0.0
