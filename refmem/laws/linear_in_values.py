"""Law: outputs are linear in the values and the memory together, where the rule is.

A memory that is one matrix (K, V) is scaled and added like the values; any other starts empty.
"""

from __future__ import annotations

import numpy as np

from refmem.laws.calls import Call, redrawn_from
from refmem.laws.draws import drawn, proof_numbers
from refmem.laws.exact import assert_same
from refmem.laws.law import Law
from refmem.memory.rule import Rule


def is_linear_in_values(rule: Rule, form: str, x: Call) -> None:
    """rule(2 v + w) = 2 rule(v) + rule(w), for two draws v and w of the values and the memory."""
    one = _from_a_matrix(x)
    fresh = redrawn_from(rule, proof_numbers(rule), one, 0)
    other = one | {"v": fresh["v"]} | {n: S[..., ::-1, :] for n, S in one.items() if n == "state"}
    both = one | {n: 2 * one[n] + other[n] for n in ("v", "state") if n in one}
    out, of_one, of_other = (rule(**call, form=form, chunk=2).out for call in (both, one, other))
    assert_same(out, 2 * of_one + of_other, f"{rule.name}.{form} of 2 v + w")


def _from_a_matrix(x: Call) -> Call:
    """The same call, from nothing unless the memory has the values' own columns."""
    state = x.get("state")
    if isinstance(state, np.ndarray) and state.shape[-1] == x["v"].shape[-1]:
        return x
    return {name: value for name, value in x.items() if name != "state"}


def _try(rule: Rule, form: str, seed: int) -> None:
    is_linear_in_values(rule, form, drawn(rule, seed))


LAW = Law(
    "linear in v",
    __doc__,
    _try,
    "a product or a function of what depends on v; a rule that is not linear in its values says "
    'why: exempt={"linear in v": "..."}',
    lacks=lambda rule: "" if "v" in rule.inputs else "it has no input v",
)
