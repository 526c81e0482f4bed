"""Law: the gradient by every input is the derivative by it, exactly.

Each input is moved by itself in a random direction; truncated series over the rationals, or over
intervals where a rule needs exp, give the derivative (see `along`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.laws.exact import assert_same
from refmem.laws.gradients.along import (
    derivative,
    inner,
    like,
    series_numbers,
    variables,
    with_cotangents,
)
from refmem.laws.law import Law, itself
from refmem.memory.rule import Rule


def gradients_are_derivatives(rule: Rule, seed: int = 0, form: str | None = None) -> None:
    """Raise unless that holds for every input of one call."""
    system = series_numbers(rule)
    x, dout, dstate = with_cotangents(rule, system, seed)
    grads = rule.vjp(**x, dout=dout, dstate=dstate, form=form, chunk=2)
    for name, value in variables(rule, x).items():
        change = like(system, value, seed + 3)
        got = inner(getattr(grads, name), change)
        want = derivative(rule, system, x, {name: change}, dout, dstate)
        assert_same(_cell(got), _cell(want), f"{rule.name}: derivative by {name}")


def _cell(number: Any) -> np.ndarray:
    cell = np.empty((), dtype=object)
    cell[()] = number
    return cell


def _try(rule: Rule, form: str, seed: int) -> None:
    gradients_are_derivatives(rule, seed)


LAW = Law(
    "gradient",
    __doc__,
    _try,
    "functions that the tape does not know: use + - * @, and the words of refmem.algebra",
    itself,
    bits=1024,
)
