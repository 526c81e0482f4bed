"""`refmem show` links a rule to its proofs and tests, in a checkout and in an installed package."""

import pytest
from click.testing import CliRunner

import refmem
from refmem.commands import proofs, show
from refmem.commands.main import main
from refmem.laws import LAWS
from tests.outside import mine

LAWS_OF_DELTA = f"refmem.laws.check(refmem.delta): {len(LAWS)} of {len(LAWS)} laws"


def run(*arguments):
    return CliRunner().invoke(main, ["show", *arguments])


def test_a_rule_is_linked_to_the_derivations_that_name_it():
    assert "forms/delta_parallel" in show.derivations_of(refmem.delta)
    assert "forms/delta_parallel" not in show.derivations_of(refmem.delta_product)


def test_a_derivation_is_listed_by_the_name_that_runs_it():
    choose = proofs.proving("run").choose
    listed = tuple(show.derivations_of(refmem.delta))
    assert tuple(choose(listed)) == listed
    assert "Derivations, run by refmem derive NAME:\n  " in run("delta").output


def test_a_rule_is_linked_to_its_hand_example_and_the_laws():
    assert show.tests_of(refmem.delta) == ["tests/rules/delta/test_delta.py", LAWS_OF_DELTA]


def test_a_law_that_it_is_exempt_from_is_not_counted():
    """gated_oja is not linear in its values, and has no transition and no chunked form."""
    said = f"refmem.laws.check(refmem.gated_oja): {len(LAWS) - 3} of {len(LAWS)} laws"
    assert show.tests_of(refmem.gated_oja)[1] == said


def test_every_proof_a_docstring_cites_exists():
    for rule in refmem.RULES:
        for path in filter(None, rule.specification.proof.split(", ")):
            assert (proofs.HOME / path).exists(), f"{rule.name} cites {path}"


def test_an_installed_package_lists_the_same_but_what_is_worked_by_hand(monkeypatch, tmp_path):
    listed = show.derivations_of(refmem.delta)
    (tmp_path / proofs.NAME).symlink_to(proofs.HOME / "derivations")
    monkeypatch.setattr(proofs, "HOME", tmp_path)
    assert show.derivations_of(refmem.delta) == listed
    assert show.tests_of(refmem.delta) == [LAWS_OF_DELTA]


def test_without_derivations_none_are_listed(monkeypatch, tmp_path):
    monkeypatch.setattr(proofs, "HOME", tmp_path)
    assert show.derivations_of(refmem.delta) == []


def test_a_rule_outside_refmem_is_shown():
    result = run("tests.outside.mine:running_mean")
    assert result.exit_code == 0
    assert "S[t] = lam[t] * S[t-1]" in result.output
    assert "tests.outside.mine.running_mean(q, k, v, lam" in result.output
    assert "def mix(S, q, k, v, lam):" in result.output
    assert f"refmem.laws.check({mine.__name__}.running_mean)" in result.output


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "dleta",
            "no rule 'dleta', expected a name that `refmem rules` lists, or module:rule, did",
        ),
        ("tests.outside.mine:running_men", "did you mean 'running_mean'?"),
    ],
)
def test_a_name_that_is_not_there_is_a_usage_error(name, words):
    result = run(name)
    assert result.exit_code == 2
    assert words in result.output
