"""Law: in floats every form stays within a bound that follows from the number of its roundings.

A memory with a transition is a polynomial in the entries of its transition, and every form computes
it by + - * alone. Written out, that is a sum of monomials, and the computed result is the same sum
with each monomial times some (1 + d), |d| <= gamma(m) = m u / (1 - m u), where u is half the gap of
floats at 1 and m the most roundings on any monomial's way to the result. So

    |computed - true| <= gamma(m) * (the sum of the monomials' absolute values)

and the sum on the right is the transition run on absolute values: nothing cancels there. An
operation that underflows adds at most the smallest float, times factors that stand beside it: at
most the same sum with every entry taken as at least 1.

A monomial passes at most T + 1 links, from a write or the first state over erases to the read; T
counts micro-steps. A link is an inner product over K, a sum over at most T tokens (in a solve, a
read or a composition) and the decays of at most T; its two entries take at most K + 4 roundings
each to make, and 4 to join. That is under 4 T + 3 K + 12 a link, (T + 1) times.

A rule with other operations (exp, a division, a normaliser) is compared with its definition in
intervals, run on inputs known to a relative error of gamma(m) only. A weight exp(s - shift)/total
is made of a score (K + 3 roundings), a sum of T gates, a shift of size up to K + T on either side,
an exp (4), a sum over T and a division: under 4 T + 3 K + 12 too. An error in a weight is one in
the value beside it, so blurred inputs take it in. No number drawn for such a rule underflows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from refmem.algebra.numbers import rationals
from refmem.forms.compiled import DTYPES as COMPILED
from refmem.grammar.state import each
from refmem.grammar.transition import Transition
from refmem.laws.calls import Call, bound, tokens
from refmem.laws.draws import sample
from refmem.laws.exact import assert_within
from refmem.laws.law import Law, every_form
from refmem.laws.systems import FLOAT64, flint, floats
from refmem.memory import Result, StateRule
from refmem.memory.rule import Rule

DTYPES = (np.float16, np.float32, np.float64, np.longdouble)

WIDTHS: dict[str, Any] = {"K": 2, "V": 2}


def roundings(steps: int, K: int) -> int:
    """The most on the way of a monomial: T + 1 links of as many as the docstring counts."""
    return (steps + 1) * (4 * steps + 3 * K + 12)


def gamma(m: int, dtype: Any) -> Any:
    """The relative error that m roundings leave."""
    half_gap = flint().arb(float(np.finfo(dtype).eps)) / 2
    return m * half_gap / (1 - m * half_gap)


def exact_call(rule: Rule, x: Call, error: Any = 0) -> Call:
    """The same call in intervals: every number known to a relative error."""
    known = flint().arb(1, error)
    arrays = {name: x[name] for name in {*rule.inputs, "state"} & x.keys()}
    return x | {name: each(lambda a: rationals(a) * known, part) for name, part in arrays.items()}


def transition_of(rule: Any, x: Call) -> tuple[Transition, Any]:
    """The transition of a call, and the state it starts from."""
    S, inputs = bound(rule, x)
    return rule.transition(**inputs.arguments), S


def run_on(size: Callable[[Any], Any], transition: Transition, S: Any) -> Result:
    """The transition run on the sizes of its entries."""
    each_entry = np.frompyfunc(size, 1, 1)
    parts = {name: getattr(transition, name) for name in ("read", "decay", "bonus")}
    sizes: dict[str, Any] = {
        name: None if part is None else each_entry(part) for name, part in parts.items()
    }
    sizes["write"] = tuple(map(each_entry, transition.write))
    sizes["erase"] = transition.erase and tuple(map(each_entry, transition.erase))
    transition, S, reads = transition._replace(**sizes), each_entry(S), []
    for t in range(transition.read.shape[-2] // transition.micro):
        S, out = transition.step(S, t)
        reads.append(out)
    return Result(np.stack(reads, axis=-2), S)


def truth_and_bound(rule: Rule, x: Call, dtype: Any) -> tuple[Result, Result]:
    """Where the true result is, and how far from there floats may be."""
    if is_polynomial(rule):
        transition, S = transition_of(rule, exact_call(rule, x))
        m = roundings(*transition.read.shape[-2:])
        rounded = run_on(abs, transition, S)
        underflown = run_on(lambda entry: abs(entry).max(1), transition, S)
        lost = m * flint().arb(float(np.finfo(dtype).smallest_subnormal))
        return rule(**exact_call(rule, x)), Result(
            *(gamma(m, dtype) * a + lost * b for a, b in zip(rounded, underflown, strict=True))
        )
    m = roundings(tokens(rule, x), max(WIDTHS.values()))
    out, state = rule(**exact_call(rule, x, gamma(m, dtype)))
    arb = flint().arb
    middle, radius = (np.frompyfunc(part, 1, 1) for part in (arb.mid, arb.rad))
    return Result(middle(out), each(middle, state)), Result(radius(out), each(radius, state))


def is_polynomial(rule: Rule) -> bool:
    """Whether outputs and states are polynomials in the entries of a transition."""
    if not isinstance(rule, StateRule) or rule.transition is None:
        return False
    return transition_of(rule, sample(rule, FLOAT64, T=1))[0].finish is None


def dtypes_of(rule: Rule) -> tuple[Any, ...]:
    """Those that the bound is for: where a rule divides, half precision may overflow."""
    return DTYPES if is_polynomial(rule) else DTYPES[1:]


def stays_within_its_bound(rule: Rule, forms: Iterable[str], x: Call, dtype: Any) -> None:
    truth, most = truth_and_bound(rule, x, dtype)
    for form in forms:
        got = rule(**x, form=form, chunk=2)
        assert_within(got, truth, most, f"{rule.name}.{form} in {np.dtype(dtype).name}")


def _try(rule: Rule, form: str, seed: int) -> None:
    for dtype in dtypes_of(rule):
        if form != "fast" or dtype in COMPILED:
            x = sample(rule, floats(dtype), seed, T=3, **WIDTHS)
            stays_within_its_bound(rule, [form], x, dtype)


LAW = Law(
    "float bound",
    __doc__,
    _try,
    "differences of numbers that are nearly equal, and powers or exponentials that overflow",
    every_form,
)
