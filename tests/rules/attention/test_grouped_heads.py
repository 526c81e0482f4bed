"""Queries with more heads than keys, by either map, are the heads one by one."""

import numpy as np
import pytest

import refmem as rm
from refmem.memory import CacheRule
from tests.draws import proof_numbers, sample
from tests.exact import assert_same

KEYS, GROUP = 2, 3
OF = {
    "repeat": [head // GROUP for head in range(KEYS * GROUP)],
    "tile": [head % KEYS for head in range(KEYS * GROUP)],
}
CACHES = [pytest.param(rule, id=rule.name) for rule in rm.RULES if isinstance(rule, CacheRule)]


def _grouped(rule, T, seed):
    """Inputs of six query heads and two key heads, and the same for every head alone."""
    queries = sample(rule, proof_numbers(rule), seed, T=T, lead=(5, KEYS * GROUP), state=False)
    keys = sample(rule, proof_numbers(rule), seed + 1, T=T, lead=(5, KEYS), state=False)
    return {name: (queries if name in rule.queries else keys)[name] for name in queries}


def _alone(rule, x, head, heads):
    own = {n: x[n][:, head if n in rule.queries else OF[heads][head]] for n in rule.inputs}
    return x | own


@pytest.mark.parametrize("heads", OF)
@pytest.mark.parametrize("rule", CACHES)
def test_every_query_head_asks_its_key_head(rule, heads):
    x, later = _grouped(rule, 3, 0), _grouped(rule, 2, 7)
    for form in ("parallel", "recurrent", "chunked"):
        call = {"form": form, "chunk": 2}
        first = rule(**x, heads=heads, states=True, **call)
        assert first.state.key.shape == (5, KEYS, 3, 2)
        out = rule(**later, heads=heads, state=first.state, **call).out
        for head in range(KEYS * GROUP):
            one = rule(**_alone(rule, x, head, heads), **call)
            assert_same(first.out[:, head], one.out, f"{rule.name}.{form}, head {head}")
            rest = rule(**_alone(rule, later, head, heads), state=one.state, **call)
            assert_same(out[:, head], rest.out, f"{rule.name}.{form}, head {head}, resumed")
        assert_same(first.states[-1], first.state, f"{rule.name}.{form}: the last of the states")


def test_both_maps_differ():
    q, k = np.random.default_rng(0).standard_normal((2, 6, 4, 2))
    one, other = (rm.softmax_attention(q, k[:2], k[:2], heads=heads).out for heads in OF)
    assert (one[[0, 5]] == other[[0, 5]]).all()
    assert (one[1:5] != other[1:5]).any()


def test_heads_that_do_not_divide_are_refused():
    q, k = np.ones((5, 3, 2)), np.ones((2, 3, 2))
    with pytest.raises(ValueError, match="q has 5 heads, expected a multiple of 2 as in k"):
        rm.softmax_attention(q, k, k, heads="repeat")
    with pytest.raises(ValueError, match=r"heads has value 'tiled', .* did you mean 'tile'"):
        rm.softmax_attention(q[:4], k, k, heads="tiled")
