"""What a function lacks is no error of whoever explains its failures: state, gate, queries, tokens.

Rules of every kind of state are spoiled, and each failure is diagnosed, pictured and reported.
"""

import json

import numpy as np
import pytest

import refmem
from refmem.grammar.state import each
from refmem.oracle import check
from refmem.oracle.explain import equal
from refmem.oracle.explain.backward import diagnose_gradients
from refmem.oracle.explain.diagnosis import diagnose
from refmem.oracle.show.pictures import shares
from refmem.oracle.show.reports import as_html, as_json, as_junit
from refmem.oracle.targets.callable import PythonCallable
from refmem.oracle.targets.contract import Contract
from refmem.oracle.verdict.laws import gradient_of
from refmem.oracle.verdict.outcomes import Report

RULES = (
    "gated_delta",
    "hgrn",
    "mlstm",
    "softmax_attention",
    "titans",
    "moe",
    "gated_delta_product",
)
"""With a memory of one matrix, one of one row, one of its own kind; a cache; a tuple; none; and
with several values for a gate."""

CONTRACTS = {
    "both": Contract(),
    "out": Contract(lacks=("state",)),
    "none": Contract(lacks=("state",), returns=("out",)),
}
"""A state goes in and comes out; it only comes out; there is none."""


class Spoiled:
    """A rule all of whose numbers are multiplied by a factor; gradients may be left out."""

    __name__ = "spoiled"

    def __init__(self, rule, factor, left_out=()):
        self.rule, self.factor, self.left_out = getattr(refmem, rule), factor, left_out

    def __call__(self, **given):
        out, state = self.rule(**given)
        return self.spoil(out), None if state is None else each(self.spoil, state)

    def vjp(self, **given):
        grads = self.rule.vjp(**given)._asdict()
        named = {name: x for name, x in grads.items() if isinstance(x, np.ndarray)}
        return {name: self.spoil(x) for name, x in named.items() if name not in self.left_out}

    def spoil(self, x):
        return x * np.float32(self.factor)


def failures(rule, promises, factor, left_out=()):
    """A spoiled rule, and its outcomes in short cases, with gradients."""
    target = PythonCallable(Spoiled(rule, factor, left_out), rule, contract=CONTRACTS[promises])
    known = [f"{rule}/{name}" for name in ("ordinary/1", "empty/0", "no-state/0")]
    names = known[: 2 if rule == "moe" else 3]
    cases = [*names, *map(gradient_of, names)]
    return target, [one for name in cases for one in check(target, case=name).outcomes]


@pytest.fixture(autouse=True)
def _single_mistakes(monkeypatch):
    """Pairs of mistakes, which take long, are for test_diagnosis."""
    monkeypatch.setattr(equal.Search, "_pairs", lambda self: [])


@pytest.mark.parametrize("factor", [1.7, np.nan], ids=["gain", "nan"])
@pytest.mark.parametrize("promises", CONTRACTS)
@pytest.mark.parametrize("rule", RULES)
def test_every_failure_is_explained_and_shown(rule, promises, factor):
    target, outcomes = failures(rule, promises, factor)
    said = [
        str(one) for one in (*diagnose(target, outcomes), *diagnose_gradients(target, outcomes))
    ]
    failed = {one.case for one in outcomes if one.status == "failed"}
    assert len(said) >= len({"gradient@" in case for case in failed})
    assert len(failed) >= 2 or promises == "out"
    report = Report("spoiled", tuple(outcomes))
    page = as_html(report, lambda operator, case: shares(target, operator, case), said)
    assert all(case in page and case in as_junit(report, said) for case in failed)
    assert json.loads(as_json(report, said))["conforms"] is False


def test_a_gradient_that_is_not_returned_is_named():
    target, outcomes = failures("gated_delta", "both", 1, left_out=("beta",))
    reasons = {one.reason for one in outcomes if one.status == "failed"}
    assert reasons == {"gradient by beta was not returned, expected an array"}
    (words,) = map(str, diagnose_gradients(target, outcomes))
    assert "gradient by beta was not returned" in words


def test_a_function_without_a_state_may_lose_what_flows_back_over_chunks():
    """The mistake is named without a cotangent of a state, too."""
    target = PythonCallable(Cut(), "gated_delta", np.float64, contract=CONTRACTS["none"])
    outcomes = check(target, case="gated_delta/gradient@square-no-state/2").outcomes
    (found,) = diagnose_gradients(target, outcomes)
    assert found.mutant.name == "nothing back over chunks"


class Cut(Spoiled):
    """Nothing flows back from 16 tokens into the 16 before."""

    def __init__(self):
        super().__init__("gated_delta", 1)

    def vjp(self, dout, scale=1, **given):
        pieces, state = [], None
        for start in range(0, dout.shape[-2], 16):
            part = {n: x[:, :, start : start + 16] for n, x in given.items()}
            result = self.rule.vjp(**part, dout=dout[:, :, start : start + 16], state=state)
            pieces.append(result)
            state = self.rule(**part, state=state).state
        return {n: np.concatenate([getattr(p, n) for p in pieces], axis=2) for n in given}
