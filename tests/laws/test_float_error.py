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

from functools import cache

import flint
import numpy as np
import pytest

from refmem import Result
from refmem.algebra.numbers import rationals
from refmem.forms import compiled as fast
from refmem.grammar.binding import bind_state
from refmem.grammar.state import each
from refmem.memory import StateRule
from tests.draws import FLOAT64, every_rule, floats, sample, tokens
from tests.exact import assert_within

DTYPES = [np.float16, np.float32, np.float64, np.longdouble]


def roundings(steps, K):
    """The most on the way of a monomial: T + 1 links of as many as the docstring counts."""
    return (steps + 1) * (4 * steps + 3 * K + 12)


def gamma(m, dtype):
    """The relative error that m roundings leave."""
    half_gap = flint.arb(float(np.finfo(dtype).eps)) / 2
    return m * half_gap / (1 - m * half_gap)


def exact_call(rule, x, error=0):
    """The same call in intervals: every number known to a relative error."""
    known = flint.arb(1, error)
    arrays = {name: x[name] for name in {*rule.inputs, "state"} & x.keys()}
    return x | {name: each(lambda a: rationals(a) * known, part) for name, part in arrays.items()}


def bound_transition(rule, call):
    """The transition of a call, and the state it starts from."""
    given = {name: call[name] for name in (rule.inputs | rule.options).keys() & call.keys()}
    bound = rule.bind((), given, call.get("state"), call.get("scale"))
    S, bound = bind_state(rule.name, call.get("state"), rule.initial(bound), bound)
    return rule.transition(**bound.arguments), S


def run_on(size, transition, S):
    """The transition run on the sizes of its entries."""
    each_entry = np.frompyfunc(size, 1, 1)
    parts = {name: getattr(transition, name) for name in ("read", "decay", "bonus")}
    sizes = {name: None if part is None else each_entry(part) for name, part in parts.items()}
    sizes["write"] = tuple(map(each_entry, transition.write))
    sizes["erase"] = transition.erase and tuple(map(each_entry, transition.erase))
    transition, S, reads = transition._replace(**sizes), each_entry(S), []
    for t in range(transition.read.shape[-2] // transition.micro):
        S, out = transition.step(S, t)
        reads.append(out)
    return Result(np.stack(reads, axis=-2), S)


def truth_and_bound(rule, x, dtype):
    """Where the true result is, and how far from there floats may be."""
    if is_polynomial(rule):
        transition, S = bound_transition(rule, exact_call(rule, x))
        m = roundings(*transition.read.shape[-2:])
        rounded = run_on(abs, transition, S)
        underflown = run_on(lambda entry: abs(entry).max(1), transition, S)
        lost = m * flint.arb(float(np.finfo(dtype).smallest_subnormal))
        return rule(**exact_call(rule, x)), Result(
            *(gamma(m, dtype) * a + lost * b for a, b in zip(rounded, underflown, strict=True))
        )
    m = roundings(tokens(rule, x), max(WIDTHS.values()))
    out, state = rule(**exact_call(rule, x, gamma(m, dtype)))
    middle, radius = (np.frompyfunc(part, 1, 1) for part in (flint.arb.mid, flint.arb.rad))
    return Result(middle(out), each(middle, state)), Result(radius(out), each(radius, state))


@cache
def is_polynomial(rule):
    """Whether outputs and states are polynomials in the entries of a transition."""
    if not isinstance(rule, StateRule) or rule.transition is None:
        return False
    return bound_transition(rule, sample(rule, FLOAT64, T=1))[0].finish is None


def stays_within_its_bound(rule, forms, x, dtype):
    truth, bound = truth_and_bound(rule, x, dtype)
    for form in forms:
        got = rule(**x, form=form, chunk=2)
        assert_within(got, truth, bound, f"{rule.name}.{form} in {np.dtype(dtype).name}")


WIDTHS = {"K": 2, "V": 2}
CASES = [
    pytest.param(*param.values, dtype, id=f"{param.id}-{np.dtype(dtype).name}", marks=param.marks)
    for param in every_rule("float bound")
    for dtype in (DTYPES if is_polynomial(*param.values) else DTYPES[1:])
]


@pytest.mark.parametrize(("rule", "dtype"), CASES)
def test_floats_stay_within_the_bound_of_their_roundings(rule, dtype):
    x = sample(rule, floats(dtype), T=3, **WIDTHS)
    truth, bound = truth_and_bound(rule, x, dtype)
    for form in (form for form in rule.forms if form != "fast" or dtype in fast.DTYPES):
        got = rule(**x, form=form, chunk=2)
        assert_within(got, truth, bound, f"{rule.name}.{form} in {np.dtype(dtype).name}")
