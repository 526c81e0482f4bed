"""Packed sequences are a loop over sequences, for every rule; an empty one keeps its state."""

from itertools import pairwise

import numpy as np
import pytest

from refmem import RULES, Result, linear_attention, packed, softmax_attention
from refmem.grammar.state import each
from refmem.laws.calls import cut
from refmem.laws.draws import sample
from refmem.laws.exact import assert_same
from refmem.laws.systems import FLOAT64
from refmem.memory import StateRule

BOUNDS = [0, 2, 2, 5]


def stacked(states, rule):
    if isinstance(rule, StateRule):
        return each(lambda *arrays: np.stack(arrays), *states)
    return list(states)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
@pytest.mark.parametrize("lead", [(), (2,)])
def test_packed_is_a_loop(rule, lead):
    x = sample(rule, FLOAT64, T=5, lead=lead, state=False)
    alone = [rule(**cut(rule, x, start, stop)) for start, stop in pairwise(BOUNDS)]
    want = Result(
        np.concatenate([result.out for result in alone], axis=-2),
        stacked([result.state for result in alone], rule),
    )
    assert_same(packed(rule, **x, cu_seqlens=BOUNDS), want, f"packed {rule.name}")


def state_of(states, sequence):
    """The state of one sequence."""
    return (
        states[sequence] if isinstance(states, list) else each(lambda S: S[sequence, ...], states)
    )


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_states_go_on(rule):
    """A sequence without tokens keeps the state it had; another goes on from its own."""
    x = sample(rule, FLOAT64, T=5, state=False)
    first = packed(rule, **cut(rule, x, 0, 3), cu_seqlens=[0, 1, 3]).state
    rest = cut(rule, x, 3, 5)
    after = packed(rule, **rest, cu_seqlens=[0, 0, 2], state=first)
    assert_same(state_of(after.state, 0), state_of(first, 0), f"{rule.name}: no tokens")
    want = rule(**rest, state=state_of(first, 1))
    assert_same(Result(after.out, state_of(after.state, 1)), want, f"{rule.name}: two tokens")


def test_options_and_forms_pass_through():
    x = sample(softmax_attention, FLOAT64, T=4, state=False)
    got = packed(softmax_attention, **x, cu_seqlens=[0, 4], form="chunked", chunk=3, scale=2.0)
    assert_same(got.out, softmax_attention(**x, form="chunked", chunk=3, scale=2.0).out, "packed")


@pytest.mark.parametrize("heads", ["repeat", "tile"])
def test_query_heads_may_share_key_heads(heads):
    random = np.random.default_rng(0)
    q, k = random.standard_normal((4, 5, 2)), random.standard_normal((2, 5, 2))
    first = packed(softmax_attention, q, k, k, cu_seqlens=[0, 2, 5], heads=heads, form="chunked")
    state, outs = [None, None], []
    for _ in range(2):
        for n, part in enumerate((slice(0, 2), slice(2, 5))):
            x = q[:, part], k[:, part], k[:, part]
            out, state[n] = softmax_attention(*x, state=state[n], heads=heads, form="chunked")
            outs.append(out)
    assert_same(first.out, np.concatenate(outs[:2], axis=-2), "the first call")
    again = packed(
        softmax_attention, q, k, k, cu_seqlens=[0, 2, 5], state=first.state, heads=heads,
        form="chunked",
    )  # fmt: skip
    assert_same(again, Result(np.concatenate(outs[2:], axis=-2), state), "the second call")


def test_only_a_cache_has_heads_to_share():
    x = np.ones((3, 1))
    with pytest.raises(TypeError, match="linear_attention: argument heads has no meaning here"):
        packed(linear_attention, x, x, x, cu_seqlens=[0, 3], heads="repeat")


def test_padding_belongs_to_no_sequence():
    x = np.ones((4, 1))
    x[3] = np.nan
    out, state = packed(linear_attention, x, x, x, cu_seqlens=[0, 1, 3])
    assert_same(out, np.array([[1.0], [1.0], [2.0], [0.0]]), "outputs")
    assert_same(state, np.array([[[1.0]], [[2.0]]]), "states")


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ([0], r"cu_seqlens has shape \(1,\)"),
        ([0.0, 3.0], r"cu_seqlens has shape \(2,\) and dtype float64"),
        ([1, 3], r"cu_seqlens has values \[1, 3\], expected some from 0 to at most T = 3"),
        ([0, 2, 1], r"cu_seqlens has values \[0, 2, 1\]"),
        ([0, 4], r"cu_seqlens has values \[0, 4\]"),
    ],
)
def test_boundaries_are_checked(bounds, message):
    x = np.ones((3, 1))
    with pytest.raises(ValueError, match="linear_attention: " + message):
        packed(linear_attention, x, x, x, cu_seqlens=bounds)


def test_every_sequence_needs_its_state():
    x = np.ones((3, 1))
    with pytest.raises(
        ValueError, match="linear_attention: state has 1 entries, expected 2, because cu_seqlens"
    ):
        packed(linear_attention, x, x, x, cu_seqlens=[0, 1, 3], state=np.ones((1, 1, 1)))
