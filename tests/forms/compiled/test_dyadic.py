"""Law: where no operation rounds, the compiled form is the definition, bit for bit.

Entries are multiples of 1/2 of size at most 1. A token multiplies at most four of them and sums at
most K, so after T = 2 tokens every number is a multiple of 2^-12 below 2^(2 log2(129) + 4) < 2^19:
31 bits, which float64 holds. In float32, K = 3 and T = 1 take less than 24.
"""

import numpy as np
import pytest

from refmem.forms.compiled import attention, gradients
from tests.derivative.truth import like
from tests.draws import DYADIC, floats, sample
from tests.exact import assert_same
from tests.forms.compiled.rules import KEEPS_ALL, LINEAR, RELAYS, SHAPES, exact_on_floats

DYADIC32 = floats(np.float32, grid=2)._replace(exact=True)


@pytest.mark.parametrize("rule", exact_on_floats(LINEAR + RELAYS))
def test_a_rule_of_memories_is_its_definition(rule):
    for seed, (K, V) in enumerate(SHAPES):
        x = sample(rule, DYADIC, seed, T=2, K=K, V=V, lead=(2, 3), spread=True)
        assert_same(rule(**x, form="fast"), rule(**x), f"{rule.name}, K={K}, V={V}")


@pytest.mark.parametrize("rule", exact_on_floats(LINEAR + RELAYS))
def test_so_in_single_precision(rule):
    x = sample(rule, DYADIC32, T=1, K=3, V=35, lead=(2,))
    assert_same(rule(**x, form="fast"), rule(**x), rule.name)


@pytest.mark.parametrize("rule", exact_on_floats(LINEAR + RELAYS))
def test_the_state_after_every_token(rule):
    x = sample(rule, DYADIC, T=3, K=2, V=33, lead=(2,))
    assert_same(rule(**x, form="fast", states=True), rule(**x, states=True), rule.name)


@pytest.mark.parametrize("blocks", [1, 8])
@pytest.mark.parametrize("rule", exact_on_floats(LINEAR + RELAYS))
def test_gradients_are_the_tapes(rule, blocks, monkeypatch):
    monkeypatch.setattr(gradients, "BLOCKS", blocks)
    for sizes, chunks in (({"T": 2, "K": 3, "V": 33}, (1, 2)), ({"T": 5, "K": 2, "V": 3}, (2, 3))):
        x = sample(rule, DYADIC, **sizes, lead=(2,))
        dout, dstate = like(DYADIC, tuple(rule(**x)), 1)
        want = rule.vjp(**x, dout=dout, dstate=dstate)
        for chunk in chunks:
            got = rule.vjp(**x, dout=dout, dstate=dstate, form="fast", chunk=chunk)
            assert_same(tuple(got), tuple(want), f"{rule.name}, {sizes}, blocks of {chunk}")


@pytest.mark.parametrize("rule", exact_on_floats(KEEPS_ALL))
def test_a_rule_that_keeps_everything_is_its_definition(rule, monkeypatch):
    monkeypatch.setattr(attention, "QUERIES", 2)
    monkeypatch.setattr(attention, "KEYS", 3)
    x = sample(rule, DYADIC, T=5, K=2, V=3, lead=(2, 3), spread=True)
    for states in (False, True):
        got, want = rule(**x, form="fast", states=states), rule(**x, states=states)
        assert_same(got, want, rule.name)
