"""One rule a file, found under one name everywhere, and documented by what it is."""

import ast
import re
from pathlib import Path

import pytest

import refmem
from refmem import RULES
from refmem.forms import STATE_FORMS
from refmem.laws import LAWS
from refmem.laws.exemptions import USES
from refmem.memory import StateRule
from refmem.oracle.cases.regimes import REGIMES
from refmem.rules import FAMILIES
from tests.draws import every_rule

ROOT = Path(refmem.__file__).parent
FILES = {
    path.stem: path
    for path in sorted((ROOT / "rules").glob("*/*.py"))
    if path.stem != "__init__" and not path.stem.startswith("_")
}


def test_every_name_is_used_once():
    names = [rule.name for rule in RULES]
    assert len(names) == len(set(names))


def test_every_file_is_a_rule_and_every_rule_a_file():
    assert set(FILES) == {rule.name for rule in RULES}


@pytest.mark.parametrize("rule", every_rule())
def test_file_name_is_registry_key_is_export(rule):
    family = FILES[rule.name].parent.name
    assert rule.__module__ == f"refmem.rules.{family}.{rule.name}"
    assert getattr(refmem, rule.name) is rule
    assert getattr(FAMILIES[family], rule.name) is rule
    assert rule.name in FAMILIES[family].__all__
    assert rule.name in refmem.__all__


@pytest.mark.parametrize("rule", every_rule())
def test_the_shape_table_is_the_inputs(rule):
    table = {name: axes for name, (axes, _) in rule.specification.table.items()}
    assert table == rule.inputs


@pytest.mark.parametrize("rule", every_rule())
def test_the_specification_is_whole(rule):
    assert rule.summary.endswith(".")
    assert "=" in rule.equation
    assert rule.source
    assert ">>>" in rule.__doc__


@pytest.mark.parametrize("rule", every_rule())
def test_a_rule_without_the_general_forms_says_why(rule):
    """And names those that it has, in order; a rule with all of them has nothing to say."""
    said = rule.specification.forms
    lacks = isinstance(rule, StateRule) and not set(STATE_FORMS) <= set(rule.forms)
    assert bool(said) == lacks
    if lacks:
        named, _, why = said.partition(" only: ")
        assert tuple(re.split(", | and ", named)) == rule.forms
        assert why.endswith(".")


@pytest.mark.parametrize("rule", every_rule())
def test_a_rule_is_read_on_one_screen_or_two(rule):
    """At most 120 lines below the specification; most have under 30."""
    written = FILES[rule.name].read_text()
    specification = ast.get_docstring(ast.parse(written))
    assert len(written.splitlines()) - len(specification.splitlines()) <= 120


@pytest.mark.parametrize("rule", every_rule())
def test_what_a_rule_says_to_laws_and_cases_is_about_something(rule):
    regimes = {regime.name for regime in REGIMES}
    assert rule.unasked.keys() <= regimes
    assert rule.uses <= set(USES)
    assert rule.near.items() <= {(n, like) for n in rule.inputs for like in rule.inputs}
    for said in rule.exempt:
        law, _, form = said.partition(".")
        assert law in {one.name for one in LAWS}
        assert not form or form in rule.forms


@pytest.mark.parametrize("rule", every_rule())
def test_every_rule_has_a_hand_example(rule):
    examples = Path(__file__).parents[1] / "rules" / FILES[rule.name].parent.name
    text = (examples / f"test_{rule.name}.py").read_text()
    assert "_by_hand(" in text
