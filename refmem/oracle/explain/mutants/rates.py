"""Mutants of delta rules whose write strength follows from beta and the length of the key."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from refmem.memory import Transition
from refmem.oracle.cases.case import Case
from refmem.oracle.explain.mutants.abilities import corrects, transition_of
from refmem.oracle.explain.mutants.mutant import Mutant
from refmem.rules.delta.implicit_delta import rate as implicit

Rate = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""From keys and beta to the strength of the explicit step that is taken, (..., T, 1)."""


def explicit(k: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """Beta itself."""
    return beta[..., None]


def at_rate(rate: Rate) -> Callable[[Case, Any], Any]:
    """The rule with another strength for what it erases and writes."""

    def changed(case: Case, rule: Any) -> Any:
        other = copy.copy(rule)

        def transition(**x: Any) -> Transition:
            made = rule.transition(**x)
            k = rate(x["k"], x["beta"]) * x["k"]
            return made._replace(write=(k, made.write[1]), erase=(-k, made.erase[1]))

        other.transition = transition
        return other

    return changed


def _has_another(rate: Rate) -> Callable[[Case], bool]:
    """Whether a rule takes beta as a token's strength, and makes other rates of beta and the key
    than beta itself and this one."""

    def fits(case: Case) -> bool:
        if not corrects(case) or case.axes.get("beta") != ("T",) or "k" not in case.inputs:
            return False
        t, x = transition_of(case), case.inputs
        if not t.corrects or t.micro > 1:
            return False
        written = [one(x["k"], x["beta"]) * x["k"] for one in (explicit, rate)]
        return not any((t.write[0] == key).all() for key in written)

    return fits


RATES = (
    Mutant(
        "explicit step",
        "beta itself as the write strength: an explicit step",
        (),
        "the strength that is made of beta and the length of the key",
        rule=at_rate(explicit),
        fits=_has_another(explicit),
    ),
    Mutant(
        "implicit step",
        "beta/(1 + beta |k|^2) as the write strength: an implicit step",
        (),
        "the strength that is made of beta and the length of the key",
        rule=at_rate(implicit),
        fits=_has_another(implicit),
    ),
)
