"""What a case shows, in a dtype: whether it can tell right from wrong at all, and for which inputs.

Every input is exchanged for another of its kind, one at a time; where the truth then moves by less
than a margin over the budget, the case shows nothing of that input. It is still evidence for the
others. A case is refused whose truth could be given without an answer: it is not finite, or
constant, or so small beside the budget, or the dtype, that zeros might pass.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from refmem.oracle.border.layouts import Arrays
from refmem.oracle.cases.case import Case
from refmem.oracle.cases.ingredients import first_state
from refmem.oracle.cases.reference import run_rule
from refmem.oracle.verdict.metrics import measure

MARGIN = 16
"""How many budgets the truth must move by."""


SAME = 2.0**-6
"""Numbers nearer to each other are the same, in whatever dtype they were rounded."""


class DegenerateError(ValueError):
    """A case that shows nothing: its truth is not finite, tiny or constant."""


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


def require_answer(case: Case, truth: Arrays, allowed: dict[str, float]) -> None:
    """Raise `DegenerateError` if the output could be right without an answer."""
    out = truth["out"]
    if not np.isfinite(out).all():
        raise DegenerateError(f"{case.name}: the truth is not finite")
    if not out.size:
        return
    if np.ptp(out) == 0:
        raise DegenerateError(f"{case.name}: the truth is constant, or beyond the dtype")
    if not MARGIN * allowed["out"] < 1:
        raise DegenerateError(f"{case.name}: the truth is tiny beside what is allowed")


def held(x: np.ndarray, dtype: Any) -> np.ndarray:
    """The heads of a part that a dtype has the range for, as a mask that broadcasts with it.

    No entry overflows, and not all are so small that they lose bits. What is infinite, or zero, is
    so in every dtype.

    >>> held(np.array([[[[1.0]], [[1e-30]]]]), np.float16).ravel().tolist()
    [True, False]
    """
    of = _range_of(dtype)
    sizes = np.abs(np.where(np.isfinite(x), x, 0))
    largest = sizes.max(tuple(range(2, x.ndim))[-2:], keepdims=True, initial=0)
    enough = (largest == 0) | (largest >= float(of.smallest_normal))
    return enough & (largest <= float(of.max))


def _range_of(dtype: Any) -> Any:
    if np.dtype(dtype).kind == "f":
        return np.finfo(dtype)
    return importlib.import_module("ml_dtypes").finfo(dtype)


def unshown(inputs: Arrays, answers: list[Arrays], allowed: dict[str, float]) -> tuple[str, ...]:
    """The inputs of which a case shows nothing, by the answers to all questions."""
    truth = {part: answers[0][part] for part in allowed}
    names = [name for name in inputs if name not in ("lengths", "slots")]
    return tuple(
        name
        for name, answer in zip(names, answers[1:], strict=True)
        if all(measure(answer[part], x).rms < MARGIN * allowed[part] for part, x in truth.items())
    )


def need_not_matter(case: Case) -> set[str]:
    """The inputs that the regime is blind to, with all parts of a state; and a first state."""
    blind = set(case.regime.blind)
    names = {name for name in case.inputs if {name, name.split(".")[0]} & blind}
    if "*" in blind:
        names |= case.rule.inputs.keys()
    if case.regime.state:
        names |= first_state(case.rule)
    return names
