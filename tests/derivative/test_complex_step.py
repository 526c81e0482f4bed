"""Law: the gradient is what a step along the imaginary axis of float64 says.

f(x + i h dx) = f(x) + i h df - h^2 ..., so the imaginary part over h is the derivative, and nothing
is subtracted. Inputs are multiples of 1/2, on which a few tokens' sums of products are exact in
float64; a step of 2^-100, about 1e-30, keeps the imaginary parts exact as well. All that is left
is the h^2 of the series: less than 2^-100 for coefficients below 2^100, which they are by far.
"""

import pytest

from refmem.derivative.tape import each_leaf
from tests.derivative.truth import arrays, calls, inner, like
from tests.draws import DYADIC, every_rule

STEP = 2.0**-100
FEWER = {"titans_mlp": {"T": 1, "state": False}}
"""A memory of two layers: its degree triples with every token, and 53 bits hold one only."""


@pytest.mark.parametrize("rule", every_rule("rationals", "dyadic", "complex"))
def test_a_step_along_the_imaginary_axis(rule):
    sizes = FEWER.get(rule.name, {"T": 2})
    x, dout, dstate = calls(rule, DYADIC, K=2, V=2, **sizes)
    grads = rule.vjp(**x, dout=dout, dstate=dstate)
    for name, value in arrays(rule, x).items():
        change = like(DYADIC, value, 3)
        everything = {n: each_leaf(_complex, v) for n, v in arrays(rule, x).items()}
        everything[name] = _stepped(value, change)
        moved = inner((dout, dstate), tuple(rule(**(x | everything))))
        want = inner(getattr(grads, name), change)
        assert abs(moved.imag / STEP - want) <= STEP, f"{rule.name}: derivative by {name}"


def _complex(x):
    return None if x is None else x + 0j


def _stepped(value, change):
    if not isinstance(value, tuple):
        return value + 1j * STEP * change
    pairs = zip(value, change, strict=True)
    return type(value)(*(None if x is None else x + 1j * STEP * d for x, d in pairs))
