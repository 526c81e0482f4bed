"""Law: <vjp(d), x> = <d, jvp(x)>: pulling back is the transpose of pushing forward.

Exact over the field of 2^61 - 1 elements. The adjoint of a linear rule and the tangent of its
definition share no line, so neither can be wrong in a way that the other hides.
"""

from __future__ import annotations

from refmem.laws.draws import proof_numbers
from refmem.laws.exact import assert_same
from refmem.laws.gradients.along import inner, like, variables, with_cotangents
from refmem.laws.law import Law, itself
from refmem.memory.rule import Rule


def is_dual(rule: Rule, seed: int = 0, form: str | None = None) -> None:
    """Raise unless both sides are the same for one call, moved in all its inputs at once."""
    system = proof_numbers(rule)
    x, dout, dstate = with_cotangents(rule, system, seed)
    grads = rule.vjp(**x, dout=dout, dstate=dstate, form=form, chunk=2)
    changes = {name: like(system, value, seed + 3) for name, value in variables(rule, x).items()}
    tangents = rule.jvp(**x, **{f"d{name}": change for name, change in changes.items()})
    assert_same(tuple(tangents[:2]), tuple(rule(**x)), f"{rule.name}: jvp")
    one = inner([getattr(grads, name) for name in changes], list(changes.values()))
    other = inner((dout, dstate), tangents[2:])
    assert one.overlaps(other) if hasattr(one, "overlaps") else one == other, (one, other)


def _try(rule: Rule, form: str, seed: int) -> None:
    is_dual(rule, seed)


LAW = Law(
    "gradient duality",
    __doc__,
    _try,
    "functions that the tape does not know, and states that a step changes in place",
    itself,
    bits=1024,
)
