"""Law: no tokens, no batch, one key channel and one value channel are ordinary."""

from __future__ import annotations

import numpy as np

from refmem.grammar.state import each
from refmem.laws.calls import arrays
from refmem.laws.draws import proof_numbers, sample
from refmem.laws.exact import assert_same
from refmem.laws.law import Law, every_form
from refmem.laws.systems import FLOAT64
from refmem.memory.rule import Rule

NO_BATCH = ((0,), (2, 0), (0, 3))
ONE_CHANNEL = ((1, 1), (1, 3), (3, 1))
"""K and V."""


def no_tokens_leave_the_state_alone(rule: Rule, form: str, seed: int = 0) -> None:
    x = sample(rule, proof_numbers(rule), seed, T=0, lead=(2,))
    trace = rule(**x, form=form, states=True)
    assert trace.out.shape == (2, 0, 3), f"{rule.name}.{form} of no tokens: out.shape"
    assert_same(trace.state, x["state"], f"{rule.name}.{form}: state after no tokens")
    if isinstance(trace.states, list):
        assert trace.states == []
    else:
        assert all(part.shape[:2] == (2, 0) for part in arrays(trace.states))


def no_tokens_and_no_state_are_the_empty_memory(rule: Rule, form: str, seed: int = 0) -> None:
    x = sample(rule, FLOAT64, seed, T=0, state=False)
    out, state = rule(**x, form=form)
    assert out.shape == (0, 3), f"{rule.name}.{form} of no tokens: out.shape"
    assert_same(state, rule(**x).state, f"{rule.name}.{form}: state after no tokens")


def an_empty_batch_is_a_batch(rule: Rule, form: str, lead: tuple[int, ...], seed: int = 0) -> None:
    one = sample(rule, FLOAT64, seed, T=3)
    none = {n: np.broadcast_to(one[n], lead + one[n].shape) for n in rule.inputs}
    none["state"] = each(lambda S: np.broadcast_to(S, lead + S.shape), one["state"])
    got, want = (rule(**(one | part), form=form, chunk=2) for part in (none, {}))
    assert got.out.shape == lead + want.out.shape, f"{rule.name}.{form} of no batch: out.shape"
    for empty, full in zip(arrays(got.state), arrays(want.state), strict=True):
        assert empty.shape == lead + full.shape, f"{rule.name}.{form} of no batch: state.shape"


def one_channel_is_ordinary(rule: Rule, form: str, K: int, V: int, seed: int = 0) -> None:
    x = sample(rule, proof_numbers(rule), seed, T=4, K=K, V=V)
    assert_same(rule(**x, form=form, chunk=3), rule(**x), f"{rule.name}.{form}, K={K}, V={V}")


def one_token_is_ordinary(rule: Rule, form: str, seed: int = 0) -> None:
    x = sample(rule, proof_numbers(rule), seed, T=1)
    assert_same(rule(**x, form=form), rule(**x), f"{rule.name}.{form} of one token")


def _no_tokens(rule: Rule, form: str, seed: int) -> None:
    no_tokens_leave_the_state_alone(rule, form, seed)
    no_tokens_and_no_state_are_the_empty_memory(rule, form, seed)


def _no_batch(rule: Rule, form: str, seed: int) -> None:
    an_empty_batch_is_a_batch(rule, form, NO_BATCH[seed % len(NO_BATCH)], seed)


def _one(rule: Rule, form: str, seed: int) -> None:
    one_channel_is_ordinary(rule, form, *ONE_CHANNEL[seed % len(ONE_CHANNEL)], seed)
    one_token_is_ordinary(rule, form, seed)


LAWS = (
    Law("no tokens", __doc__, _no_tokens, "what takes the first or the last token of a call"),
    Law("no batch", __doc__, _no_batch, "a maximum or a mean over a batch", every_form, bits=0),
    Law("one channel", __doc__, _one, "an axis of length one that is dropped or broadcast"),
)
