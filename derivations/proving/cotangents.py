"""A rule's shipped gradients beside SymPy's derivatives of its shipped outputs."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import sympy as sp

from .statement import Equation
from .symbols import array


def gradients_are_derivatives(
    rule: Any, x: dict[str, Any], form: str | None = None
) -> Iterator[Equation]:
    """For every input, a first state among them: vjp = the derivative of <dout, out> + <dS, S>.

    Where the last state is one array, <dS, S> counts too.
    """
    out, last = rule(**x)
    dout, dstate = array("do", out.shape), None
    loss = (dout * out).sum()
    if isinstance(last, np.ndarray):
        dstate = array("dS", last.shape)
        loss = loss + (dstate * last).sum()
    gradients = rule.vjp(**x, dout=dout, dstate=dstate, form=form)
    by_entry = np.vectorize(lambda entry: sp.diff(loss, entry), otypes=[object])
    for name, given in x.items():
        if isinstance(given, np.ndarray):
            yield Equation(getattr(gradients, name), by_entry(given))
