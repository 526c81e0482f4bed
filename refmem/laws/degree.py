"""Law: outputs are polynomials of a degree that the proof by the prime field allows for.

That proof (see forms_agree) takes it to be at most 8 T + 8 for T tokens.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from refmem.laws.draws import sample
from refmem.laws.law import Law, itself
from refmem.laws.systems import FIELD
from refmem.memory.rule import Rule


def degree(rule: Rule, T: int) -> int:
    """The degree of the outputs along a random line through the origin of all inputs.

    A polynomial of degree n has a vanishing difference of order n + 1, and none below.
    """
    line = [_along(rule, T, place) for place in range(8 * T + 10)]
    order = -1
    while any(entry != 0 for out in line for entry in out.flat):
        line = [later - earlier for earlier, later in pairwise(line)]
        order += 1
    assert line, f"{rule.name}: its degree is above {8 * T + 8}, or it is no polynomial"
    return order


def _along(rule: Rule, T: int, place: int) -> np.ndarray:
    x = sample(rule, FIELD, T=T, K=1, V=1)
    point = {name: x[name] * place for name in rule.inputs}
    if x["state"] is not None and not isinstance(x["state"], tuple):
        point["state"] = x["state"] * place
    out: np.ndarray = rule(**(x | point)).out
    return out


def degree_is_at_most_what_the_bound_uses(rule: Rule, T: int = 3) -> None:
    assert degree(rule, T) <= 8 * T + 8


def _try(rule: Rule, form: str, seed: int) -> None:
    degree_is_at_most_what_the_bound_uses(rule)


LAW = Law(
    "degree",
    __doc__,
    _try,
    'a quotient: a rule that divides says uses=("/",)',
    itself,
    needs=("field",),
)
