"""Every derivation of the package holds, every false twin is refuted, and nothing is left out."""

import ast
from pathlib import Path

import pytest

import derivations
from derivations.proving.run import SECTIONS, names, run
from derivations.proving.statement import Verdict

FOLDER = Path(derivations.__file__).parent


@pytest.mark.parametrize("name", names())
def test_every_claim_holds_and_every_false_twin_is_refuted(name):
    report = run(name)
    assert report.problems == []
    assert all(verdict is Verdict.PROVEN for step in report.steps for _, verdict in step.shown)
    for twin in report.twins:
        assert Verdict.REFUTED in {verdict for _, verdict in twin.shown}, twin.name


def test_every_module_of_a_subject_is_a_derivation():
    subjects = (path for path in FOLDER.glob("*/*.py") if path.parent.name != "proving")
    found = {f"{path.parent.name}/{path.stem}" for path in subjects if path.stem != "__init__"}
    assert found == set(names())


@pytest.mark.parametrize("name", names())
def test_a_derivation_fits_a_screen_and_says_what_it_is(name):
    source = (FOLDER / f"{name}.py").read_text()
    assert len(source.splitlines()) <= 120
    docstring = ast.get_docstring(ast.parse(source))
    places = [docstring.find(f"{section}:") for section in SECTIONS]
    assert places == sorted(places), "expected the sections in the order of SECTIONS"


@pytest.mark.parametrize("name", names())
def test_a_derivation_computes_with_exact_numbers(name):
    """No float literal: a proof that needs one is a numeric check."""
    tree = ast.parse((FOLDER / f"{name}.py").read_text())
    constants = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert [value for value in constants if isinstance(value, float)] == []
