"""Run a candidate on one case, and take what comes back apart, whatever it is.

It may crash, hang, change its inputs, return them, or return anything of any shape: that is a
`MisbehavedError` with a reason, and never the end of the run.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.oracle.border.arrays import as_numpy
from refmem.oracle.border.conventions import Convention
from refmem.oracle.border.layouts import Arrays
from refmem.oracle.cases.case import Case
from refmem.oracle.cases.inputs import axes_of_state
from refmem.oracle.cases.reference import OUT, as_returned, one_of_each, state_parts, unslotted
from refmem.oracle.targets.contract import ANYTHING, Contract
from refmem.oracle.targets.target import MisbehavedError, Target, UnavailableError, changed_in_place
from refmem.support.wording import one_line, what_was_raised


def outside(target: Target, operator: str, case: Case) -> str:
    """Why a case lies outside what a candidate promises, or its convention can say; or ""."""
    return unsayable(target.convention, case) or target.uncovered(operator, case)


def unsayable(convention: Convention, case: Case) -> str:
    """Why a convention has no way to pass a case; "" if it has."""
    for what, said in (("lengths", "sequence boundaries"), ("slots", "slots of a pool")):
        if what in case.inputs and what not in convention.names:
            return f"its convention has no {said}"
    shared = case.regime.sharing in ("queries", "values")
    if shared and case.regime.sharing not in convention.groups:
        return f"its convention has no more {case.regime.sharing} than other heads"
    if not convention.takes_scale and case.regime.scale not in (None, 1):
        return "its convention has no argument for the scale"
    if convention.layout != "grammar" and case.batch > 1 and _has_own_state(case):
        return "its convention says nothing of such a state"
    if convention.denominator_eps and "denominator_eps" not in case.rule.options:
        return f"its convention adds to a denominator, and {case.rule.name} has none"
    return convention.unsayable(case)


def _has_own_state(case: Case) -> bool:
    return any(axes and axes[0] == "own" for axes in case.axes.values())


def run(target: Target, operator: str, case: Case, inputs: Arrays, shapes: Arrays) -> Arrays:
    """The parts of a candidate's result in refmem's grammar, of the shapes of these arrays.

    `inputs` are in the target's convention; the candidate gets copies of them. `UnavailableError`
    says that it cannot run at all, which is no result of a case.
    """
    given = {name: x.copy() for name, x in inputs.items()}
    try:
        result = target.run(operator, case, given)
        found = _parts(result, returned(target, operator, shapes), contract_of(target))
    except UnavailableError:
        raise
    except MisbehavedError as error:
        raise MisbehavedError(one_line(str(error))) from error
    except (Exception, SystemExit) as error:
        raise MisbehavedError(what_was_raised(error)) from error
    _expect_untouched(target, case, inputs, given, found)
    return {name: placed(target, case, name, x, shapes[name]) for name, x in found.items()}


def returned(target: Target, operator: str, shapes: Arrays) -> set[str]:
    """The parts that an operator returns: some do not give their state."""
    without = operator in getattr(target, "stateless", ())
    return {name for name in shapes if not (without and name.startswith("state"))}


def contract_of(target: Target) -> Contract:
    """What a target lacks, returns and promises, as far as it has a contract."""
    return getattr(target, "contract", ANYTHING)


def asked(target: Target, case: Case) -> Case:
    """The case as a target is asked it: in its sizes, without what it lacks."""
    return contract_of(target).asked(case)


def _parts(result: Any, wanted: set[str], contract: Contract) -> Arrays:
    """Named arrays of what was returned: (out, state), or out alone where there is no state."""
    if not isinstance(result, tuple | list):
        result = (result, None)
    if len(result) != 2:
        raise TypeError(f"returned {len(result)} things, expected (out, state)")
    state = state_parts(result[1])
    found = {n: as_numpy(x) for n, x in ({"out": result[0]} | state).items() if n in wanted}
    missing = [name for name in wanted if name not in found]
    if missing and (state or contract.returns or "out" in missing):
        raise TypeError(f"{missing[0]} was not returned, expected an array")
    return found


def _expect_untouched(
    target: Target, case: Case, inputs: Arrays, given: Arrays, found: Arrays
) -> None:
    """Inputs are as they were, and not returned; a pool of states is updated in place."""
    pool = changed_in_place(target, case)
    for name, x in inputs.items():
        if name == pool or _is_new_state(target, name, given[name], found):
            continue
        if not np.array_equal(given[name], x, equal_nan=x.dtype.kind != "i"):
            raise MisbehavedError(f"changed its input {name}")
    for name, x in given.items():
        if name != pool and any(np.may_share_memory(y, x) for y in found.values()):
            raise MisbehavedError(f"returned memory of its input {name}")


def _is_new_state(target: Target, name: str, now: np.ndarray, found: Arrays) -> bool:
    """Whether an input that was changed is the state, which came back in no other way."""
    is_state = name == target.convention.name("state") and not contract_of(target).returns
    return is_state and "state" in found and np.array_equal(found["state"], now, equal_nan=True)


def placed(target: Target, case: Case, name: str, x: np.ndarray, like: np.ndarray) -> np.ndarray:
    """A part of a result in the grammar, and as many heads as the truth has."""
    convention, lengths = target.convention, case.inputs.get("lengths")
    axes = case.axes.get(name) or axes_of_state(name, like)
    shape = as_returned(case, convention, name, like).shape
    if name == "out":
        axes = OUT
    if "." in name and convention.layout == "grammar":
        axes = ("own",) * (like.ndim - 2)
    x = one_of_each(x, like) if convention.layout == "grammar" else x
    try:
        y = convention.part_to_grammar(name, x, shape, axes, lengths)
    except ValueError as error:
        raise MisbehavedError(str(error)) from error
    y = np.broadcast_to(y, like.shape)
    if name == "out" and "slots" in case.inputs:
        return unslotted(y, case.inputs["slots"])
    return y
