"""Law: `scale` multiplies what the specification says it multiplies, and where.

A rule says it in a row of its own, such as "multiplies q . k, before the kernel; 1 unless given".
Without a row, scale multiplies q and so the output. A rule that takes no scale refuses one.
"""

import re

import numpy as np
import pytest

import refmem
from refmem.memory import StaticRule
from refmem.memory.help import describe_call
from tests.draws import INTERVALS, RATIONALS, sample
from tests.exact import assert_same
from tests.exemptions import why_exempt

ROW = re.compile(r"multiplies ([^,;:]+)([,:][^;]*)?; (1|1/sqrt\(K\)) unless given.*")
SCALED = [rule for rule in refmem.RULES if rule.scaled]
REFUSING = [r for r in refmem.RULES if not r.scaled and not isinstance(r, StaticRule)]


def name_of(rule):
    return rule.name


def call_of(rule):
    """A call in exact numbers where the rule is exact, with kernels that are not linear."""
    system = INTERVALS if why_exempt("rationals", rule) else RATIONALS
    call = sample(rule, system, T=4, K=2, V=2)
    return system, {name: x for name, x in call.items() if name != "scale"}


def times(three, x):
    """x times three, an array of the same numbers; states are left as they are."""
    return x * three[(0,) * three.ndim]


@pytest.mark.parametrize("rule", SCALED, ids=name_of)
def test_the_specification_names_what_is_scaled(rule):
    said = ROW.fullmatch(rule.specification.scale)
    if said is None:
        assert rule.specification.scale == ""
        assert "scale    a number that multiplies q, and so the output; None is 1" in rule.__doc__
        assert rule.scaled == ("q",)
        return
    named = [product.split()[0] for product in said[1].split(" and ")]
    assert set(named) == set(rule.scaled)
    assert said[3] == ("1" if rule.scale_default is None else "1/sqrt(K)")
    assert f"None is {said[3]}" in describe_call(rule)


@pytest.mark.parametrize("rule", SCALED, ids=name_of)
def test_it_multiplies_that(rule):
    system, call = call_of(rule)
    three = system.make(np.full(1, 3))
    by_hand = call | {name: times(three, call[name]) for name in rule.scaled}
    one = system.make(np.full(1, 1))[0]
    got, want = rule(**call, scale=three[0]), rule(**by_hand, scale=one)
    assert_same(got.out, want.out, f"{rule.name} with scale=3")


@pytest.mark.parametrize("rule", SCALED, ids=name_of)
def test_it_is_a_factor_on_the_output_unless_a_row_says_otherwise(rule):
    system, call = call_of(rule)
    one, three = (system.make(np.full(1, n)) for n in (1, 3))
    got, plain = rule(**call, scale=three[0]).out, rule(**call, scale=one[0]).out
    said = rule.specification.scale
    if "cancels" in said:
        assert_same(got, plain, f"{rule.name} with scale=3")
    elif not said:
        assert_same(got, times(three, plain), f"{rule.name} with scale=3")
    else:
        with pytest.raises(AssertionError):
            assert_same(got, times(three, plain), f"{rule.name} with scale=3")


@pytest.mark.parametrize("rule", REFUSING, ids=name_of)
def test_a_rule_without_a_scale_refuses_one(rule):
    _, call = call_of(rule)
    assert not rule.specification.scale
    with pytest.raises(TypeError, match=f"{rule.name}: scale has value 2, expected none, because"):
        rule(**call, scale=2)
