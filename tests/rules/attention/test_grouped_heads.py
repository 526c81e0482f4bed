"""Queries with more heads than keys, by either map, are the heads one by one."""

import numpy as np
import pytest

import refmem as rm
from refmem.laws.draws import proof_numbers, sample
from refmem.laws.exact import assert_same
from refmem.laws.gradients.along import like
from refmem.memory import CacheRule

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


def _one_each(rule, heads, arrays):
    """What belongs to key heads repeated, so that every query head has its own."""
    shared = {n for n, x in arrays.items() if x is not None and n not in rule.queries}
    return {n: x[:, OF[heads]] if n in shared else x for n, x in arrays.items()}


def _added_up(rule, heads, name, x):
    """What the query heads of every key head say of it, together."""
    if x is None or name in rule.queries:
        return x
    groups = [[h for h in range(KEYS * GROUP) if OF[heads][h] == key] for key in range(KEYS)]
    return np.stack([x[:, group].sum(1) for group in groups], axis=1)


def _parts(rule, x):
    """The arrays of a call, and its options."""
    return {n: x[n] for n in rule.inputs}, {n: x[n] for n in x.keys() - rule.inputs.keys()}


@pytest.mark.parametrize("heads", OF)
@pytest.mark.parametrize("rule", CACHES)
def test_the_gradient_of_a_key_head_is_the_sum_over_its_query_heads(rule, heads):
    x, numbers = _grouped(rule, 3, 0), proof_numbers(rule)
    state = rule(**_grouped(rule, 2, 7), heads=heads).state
    dout = like(numbers, rule(**x, state=state, heads=heads).out, 1)
    got = rule.vjp(**x, state=state, heads=heads, dout=dout, form="chunked", chunk=2)
    arrays, options = _parts(rule, x)
    repeated = rm.Cache(**_one_each(rule, heads, state._asdict()))
    want = rule.vjp(**_one_each(rule, heads, arrays), **options, state=repeated, dout=dout)
    for name in rule.inputs:
        total = _added_up(rule, heads, name, getattr(want, name))
        assert_same(getattr(got, name), total, f"{rule.name}: {name}")
    for name in state._fields:
        total = _added_up(rule, heads, name, getattr(want.state, name))
        assert_same(getattr(got.state, name), total, f"{rule.name}: state.{name}")


@pytest.mark.parametrize("heads", OF)
@pytest.mark.parametrize("rule", CACHES)
def test_a_cotangent_of_the_cache_counts_once(rule, heads):
    """The cache of a key head is one, however many query heads read it."""
    x = _grouped(rule, 3, 0)
    dstate = like(proof_numbers(rule), rule(**x, heads=heads).state, 1)
    got = rule.vjp(**x, heads=heads, dstate=dstate)
    arrays, options = _parts(rule, x)
    fewer = {n: a[:, :KEYS] if n in rule.queries else a for n, a in arrays.items()}
    gates = dstate.log_alpha
    of_keys = dstate._replace(log_alpha=None if gates is None else gates[:, :KEYS])
    want = rule.vjp(**fewer, **options, dstate=of_keys)
    for name in rule.inputs.keys() - set(rule.queries):
        assert_same(getattr(got, name), getattr(want, name), f"{rule.name}: {name}")


@pytest.mark.parametrize("heads", OF)
@pytest.mark.parametrize("rule", CACHES)
def test_tangents_are_those_of_every_head(rule, heads):
    x, numbers = _grouped(rule, 3, 0), proof_numbers(rule)
    state = rule(**_grouped(rule, 2, 7), heads=heads).state
    arrays, options = _parts(rule, x)
    changes, dstate = like(numbers, arrays, 1), like(numbers, state, 2)
    call = options | {f"d{name}": change for name, change in changes.items()}
    got = rule.jvp(**arrays, **call, state=state, dstate=dstate, heads=heads)
    call |= {f"d{name}": x for name, x in _one_each(rule, heads, changes).items()}
    for name, cache in {"state": state, "dstate": dstate}.items():
        call[name] = rm.Cache(**_one_each(rule, heads, cache._asdict()))
    want = rule.jvp(**_one_each(rule, heads, arrays), **call)
    assert_same(got.out, want.out, f"{rule.name}: out")
    assert_same(got.dout, want.dout, f"{rule.name}: dout")
    after = rm.Cache(**_one_each(rule, heads, got.dstate._asdict()))
    assert_same(after, want.dstate, f"{rule.name}: dstate")


def test_a_default_for_query_heads_is_made_for_all_of_them():
    # alibi's slopes depend on how many heads there are: six, not the three of a group
    q, k = np.random.default_rng(0).standard_normal((2, 6, 4, 2))
    got = rm.alibi(q, k[:2], k[:2], heads="repeat").out
    assert_same(got, rm.alibi(q, *[k[OF["repeat"]]] * 2).out, "alibi")
    assert rm.alibi.vjp(q, k[:2], k[:2], heads="repeat", dout=q).slopes.shape == (6,)


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


def test_a_bad_gradient_in_groups_is_named():
    q, k = np.ones((4, 3, 2)), np.ones((2, 3, 2))
    with pytest.raises(ValueError, match=r"dout has shape \(2, 3, 2\), expected \(4, 3, 2\)"):
        rm.softmax_attention.vjp(q, k, k, heads="repeat", dout=k)
    with pytest.raises(ValueError, match=r"heads has value 'tiled', .* did you mean 'tile'"):
        rm.softmax_attention.vjp(q, k, k, heads="tiled", dout=q)
    with pytest.raises(ValueError, match=r"dk has shape \(4, 3, 2\), expected \(2, 3, 2\) as k"):
        rm.softmax_attention.jvp(q, k, k, heads="repeat", dk=q)
