"""Law: the gradient is what a step along the imaginary axis of float64 says.

f(x + i h dx) = f(x) + i h df - h^2 ..., so the imaginary part over h is the derivative, and nothing
is subtracted. Inputs are multiples of 1/2, on which a few tokens' sums of products are exact in
float64; a step of 2^-100, about 1e-30, keeps the imaginary parts exact as well. All that is left
is the h^2 of the series: less than 2^-100 for coefficients below 2^100, which they are by far.
"""

from __future__ import annotations

from typing import Any

from refmem.derivative.tape import each_leaf
from refmem.laws.gradients.along import inner, like, variables, with_cotangents
from refmem.laws.law import Law, itself
from refmem.laws.systems import DYADIC
from refmem.memory.rule import Rule

STEP = 2.0**-100


def an_imaginary_step_says_the_same(rule: Rule, seed: int = 0, **sizes: Any) -> None:
    x, dout, dstate = with_cotangents(rule, DYADIC, seed, **{"K": 2, "V": 2} | sizes)
    grads = rule.vjp(**x, dout=dout, dstate=dstate)
    for name, value in variables(rule, x).items():
        change = like(DYADIC, value, seed + 3)
        everything = {n: each_leaf(_complex, v) for n, v in variables(rule, x).items()}
        everything[name] = _stepped(value, change)
        moved = inner((dout, dstate), tuple(rule(**(x | everything))))
        want = inner(getattr(grads, name), change)
        assert abs(moved.imag / STEP - want) <= STEP, f"{rule.name}: derivative by {name}"


def _complex(x: Any) -> Any:
    return None if x is None else x + 0j


def _stepped(value: Any, change: Any) -> Any:
    if isinstance(value, tuple):
        return type(value)(*map(_stepped, value, change))
    return None if value is None else value + 1j * STEP * change


def _try(rule: Rule, form: str, seed: int) -> None:
    """One token, from nothing: a memory of several layers triples its degree with every token."""
    an_imaginary_step_says_the_same(rule, seed, T=1, state=False)


LAW = Law(
    "gradient by complex step",
    __doc__,
    _try,
    "what is not analytic, and functions that the tape does not know",
    itself,
    needs=("rationals", "dyadic", "complex"),
    bits=0,
)
