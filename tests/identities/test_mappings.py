"""Law: a rule under its source's names is the rule of the grammar that its docstring says it is.

The first rows are polynomial and hold in the field; the others have exp and hold in intervals.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import refmem as rm
from refmem.algebra import exp, interleave, join, over_last, with_ones, zeros
from refmem.functions import features, random_features
from refmem.laws.exact import assert_same
from refmem.rules.decay.hgrn import as_value_gated
from refmem.rules.decay.mlstm import over_at_least_one
from refmem.rules.decay.rg_lru import as_value_gated as rg_lru_as_value_gated
from refmem.rules.decay.rwkv4 import average, twice, with_its_ones
from tests.draws import inputs, some_shapes
from tests.identities.test_special_cases import but, one, zero


def without_state(x):
    """The same call from an empty memory, where states are laid out differently."""
    return but(x, "state")


def shared(projection):
    """The first of the projections, for all heads."""
    return projection.reshape(-1, *projection.shape[-2:])[0]


def channels(x, name):
    """A number a head as one for each value channel."""
    return np.asarray(x[name])[..., None] + zero(x, "x")[..., 0, :]


def mamba1_of_heads(x):
    """The call of mamba2 as one of mamba1: every channel and every state with the head's rate."""
    rates = channels(x, "A")[..., None] + zero(x, "B")[..., 0, None, :]
    return but(x, A=rates, D=channels(x, "D"), dt=x["dt"][..., None] + zero(x, "x"))


def read_one_later(x):
    """rwkv4 as value_gated on [v, 1] with one key: it reads what the token before left."""
    x = but(x, k=x["k"] + zero(x, "u")[..., None, :])
    weight, columns, key = exp(twice(x["k"])), with_its_ones(x["v"]), one(x, "k")[..., :1]
    decay = exp(twice(x["w"]))[..., None, :] + zero(x, "k")[..., :1]
    after = rm.value_gated(key, key, weight * columns, decay, state=x.get("state"))
    first = x["state"] if "state" in x else zeros(after.state.shape, after.out)
    seen = join(first, after.out[..., :-1, :])
    own = exp(twice(x["u"][..., None, :] + x["k"])) * columns
    return rm.Result(average(seen + own), after.state)


def both_ends(x, dt, A, B, C, lam, D):
    """mamba3 as scalar_decay on two rows a token: the token before, weighed, and the token."""
    alpha, dt, lam = exp(dt * A)[..., None], dt[..., None], lam[..., None]
    out = rm.scalar_decay(
        in_turn(C, C),
        in_turn(one_later(B), B),
        in_turn(alpha * (1 - lam) * dt * one_later(x), lam * dt * x),
        in_turn(alpha, 0 * alpha + 1)[..., 0],
    ).out
    return out[..., 1::2, :] + np.asarray(D)[..., None, None] * x


def in_turn(first, second):
    """The rows of two arrays, token by token."""
    return interleave(*np.broadcast_arrays(first, second))


def one_later(x):
    """What the token before has; the first has nothing before it."""
    return np.concatenate([0 * x[..., :1, :], x[..., :-1, :]], axis=-2)


ROWS = [
    (
        "lightning_attention = retention",
        rm.retention,
        lambda x: rm.lightning_attention(**x),
        lambda x: rm.retention(**x),
    ),
    (
        "hgrn2 = gla with k = 1 - alpha",
        rm.hgrn2,
        lambda x: rm.hgrn2(**x),
        lambda x: rm.gla(**x, k=1 - x["alpha"]),
    ),
    (
        "hgrn = value_gated with one key",
        rm.hgrn,
        lambda x: rm.hgrn(**x),
        lambda x: rm.value_gated(*as_value_gated(x["f"], x["i"]), state=x.get("state")),
    ),
    (
        "rg_lru = value_gated with one key",
        rm.rg_lru,
        lambda x: rm.rg_lru(**x),
        lambda x: rm.value_gated(
            *rg_lru_as_value_gated(**but(x, "state", rate=x["rate"][..., None, :])),
            state=x.get("state"),
        ),
    ),
    (
        "rwkv6(alpha = 1, u = 1) = linear_attention",
        rm.linear_attention,
        lambda x: rm.rwkv6(**x, alpha=one(x, "k"), u=one(x, "k")[..., 0, :]),
        lambda x: rm.linear_attention(**x),
    ),
    (
        "power_attention(p = 1) without a normaliser = linear_attention",
        rm.linear_attention,
        lambda x: rm.power_attention(**x, p=1, normalize=False),
        lambda x: rm.linear_attention(**x),
    ),
    (
        "power_attention(p = 1) = normalized_linear_attention of the identity",
        rm.linear_attention,
        lambda x: rm.power_attention(**without_state(x), p=1),
        lambda x: rm.normalized_linear_attention(**without_state(x), feature_map="identity"),
    ),
    (
        "normalized_linear_attention of the identity = linear_attention on [v, 1], as a ratio",
        rm.linear_attention,
        lambda x: (
            rm.normalized_linear_attention(**without_state(x), feature_map=features.identity).out
        ),
        lambda x: over_last(
            rm.linear_attention(**but(x, "state", v=with_ones(x["v"]))).out,
        ),
    ),
    (
        "rebased with unit scales and no shifts = power_attention(p = 2)",
        rm.linear_attention,
        lambda x: rm.rebased(
            **without_state(x),
            **{name: one(x, "k")[..., 0, :] for name in ("gamma_q", "gamma_k")},
            **{name: zero(x, "k")[..., 0, :] for name in ("beta_q", "beta_k")},
        ),
        lambda x: rm.power_attention(**without_state(x), p=2),
    ),
    (
        "mamba2 = scalar_decay with alpha = exp(dt A), v = dt x",
        rm.mamba2,
        lambda x: rm.mamba2(**but(x, "D")),
        lambda x: rm.scalar_decay(
            x["C"],
            x["B"],
            x["dt"][..., None] * x["x"],
            exp(x["dt"] * np.asarray(x["A"])[..., None]),
            state=x.get("state"),
        ),
    ),
    (
        "mamba1 with equal rates = mamba2",
        rm.mamba2,
        lambda x: rm.mamba1(**mamba1_of_heads(x)),
        lambda x: rm.mamba2(**x),
    ),
    (
        "mamba3 = scalar_decay on two rows a token, read after the second",
        rm.mamba3,
        lambda x: rm.mamba3(**without_state(x)).out,
        lambda x: both_ends(**without_state(x)),
    ),
    (
        "mamba3(lam = 1) = mamba2 whose rate is the token's",
        rm.mamba3,
        lambda x: rm.mamba3(**but(x, "D", "state", lam=one(x, "lam"))).out,
        lambda x: (
            rm.scalar_decay(x["C"], x["B"], x["dt"][..., None] * x["x"], exp(x["dt"] * x["A"])).out
        ),
    ),
    (
        "mlstm = scalar_decay on i [v, 1], its read bounded",
        rm.mlstm,
        lambda x: rm.mlstm(**x).out,
        lambda x: over_at_least_one(
            rm.scalar_decay(
                x["q"],
                x["k"],
                exp(x["log_i"])[..., None] * with_ones(x["v"]),
                exp(x["log_f"]),
                state=x.get("state"),
            ).out
        ),
    ),
    (
        "rwkv4 = value_gated on [v, 1] with one key, read before the write",
        rm.rwkv4,
        lambda x: rm.rwkv4(**x),
        read_one_later,
    ),
    (
        "performer = normalized_linear_attention of positive random features",
        rm.performer,
        lambda x: rm.performer(**but(x, projection=shared(x["projection"]))),
        lambda x: rm.normalized_linear_attention(
            **but(x, "projection"),
            feature_map=random_features.positive_random(shared(x["projection"])),
        ),
    ),
]


@pytest.mark.parametrize(("drawn", "left", "right"), [pytest.param(*r[1:], id=r[0]) for r in ROWS])
@some_shapes
@given(data=st.data())
def test_both_sides_are_the_same_function(drawn, left, right, data):
    x = data.draw(inputs(drawn), label="inputs")
    assert_same(left(x), right(x), "left side")
