"""Law: <vjp(d), x> = <d, jvp(x)>: pulling back is the transpose of pushing forward.

Exact over the field of 2^61 - 1 elements. The adjoint of a linear rule and the tangent of its
definition share no line, so neither can be wrong in a way that the other hides.
"""

import pytest

from tests.derivative.truth import arrays, calls, inner, like
from tests.draws import every_rule, proof_numbers
from tests.exact import assert_same


def is_dual(rule, seed=0, form=None):
    """Raise unless both sides are the same for one call, moved in all its inputs at once."""
    system = proof_numbers(rule)
    x, dout, dstate = calls(rule, system, seed)
    grads = rule.vjp(**x, dout=dout, dstate=dstate, form=form, chunk=2)
    changes = {name: like(system, value, seed + 3) for name, value in arrays(rule, x).items()}
    tangents = rule.jvp(**x, **{f"d{name}": change for name, change in changes.items()})
    assert_same(tuple(tangents[:2]), tuple(rule(**x)), f"{rule.name}: jvp")
    one = inner([getattr(grads, name) for name in changes], list(changes.values()))
    other = inner((dout, dstate), tangents[2:])
    assert one.overlaps(other) if hasattr(one, "overlaps") else one == other, (one, other)


@pytest.mark.parametrize("rule", every_rule())
def test_pulling_back_is_the_transpose_of_pushing_forward(rule):
    is_dual(rule)
