"""Law: every form of a rule is the same function as its definition, exactly.

Over the field of 2^61 - 1 elements a false identity of polynomials of degree n holds at a uniform
point with probability at most n / 2^61 (Schwartz, Zippel). No rule
goes beyond 8 T + 8 for T tokens, at most 56 for the 6 tokens drawn here, so that one
agreement leaves 2.5e-17 of doubt. A rule that divides agrees after clearing denominators, which at
most doubles that. On the rationals the same lines run on numbers that people can read.
"""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.draws import (
    FIELD,
    FRACTIONS,
    RATIONALS,
    every_form,
    every_rule,
    inputs,
    proof_numbers,
    sample,
    some_shapes,
)
from tests.exact import assert_same


def forms_agree(rule, form, x):
    assert_same(rule(**x, form=form, chunk=2), rule(**x), f"{rule.name}.{form}")


@pytest.mark.parametrize(("rule", "form"), every_form())
@some_shapes
@given(data=st.data())
def test_every_form_is_the_definition(rule, form, data):
    forms_agree(rule, form, data.draw(inputs(rule, proof_numbers(rule)), label="inputs"))


@pytest.mark.parametrize("numbers", [RATIONALS, FRACTIONS], ids=lambda numbers: numbers.name)
@pytest.mark.parametrize(("rule", "form"), every_form("rationals"))
@settings(max_examples=2)
@given(data=st.data())
def test_every_form_is_the_definition_on_fractions(rule, form, numbers, data):
    forms_agree(rule, form, data.draw(inputs(rule, numbers, T=(2, 4)), label="inputs"))


def degree(rule, T):
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


def _along(rule, T, place):
    x = sample(rule, FIELD, T=T, K=1, V=1)
    point = {name: x[name] * place for name in rule.inputs}
    if x["state"] is not None and not isinstance(x["state"], tuple):
        point["state"] = x["state"] * place
    return rule(**(x | point)).out


@pytest.mark.parametrize("rule", every_rule("field", "degree"))
def test_the_degree_is_at_most_what_the_bound_uses(rule):
    T = 3
    assert degree(rule, T) <= 8 * T + 8
