"""Any schedule returns, and leaves in every slot, what each request gives alone: exactly."""

import numpy as np
import pytest
from hypothesis import given, settings

from refmem import (
    RULES,
    deltaformer,
    forgetting_attention,
    gated_delta,
    kda,
    linear_attention,
    path_attention,
    softmax_attention,
)
from refmem.around.convolved import WEIGHT, Convolved
from refmem.around.serving import Alone, Pages, Pool, play, tokens_of
from refmem.laws.calls import cut
from refmem.laws.draws import proof_numbers, sample
from refmem.laws.exact import assert_same
from refmem.laws.systems import FIELD, FLOAT64
from refmem.memory import StateRule, StaticRule
from refmem.oracle.engines.schedules import CLEAR, COPY, KEEP, PADDED, VERIFY, Held, schedules

CALLS = schedules({VERIFY, COPY, CLEAR, KEEP, PADDED}, slots=3).map(lambda calls: calls[:6])
SERVED = [rule for rule in RULES if not isinstance(rule, StaticRule)]
CACHES = (softmax_attention, forgetting_attention, deltaformer, path_attention)


def numbers(rule):
    """The field; where a rule has none, floats, on which a definition that goes token by token does
    the same whoever calls it; and for a cache without either, narrow intervals."""
    system = proof_numbers(rule)
    return FLOAT64 if system is not FIELD and isinstance(rule, StateRule) else system


def stream(rule, system=None, **more):
    """What gives the inputs of each call: the next tokens of one long draw."""
    whole = sample(rule, system or numbers(rule), T=6 * 3 * 9, K=2, V=2, state=False)
    start = 0

    def take(call):
        nonlocal start
        start += tokens_of(call)
        return cut(rule, whole, start - tokens_of(call), start) | more

    return take


def assert_alike(one, other, schedule, *streams):
    """Raise unless two pools return the same and then hold the same."""
    held, what = Held(), f"{one.memory.name}: {schedule}"
    both = (play(pool, schedule, take) for pool, take in zip((one, other), streams, strict=True))
    for call, got, want in zip(schedule, *both, strict=True):
        held.make(call)
        assert_same(got, want, f"{what} returns")
        for slot in held.sound:
            assert_same(one.state(slot), other.state(slot), f"{what} slot {slot}")


@pytest.mark.parametrize("rule", SERVED, ids=lambda rule: rule.name)
@settings(max_examples=2, deadline=None, derandomize=True)
@given(schedule=CALLS)
def test_a_pool_of_states_is_every_request_alone(rule, schedule):
    assert_alike(Pool(rule, 3), Alone(rule, 3), schedule, stream(rule), stream(rule))


@pytest.mark.parametrize("rule", CACHES, ids=lambda rule: rule.name)
@settings(max_examples=4, deadline=None, derandomize=True)
@given(schedule=CALLS)
def test_pages_are_every_request_alone(rule, schedule):
    assert_alike(Pages(rule, 3, size=2), Alone(rule, 3), schedule, stream(rule), stream(rule))


@pytest.mark.parametrize(
    "rule", [gated_delta, linear_attention, kda, softmax_attention], ids=lambda rule: rule.name
)
@settings(max_examples=4, deadline=None, derandomize=True)
@given(schedule=CALLS)
def test_a_convolution_moves_with_its_memory(rule, schedule):
    layer = Convolved(rule)
    weight = FIELD.draw(np.random.default_rng(1), (6, 3), -1, 1)
    streams = (stream(rule, **{WEIGHT: weight}) for _ in range(2))
    assert_alike(Pool(layer, 3), Alone(layer, 3), schedule, *streams)
