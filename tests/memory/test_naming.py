"""A rule outside refmem: what it is called, printed and pickled as."""

import copy
import inspect
import pickle
import pydoc

import pytest

import refmem
from refmem.algebra import bind, recall
from refmem.memory import StateRule
from tests.outside import mine


def step(S, q, k, v):
    """Add."""
    S = S + bind(k, v)
    return S, recall(S, q)


def undocumented(S, q, k, v):
    return step(S, q, k, v)


SPECIFICATION = """Add what comes.

    S[t] = S[t-1] + bind(k[t], v[t])

Source: nobody.
"""


def test_one_of_several_in_a_file_has_a_name_and_its_definitions_docstring():
    assert mine.flowing_delta.name == "flowing_delta"
    assert mine.flowing_delta.summary.startswith("Exact delta rule: follow")
    assert mine.flowing_delta.equation.startswith("beta' = (1 - exp(")
    assert mine.flowing_delta.source.startswith("the solution of")
    assert mine.flowing_delta.specification.table["beta"] == (
        "T",
        "for how long the gradient is followed",
    )


def test_what_it_says_of_itself_comes_before_its_definitions_docstring():
    rule = StateRule(step, name="added", doc=SPECIFICATION)
    assert (rule.summary, rule.source) == ("Add what comes.", "nobody.")


def test_without_a_name_it_is_its_file():
    rule = StateRule(step)
    assert rule.name == "test_naming"
    assert rule.summary == "A rule outside refmem: what it is called, printed and pickled as."


def test_without_a_docstring_of_its_own_it_has_the_files():
    assert StateRule(undocumented, name="bare").summary.startswith("A rule outside refmem")


def test_where_it_is_made_is_where_it_is_found():
    """And not where a function of it was written: a definition may be refmem's."""
    rule = StateRule(refmem.delta.step, refmem.delta.transition, name="borrowed",
                     inputs={"beta": "T"})  # fmt: skip
    assert (rule.__module__, rule.path) == (__name__, f"{__name__}:borrowed")
    assert refmem.delta.path == "delta"


def test_it_is_printed_with_its_module():
    assert repr(mine.running_mean).startswith("<tests.outside.mine.running_mean(q, k, v, lam, *")
    assert "tests.outside.mine.running_mean(q, k, v, lam" in mine.running_mean.__doc__
    assert "refmem.delta(q, k, v, beta" in refmem.delta.__doc__
    assert "Running mean: what is new" in pydoc.render_doc(mine.running_mean)
    assert list(inspect.signature(mine.running_mean).parameters)[:4] == ["q", "k", "v", "lam"]


def test_its_errors_have_its_name():
    with pytest.raises(TypeError, match="running_mean: lam has no value, expected an array"):
        mine.running_mean([[1.0]], [[1.0]], [[1.0]])


@pytest.mark.parametrize("rule", [mine.flowing_delta, refmem.delta, refmem.ffn, refmem.alibi])
def test_it_is_pickled_by_its_name(rule):
    assert pickle.loads(pickle.dumps(rule)) is rule
    assert copy.deepcopy(rule) is rule


def test_what_its_module_does_not_hold_is_not_pickled():
    with pytest.raises(pickle.PicklingError, match=r"lost.*tests\.memory\.test_naming"):
        pickle.dumps(StateRule(step, name="lost"))


def test_a_copy_may_be_changed():
    other = copy.copy(mine.flowing_delta)
    other.uses = frozenset()
    assert other is not mine.flowing_delta
    assert mine.flowing_delta.uses == {"exp", "/"}
    assert other.path == mine.flowing_delta.path


@pytest.mark.parametrize("name", ["my rule", "a/b", "a:b", ""])
def test_a_name_is_a_word(name):
    message = f"tests.memory.test_naming: name has value {name!r}, expected a word such as my_rule"
    with pytest.raises(ValueError, match=message):
        StateRule(step, name=name)
