"""Every mistake that the oracle knows, and that has exact numbers, is refuted by residues."""

import dataclasses

import pytest

from refmem.oracle.border.conventions import REFMEM
from refmem.oracle.cases.case import find_rule, make_case, suited
from refmem.oracle.explain.mutants import MUTANTS, run_mutants
from refmem.oracle.proof.prove import make_target
from refmem.oracle.proof.question import ask
from refmem.oracle.proof.residues import lift, same
from refmem.oracle.verdict.budget import call_options

CASES = (("ordinary", 2), ("no-state", 3), ("scale", 2), ("no-decay", 2), ("ordinary", 65),
         ("mid-chunk-reset", 65))  # fmt: skip
"""Regimes and numbers of tokens; a mistake that one of them refutes is not asked again."""


def cases_of(rule, longest):
    regimes = {regime.name: regime for regime in suited(rule)}
    for name, tokens in CASES:
        if name in regimes and tokens <= longest:
            sized = dataclasses.replace(regimes[name], lengths=(tokens,), K=2, V=1 + (tokens < 9))
            yield make_case(rule, sized, 0)


@pytest.mark.parametrize(
    ("rule", "longest", "least"), [("gated_delta", 65, 40), ("softmax_attention", 3, 14)]
)
def test_every_mistake_with_exact_numbers_is_refuted(rule, longest, least):
    rule = find_rule(rule)
    target = make_target(rule, rule, REFMEM, "numpy")
    verdicts = {}
    for case in cases_of(rule, longest):
        question = ask(target, case)
        for mutant in MUTANTS:
            if mutant.fits(question.case) and verdicts.get(mutant.name) != "refuted":
                verdicts[mutant.name] = verdict(mutant, question)
    found = {one: [n for n, v in verdicts.items() if v == one] for one in verdicts.values()}
    assert found.get("equal", []) == []
    assert len(found["refuted"]) >= least, found


def verdict(mutant, question):
    options = call_options(question.case, REFMEM)
    try:
        parts = run_mutants([mutant], question.exact, question.inputs, options)
        equal = all(same(lift(x), lift(question.truth[part])).all() for part, x in parts.items())
    except Exception:  # a mistake of floats, such as a rounding
        return "has no exact numbers"
    return "equal" if equal else "refuted"
