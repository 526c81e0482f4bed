"""A mistake planted in a kernel of another convention is named, first and in plain words."""

import functools

import numpy as np
import pytest

from refmem.oracle import check
from refmem.oracle.border.presets import FLA
from refmem.oracle.explain.diagnosis import diagnose
from refmem.oracle.explain.mutants import MUTANTS
from refmem.oracle.targets.callable import PythonCallable
from refmem.oracle.verdict.outcomes import PASSED
from tests.oracle.flash import MISTAKES, gated_delta

CASES = (
    "ordinary/1", "ordinary/2", "ordinary/4", "unit-state/1", "scale/0", "few-keys/0", "square/2",
    "mid-chunk-reset/2", "unlike-heads/0", "grouped-values/1", "fine-numbers/0", "no-decay/1",
    "beta-above-one/1", "uneven-keys/0", "default-scale/0", "odd-sizes/0",
)  # fmt: skip
"""A few cases that find everything planted here; `refmem check` runs them all."""


def flash(mistake):
    function = functools.partial(gated_delta, mistake=mistake)
    return PythonCallable(function, "gated_delta", np.float32, "flash", FLA)


def outcomes(target):
    return [
        outcome for name in CASES for outcome in check(target, case=f"gated_delta/{name}").outcomes
    ]


def diagnosed(target):
    (diagnosis,) = diagnose(target, outcomes(target))
    return diagnosis


def test_the_kernel_without_a_mistake_passes():
    assert {outcome.status for outcome in outcomes(flash(""))} == {PASSED}


@pytest.mark.parametrize(("mistake", "mutant"), MISTAKES.items())
def test_a_planted_mistake_is_named_first(mistake, mutant):
    found = diagnosed(flash(mistake))
    assert [one.name for one in found.mutants] == [mutant]
    assert found.error < 1e-6


def test_every_planted_mistake_is_another_one():
    names = {mutant.name for mutant in MUTANTS}
    assert len(set(MISTAKES.values())) == len(MISTAKES) > 20
    assert set(MISTAKES.values()) <= names


def test_the_words():
    found = diagnosed(flash("exp2"))
    which, equal, look, seen = str(found).splitlines()[:4]
    assert which.startswith(f"flash: {len(found.cases)} of 16 cases of gated_delta fail")
    assert equal.startswith(
        "flash: output and state equal gated_delta with the gate read as base-2"
    )
    assert equal.endswith(f", in {found.of} of {found.of} failed cases")
    assert look == "look at exp2 of the gate without the factor 1/ln 2"
    assert seen.startswith("seen before: flashinfer-ai/flashinfer#4476, ")


def transposed_base_two(initial_state=None, **others):
    state = initial_state.reshape(*initial_state.shape[:2], *initial_state.shape[:1:-1])
    out, last = gated_delta(initial_state=state.swapaxes(2, 3), mistake="exp2", **others)
    return out, last.swapaxes(2, 3).reshape(last.shape).copy()


def test_two_mistakes_are_both_named():
    target = PythonCallable(transposed_base_two, "gated_delta", np.float32, "flash", FLA)
    found = diagnosed(target)
    assert {one.name for one in found.mutants} == {"gate base 2", "state transposed"}
    assert "gate read as base-2" in str(found)
    assert "(state layout vk)" in str(found)


def scaled(**given):
    out, state = gated_delta(**given)
    return np.float32(1.7) * out, state


def test_an_unknown_mistake_gets_hints():
    target = PythonCallable(scaled, "gated_delta", np.float32, "flash", FLA)
    words = str(diagnosed(target))
    assert "flash: no known mistake in gated_delta gives these results" in words
    assert "out is 1.7 times what it should be" in words
    assert "state is right" in words


def crash(**given):
    raise RuntimeError("no kernel")


def test_a_kernel_without_results_is_quoted():
    target = PythonCallable(crash, "gated_delta", np.float32, "flash", FLA)
    assert "raised RuntimeError: no kernel" in str(diagnosed(target))


def zeros(**given):
    return tuple(0 * x for x in gated_delta(**given))


def test_zeros_are_called_zeros():
    words = str(diagnosed(PythonCallable(zeros, "gated_delta", np.float32, "flash", FLA)))
    assert "out is all zeros" in words
    assert "state is all zeros" in words


def test_nothing_failed_nothing_said():
    target = flash("")
    assert diagnose(target, outcomes(target)) == []


def test_what_is_not_finite_is_explained_by_no_mutant():
    def broken(**given):
        out, state = gated_delta(**given)
        return np.full_like(out, np.nan), state

    target = PythonCallable(broken, "gated_delta", np.float32, "flash", FLA)
    assert "out is NaN or infinite at every token" in str(diagnosed(target))
