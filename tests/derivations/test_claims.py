"""Every derivation of the package holds, every false twin is refuted, and nothing is left out."""

import ast
from pathlib import Path

import pytest

import derivations
from derivations.run import SECTIONS, names, run
from derivations.statement import Verdict

FOLDER = Path(derivations.__file__).parent
SUPPORT = {
    "__init__",
    "__main__",
    "averages",
    "cotangents",
    "descent",
    "run",
    "show",
    "statement",
    "symbols",
    "traces",
}


@pytest.mark.parametrize("name", names())
def test_every_claim_holds_and_every_false_twin_is_refuted(name):
    report = run(name)
    assert report.problems == []
    assert all(verdict is Verdict.PROVEN for step in report.steps for _, verdict in step.shown)
    for twin in report.twins:
        assert Verdict.REFUTED in {verdict for _, verdict in twin.shown}, twin.name


def test_every_module_is_a_derivation_or_known_support():
    assert {path.stem for path in FOLDER.glob("*.py")} - set(names()) == SUPPORT


@pytest.mark.parametrize("name", names())
def test_a_derivation_fits_a_screen_and_says_what_it_is(name):
    source = (FOLDER / f"{name}.py").read_text()
    assert len(source.splitlines()) < 120
    docstring = ast.get_docstring(ast.parse(source))
    places = [docstring.find(f"{section}:") for section in SECTIONS]
    assert places == sorted(places), "expected the sections in the order of SECTIONS"


@pytest.mark.parametrize("name", names())
def test_a_derivation_computes_with_exact_numbers(name):
    """No float literal: a proof that needs one is a numeric check."""
    tree = ast.parse((FOLDER / f"{name}.py").read_text())
    constants = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert [value for value in constants if isinstance(value, float)] == []
