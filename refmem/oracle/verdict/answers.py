"""How the outcomes of a case come back from a worker elsewhere: as JSON.

    {"outcomes": [{"operator": ..., "case": ..., "status": ..., "error": ..., ...}, ...]}
    {"unavailable": "why the target cannot run there"}
    {"raised": "what ended the case before it had an outcome"}

A candidate may have run in the worker that wrote the text. So nothing but text comes back, and it
is read as what a stranger wrote.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from refmem.oracle.targets.target import UnavailableError
from refmem.oracle.verdict.outcomes import FAILED, OUTSIDE, PASSED, REFUSED, Outcome
from refmem.support.wording import one_line, what_was_raised

OUTCOMES, UNAVAILABLE, RAISED = "outcomes", "unavailable", "raised"

TEXTS, NUMBERS = ("operator", "case", "status", "reason"), ("error", "share", "seconds")
COUNTS, LISTS = ("tokens",), ("missing", "inputs", "unshown")
"""The fields of an outcome."""

FIELDS = TEXTS + NUMBERS + COUNTS + LISTS

LONGEST_REASON = 10_000
"""Characters of a reason; those of gradients by many inputs are long."""


class NoAnswerError(ValueError):
    """A text does not say what came of a case, and why."""


def as_text(run: Callable[[], list[Outcome]]) -> str:
    """Run a case, and say what came of it: whatever is raised does not leave this process."""
    try:
        return json.dumps({OUTCOMES: [dataclasses.asdict(one) for one in run()]})
    except UnavailableError as error:
        return json.dumps({UNAVAILABLE: one_line(str(error), LONGEST_REASON)})
    except BaseException as error:
        return json.dumps({RAISED: what_was_raised(error)})


def from_text(text: Any, case: str, operators: Sequence[str]) -> list[Outcome]:
    """The outcomes of a case, one for each of these operators, whatever the text is.

    Failed ones if it says something else; `UnavailableError` if it says that the target cannot run.
    """
    try:
        return _from_said(_said(text), case, operators)
    except NoAnswerError as error:
        return failed(case, operators, f"the worker answered what is no answer: {error}")


def failed(case: str, operators: Sequence[str], reason: str) -> list[Outcome]:
    """The outcomes of a case of which there are no results."""
    return [Outcome(one, case, FAILED, np.inf, np.inf, reason) for one in operators]


def _said(text: Any) -> dict[str, Any]:
    if type(text) is not str:
        raise NoAnswerError(f"it is a {one_line(type(text).__name__)}, expected text")
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NoAnswerError(one_line(f"it is no JSON: {error}")) from None
    if not isinstance(said, dict) or len(said) != 1:
        raise NoAnswerError("it is no JSON object of one field")
    return said


def _from_said(said: dict[str, Any], case: str, operators: Sequence[str]) -> list[Outcome]:
    match said:
        case {"unavailable": str(why)}:
            raise UnavailableError(one_line(why, LONGEST_REASON))
        case {"raised": str(why)}:
            return failed(case, operators, one_line(why))
        case {"outcomes": list(several)}:
            outcomes = [_outcome(one) for one in several]
            found = [(one.operator, one.case) for one in outcomes]
            if found == [(operator, case) for operator in operators]:
                return outcomes
            raise NoAnswerError(f"it is not about {case} by {', '.join(operators)}")
    raise NoAnswerError("it says neither outcomes, nor that the target is unavailable, nor raised")


def _outcome(said: Any) -> Outcome:
    if not isinstance(said, dict) or said.keys() != {*FIELDS}:
        raise NoAnswerError(f"an outcome has other fields than {', '.join(FIELDS)}")
    for name in TEXTS:
        if type(said[name]) is not str:
            raise NoAnswerError(f"the {name} of an outcome is no text")
    for name in NUMBERS:
        if type(said[name]) is not float and not (type(said[name]) is int and said[name] == 0):
            raise NoAnswerError(f"the {name} of an outcome is no number")
    if said["status"] not in (PASSED, FAILED, REFUSED, OUTSIDE):
        raise NoAnswerError(f"the status of an outcome is {one_line(said['status'], 100)!r}")
    for name in COUNTS:
        if type(said[name]) is not int:
            raise NoAnswerError(f"the {name} of an outcome is no whole number")
    for name in LISTS:
        if type(said[name]) is not list or any(type(one) is not str for one in said[name]):
            raise NoAnswerError(f"the {name} of an outcome is no list of text")
    lists = {name: tuple(one_line(one, 100) for one in said[name]) for name in LISTS}
    return Outcome(**said | lists | {"reason": one_line(said["reason"], LONGEST_REASON)})
