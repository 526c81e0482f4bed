"""Rules as objects: what they say of themselves, and how they are called."""

import inspect
import re

import numpy as np
import pytest

import refmem as rm
from refmem import Result, Trace
from refmem.laws.draws import sample
from refmem.laws.exact import assert_same
from refmem.laws.systems import FLOAT64
from refmem.memory.help import describe_call
from tests.draws import every_rule


def test_a_rule_introspects():
    assert rm.delta.__name__ == rm.delta.name == "delta"
    assert rm.delta.__doc__.startswith(rm.delta.summary)
    assert list(inspect.signature(rm.delta).parameters)[:5] == ["q", "k", "v", "beta", "state"]
    assert repr(rm.delta).startswith("<refmem.delta(q, k, v, beta, *, state=None")
    assert rm.delta.forms[0] == "recurrent"
    assert rm.softmax_attention.forms[0] == "parallel"


@pytest.mark.parametrize("rule", every_rule())
def test_help_says_what_every_argument_means(rule):
    call = describe_call(rule)
    assert rule.__doc__.endswith(f"\n\n{call}\n")
    assert call.startswith(f"refmem.{rule.name}(")
    rows = dict(re.findall(r"^    (\w+) +(.+)$", call, re.MULTILINE))
    assert list(rows) == list(rule.arguments)
    assert all(form in rows["form"] for form in rule.forms)
    assert rows["chunk"].endswith(f"None is {rule.check_chunk(None)}")


@pytest.mark.parametrize("rule", every_rule())
def test_inputs_may_be_passed_by_position(rule):
    x = sample(rule, FLOAT64, T=3)
    order = [x.pop(name) for name in rule.argument_order]
    named = dict(zip(rule.argument_order, order, strict=True))
    assert_same(rule(*order, **x), rule(**named, **x), rule.name)


@pytest.mark.parametrize("rule", every_rule())
def test_the_first_form_is_the_one_without_a_name(rule):
    x = sample(rule, FLOAT64, T=3)
    assert_same(rule(**x), rule(**x, form=rule.forms[0]), rule.name)


def test_results_are_named():
    x = sample(rm.delta, FLOAT64)
    assert isinstance(rm.delta(**x), Result)
    assert Result._fields == ("out", "state")
    assert isinstance(rm.delta(**x, states=True), Trace)
    assert Trace._fields == ("out", "state", "states")


def test_scale_multiplies_the_query():
    x = sample(rm.delta, FLOAT64)
    assert_same(rm.delta(**x, scale=0.5), rm.delta(**(x | {"q": x["q"] * 0.5})), "scale=0.5")


def test_scale_keeps_the_dtype():
    x = {name: part.astype(np.float32) for name, part in sample(rm.delta, FLOAT64).items()}
    assert rm.delta(**x, scale=np.float64(0.1)).out.dtype == np.float32


def test_a_lone_number_takes_the_kind_of_the_arrays():
    one = np.ones((2, 1), np.float32)
    assert rm.retention(one, one, one, 0.5).out.dtype == np.float32


@pytest.mark.parametrize("rule", [rm.hopfield_classical, rm.hopfield_dense, rm.hopfield_modern])
def test_what_no_step_has_changed_is_no_alias(rule):
    x = sample(rule, FLOAT64) | {"steps": 0}
    out = rule(**x).out
    assert np.array_equal(out, x["x"])
    assert not np.shares_memory(out, x["x"])
