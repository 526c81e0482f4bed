"""Kernels that are wrong in some calls only, and by no known mistake: what is said of each."""

import pytest

from refmem.oracle import check
from refmem.oracle.cases.case import find_rule, names_of
from refmem.oracle.explain.diagnosis import diagnose
from refmem.oracle.targets.callable import PythonCallable
from refmem.oracle.verdict.outcomes import FAILED
from tests.oracle import planted

SEEDS = (0, 3, 4, 5)
"""Of every regime's lengths: one token or two, 64, 65 and 130; 15, 16 and 17."""


def diagnosed(kernel, names=None):
    """What is said of a kernel that is called "kernel", and how many of its cases failed."""
    target = PythonCallable(kernel, "gated_delta", name="kernel")
    names = names or names_of(find_rule("gated_delta"), SEEDS)
    outcomes = [one for name in names for one in check(target, case=name).outcomes]
    return diagnose(target, outcomes), sum(one.status == FAILED for one in outcomes)


UNKNOWN = "kernel: no known mistake in gated_delta gives these results"


@pytest.mark.parametrize(
    ("kernel", "where", "rows", "heads"),
    [
        (planted.after_a_state, "a state is given, be it zero", "at token 0 alone", "every head"),
        (planted.in_the_tail, "T is no multiple of 16", "from token 128 on", "every head"),
        (
            planted.where_heads_share,
            "heads share keys or values",
            "at every token",
            "members 1 and 2 of every group of heads",
        ),
    ],
    ids=["after a state", "in the tail", "grouped heads"],
)
def test_what_happens_in_some_calls_only(kernel, where, rows, heads):
    (found,), failed = diagnosed(kernel)
    which, unknown, longest, out, *_ = str(found).splitlines()
    assert found.shared.facts == (where,)
    assert f"only where {where}: {failed} of {failed} failures, 0 of " in which
    assert unknown == UNKNOWN
    assert longest.startswith("the longest, gated_delta/")
    assert out.startswith(f"  out is wrong {rows}")
    assert out.endswith(f", in {heads}")


@pytest.mark.parametrize(
    ("kernel", "rows", "blocks"),
    [
        (planted.in_row_zero, "at token 0 alone", r"▁" * 43),
        (planted.every_sixteenth, "at every token t with t % 16 = 0", "▁█▁▁▁▁"),
    ],
)
def test_what_happens_at_some_tokens_only(kernel, rows, blocks):
    names = [f"gated_delta/ordinary/{seed}" for seed in range(6)]
    (found,), failed = diagnosed(kernel, names)
    assert failed == 6
    words = str(found)
    assert "6 of 6 cases of gated_delta fail, all there are" in words
    assert "the longest, gated_delta/ordinary/5 with T = 130:" in words
    assert f"  out is wrong {rows}, in every head" in words
    assert "state is right" in words
    assert blocks in words


def test_two_causes_at_once_are_two_diagnoses():
    (tail, grouped), failed = diagnosed(planted.two_causes)
    assert len(tail.cases) + len(grouped.cases) == failed == tail.of
    assert tail.shared.facts == ("T is no multiple of 16",)
    assert grouped.shared.facts == ("heads share keys or values",)
    assert "state is right" in str(tail)
    assert "state is wrong at every key channel, in every head" in str(grouped)


def test_nan_hides_no_other_mistake():
    (known, broken), failed = diagnosed(planted.nan_and_base_two)
    assert [one.name for one in known.mutants] == ["gate base 2"]
    assert len(known.cases) + len(broken.cases) == failed == known.of
    assert known.shared.facts == ("no gate is exactly zero",)
    assert broken.shared.facts == ("some gates are exactly zero",)
    assert "out is NaN or infinite at every token: some gates are exactly zero" in str(broken)
    assert "beside that, state equals gated_delta with the gate read as base-2" in str(broken)


def test_each_code_path_has_its_own_known_mistake():
    (chunks, decode), failed = diagnosed(planted.two_code_paths)
    assert [one.name for one in chunks.mutants] == ["carry dropped"]
    assert "T > 64" in chunks.shared.facts
    assert [one.name for one in decode.mutants] == ["beta squared"]
    assert decode.shared.facts == ("T = 1",)
    assert len(chunks.cases) + len(decode.cases) == failed
    assert f"in {len(decode.cases)} of {failed} failed cases" in str(decode)


def twice_on_the_first_token(alpha, state=None, **inputs):
    """The first token's gate is applied twice, state or not: with one token that is everywhere."""
    alpha = alpha.copy()
    alpha[..., :1] **= 2
    out, last = planted.right(alpha=alpha, state=state, **inputs)
    return out + out[..., :1, :] / 64 if alpha.shape[-1] > 1 else out, last


def test_half_of_an_explanation_is_none():
    """With one token it is the gate applied twice; with more it is not, so that is not claimed."""
    found, failed = diagnosed(twice_on_the_first_token)
    assert failed > 20
    assert not any(one.mutants for one in found)
    said = "not the gate applied twice: that gives "
    assert any(said in str(one) and "those where T = 1" in str(one) for one in found)
