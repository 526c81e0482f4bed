"""A mistake planted in a kernel of another convention is named, first and in plain words."""

import functools

import numpy as np
import pytest

from refmem.oracle import check
from refmem.oracle.border.presets import FLA
from refmem.oracle.explain.diagnosis import diagnose
from refmem.oracle.explain.hints import bits, gain, hints, not_finite, permuted, shifted, where
from refmem.oracle.explain.mutants import MUTANTS
from refmem.oracle.targets.callable import PythonCallable
from refmem.oracle.verdict.budget import Expected
from refmem.oracle.verdict.metrics import Errors
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
    words = str(diagnosed(flash("exp2")))
    first, look, seen = words.splitlines()
    assert first.startswith(
        "flash: output and state equal gated_delta with the gate read as base-2"
    )
    assert " of 6 failed cases" in first
    assert look == "look at exp2 of the gate without the factor 1/ln 2"
    assert seen.startswith("seen before: 67, 77")


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
    assert "out is NaN or infinite from row 0 on" in str(diagnosed(target))


# ---- hints

TRUTH = np.random.default_rng(0).normal(size=(2, 3, 8, 5))
STATE = {"state": np.zeros((2, 3, 4, 5))}


@pytest.mark.parametrize(
    ("factor", "said"),
    [(0.5, "0.5 = 1/sqrt(K)"), (5**0.5, "2.236 = sqrt(V)"), (3, "is 3 times"), (-1, "is -1 times")],
)
def test_gain(factor, said):
    assert said in gain(factor * TRUTH, TRUTH, 1e-9, STATE)


def noisy(size):
    """Numbers off by up to so much, relatively."""
    return TRUTH * (1 + size * np.random.default_rng(1).uniform(-1, 1, TRUTH.shape))


def test_what_is_nearly_right_is_said_to_be_rounded():
    wanted = Expected(np.dtype(np.float64), {"out": TRUTH}, {"out": Errors(*[1e-7] * 4)})
    (near,) = hints(wanted, {"out": noisy(1e-6)}, {})
    assert near.startswith("out is off by ")
    assert "roundings that add up" in near
    assert any("right to about 11 bits" in one for one in hints(wanted, {"out": noisy(1e-3)}, {}))
    assert not any("bits" in one for one in hints(wanted, {"out": noisy(1)}, {}))


def test_bits_by_hand():
    """An error of 2^-9 leaves 9 bits; nothing wrong, or a tenth wrong, is no rounding."""
    assert bits(2.0**-9).startswith("is right to about 9 bits")
    assert bits(0) == bits(0.1) == ""


def test_no_gain():
    assert gain(TRUTH[::-1], TRUTH, 1e-9, STATE) == ""


def test_shifts():
    assert shifted(np.roll(TRUTH, 1, -2), TRUTH, 1e-9) == "is right, but one row late"
    assert shifted(np.roll(TRUTH, -1, -2), TRUTH, 1e-9) == "is right, but one row early"
    assert shifted(TRUTH[::-1], TRUTH, 1e-9) == ""


def test_permuted_heads():
    assert permuted(TRUTH[:, [1, 2, 0]], TRUTH, 1e-9) == "has its heads in the order [1, 2, 0]"
    assert permuted(TRUTH, TRUTH, 1e-9) == ""


def test_where():
    x = TRUTH.copy()
    x[:, 1, 3:] += 1
    assert where(x, TRUTH, 1e-3).startswith("is wrong from row 3 to 7 of 8, in heads [1]")


def test_where_among_heads_that_share():
    x = np.stack([TRUTH, TRUTH], axis=2)
    x[:, 2, 1, 5] += 1
    assert "of 8, in heads [(2, 1)]" in where(x, np.stack([TRUTH, TRUTH], axis=2), 1e-3)


def test_minus_infinity_is_suspected():
    x = TRUTH.copy()
    x[0, 0, 2] = np.nan
    said = not_finite(x, {"alpha": np.array([1.0, 0.0])})
    assert said.startswith("is NaN or infinite from row 2 on: some gates are exactly zero")
    assert not_finite(x, {"alpha": np.array([1.0])}) == "is NaN or infinite from row 2 on"
