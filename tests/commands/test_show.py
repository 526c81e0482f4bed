"""`refmem show` links a rule to its proofs and tests."""

import refmem
from refmem.commands import show


def test_a_rule_is_linked_to_the_derivations_that_name_it():
    assert "derivations/forms/delta_parallel.py" in show.derivations_of(refmem.delta)
    assert "derivations/forms/delta_parallel.py" not in show.derivations_of(refmem.delta_product)


def test_a_rule_is_linked_to_its_hand_example_and_the_laws():
    assert show.tests_of(refmem.delta) == ["tests/rules/delta/test_delta.py", "tests/laws"]


def test_every_proof_a_docstring_cites_exists():
    for rule in refmem.RULES:
        for path in filter(None, rule.specification.proof.split(", ")):
            assert (show.CHECKOUT / path).exists(), f"{rule.name} cites {path}"


def test_without_a_checkout_nothing_is_listed(monkeypatch, tmp_path):
    monkeypatch.setattr(show, "CHECKOUT", tmp_path)
    assert show.derivations_of(refmem.delta) == show.tests_of(refmem.delta) == []
