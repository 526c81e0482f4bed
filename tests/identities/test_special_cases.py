"""Law: rules that are special cases of one another are, exactly. One row an identity.

A row names the rule whose inputs are drawn, and makes both sides of them.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import refmem as rm
from refmem.algebra import interleave
from refmem.functions.kernels import linear
from refmem.laws.draws import sample
from refmem.laws.exact import assert_enclosures_overlap, assert_same
from refmem.laws.systems import INTERVALS
from tests.draws import inputs, some_shapes


def zero(x, name):
    """Zeros in place of an input."""
    return x[name] * 0


def one(x, name):
    """Ones in place of an input."""
    return x[name] * 0 + 1


def each_key(x, name):
    """A factor per head as one per key channel, all equal."""
    return x[name][..., None] + zero(x, "k")


def shared_factor(x):
    """The factor of the first key channel as that of the head."""
    return but(x, alpha=x["alpha"][..., 0])


def each_value(x, name):
    """A factor per head as one per value channel, all equal."""
    return x[name][..., None] + zero(x, "v")


def but(x, *left_out, **instead):
    """The same call without some inputs and with others."""
    return {name: value for name, value in x.items() if name not in left_out} | instead


def bare(x):
    """A call of softmax_attention without a window and without sinks of either kind."""
    return but(x, "window", "sink", "first_bias")


def orthonormal(x):
    """As many keys as channels, a permutation; queries ask for them in another order."""
    T = x["k"].shape[-2]
    rows = np.eye(T, dtype=int)[::-1] + np.zeros((*x["k"].shape[:-2], T, T), dtype=int)
    return but(x, "state", k=rows + x["k"][..., :1] * 0, q=rows[..., ::-1, :] + x["q"][..., :1] * 0)


ROWS = [
    (
        "gated_delta(alpha = 1) = delta",
        rm.delta,
        lambda x: rm.gated_delta(**but(x, alpha=one(x, "beta"))),
        lambda x: rm.delta(**x),
    ),
    (
        "kda(alpha equal over K) = gated_delta",
        rm.gated_delta,
        lambda x: rm.kda(**but(x, alpha=each_key(x, "alpha"))),
        lambda x: rm.gated_delta(**x),
    ),
    (
        "eda(gamma = 0) = kda",
        rm.kda,
        lambda x: rm.eda(**x, e=one(x, "k"), gamma=zero(x, "k")[..., 0]),
        lambda x: rm.kda(**x),
    ),
    (
        "eda(alpha equal over K) = gated_delta_product on the rows (e, 0, gamma), (k, v, beta)",
        rm.eda,
        lambda x: rm.eda(**but(x, alpha=each_key(shared_factor(x), "alpha"))),
        lambda x: rm.gated_delta_product(
            x["q"] + zero(x, "k"),
            interleave(*np.broadcast_arrays(x["e"], x["k"])),
            interleave(0 * x["v"], x["v"]),
            x["alpha"][..., 0],
            interleave(*np.broadcast_arrays(x["gamma"][..., None], x["beta"][..., None]))[..., 0],
            state=x.get("state"),
        ),
    ),
    (
        "gated_delta2(erase = write = beta) = kda",
        rm.kda,
        lambda x: rm.gated_delta2(
            **but(x, "beta", erase=each_key(x, "beta"), write=each_value(x, "beta"))
        ),
        lambda x: rm.kda(**x),
    ),
    (
        "generalized_delta(a = alpha k, b = -beta k), writing beta v, = kda",
        rm.kda,
        lambda x: rm.generalized_delta(
            **but(
                x,
                "beta",
                a=x["alpha"] * x["k"],
                b=-each_key(x, "beta") * x["k"],
                v=each_value(x, "beta") * x["v"],
            )
        ),
        lambda x: rm.kda(**x),
    ),
    (
        "comba(p = alpha k) = gated_delta",
        rm.gated_delta,
        lambda x: rm.comba(**but(x, p=each_key(x, "alpha") * x["k"])),
        lambda x: rm.gated_delta(**x),
    ),
    (
        "delta(beta = 0) leaves the memory alone",
        rm.delta,
        lambda x: rm.delta(**but(x, beta=zero(x, "beta"))),
        lambda x: rm.linear_attention(**but(x, "beta", v=zero(x, "v") + 0 * each_value(x, "beta"))),
    ),
    (
        "delta(beta = 1) on orthonormal keys = linear_attention",
        rm.linear_attention,
        lambda x: rm.delta(**orthonormal(x), beta=orthonormal(x)["k"].sum(-1)),
        lambda x: rm.linear_attention(**orthonormal(x)),
    ),
    (
        "scalar_decay(alpha = 1) = linear_attention",
        rm.linear_attention,
        lambda x: rm.scalar_decay(**but(x, alpha=one(x, "k")[..., 0])),
        lambda x: rm.linear_attention(**x),
    ),
    (
        "scalar_decay(alpha = gamma) = retention",
        rm.retention,
        lambda x: rm.scalar_decay(
            **but(x, "gamma", alpha=x["gamma"][..., None] + zero(x, "k")[..., 0])
        ),
        lambda x: rm.retention(**x),
    ),
    (
        "gla(alpha equal over K) = scalar_decay",
        rm.scalar_decay,
        lambda x: rm.gla(**but(x, alpha=each_key(x, "alpha"))),
        lambda x: rm.scalar_decay(**x),
    ),
    (
        "value_gated(alpha equal over V) = scalar_decay",
        rm.scalar_decay,
        lambda x: rm.value_gated(**but(x, alpha=each_value(x, "alpha"))),
        lambda x: rm.scalar_decay(**x),
    ),
    (
        "generalized_delta(a = b = 0) = gla",
        rm.gla,
        lambda x: rm.generalized_delta(**x, a=zero(x, "k"), b=zero(x, "k")),
        lambda x: rm.gla(**x),
    ),
    (
        "count * averaged_memory = linear_attention",
        rm.linear_attention,
        lambda x: _outputs_times_count(rm.averaged_memory(**but(x, "state")).out),
        lambda x: rm.linear_attention(**but(x, "state")).out,
    ),
    (
        "forgetting_attention(log_alpha = 0) = softmax_attention, of any kernel",
        rm.softmax_attention,
        lambda x: (
            rm.forgetting_attention(**bare(but(x, "state", log_alpha=zero(x, "k")[..., 0]))).out
        ),
        lambda x: rm.softmax_attention(**bare(but(x, "state"))).out,
    ),
    (
        "deltaformer(beta = 0, alpha = 1) = softmax_attention, of any kernel",
        rm.softmax_attention,
        lambda x: rm.deltaformer(
            **bare(but(x, "kernel", beta=zero(x, "k")[..., 0], kappa1=linear, kappa2=x["kernel"]))
        ),
        lambda x: rm.softmax_attention(**bare(x)),
    ),
    (
        "softmax_attention of the linear kernel = linear_attention",
        rm.linear_attention,
        lambda x: rm.softmax_attention(**but(x, "state"), kernel=linear, scale=1).out,
        lambda x: rm.linear_attention(**but(x, "state")).out,
    ),
    (
        "deltaformer of linear kernels, writing beta v, = delta",
        rm.delta,
        lambda x: (
            rm.deltaformer(
                **but(x, "state", alpha=x["beta"]), kappa1=linear, kappa2=linear, scale=1
            ).out
        ),
        lambda x: rm.delta(**but(x, "state")).out,
    ),
]


def _outputs_times_count(out):
    return out * np.arange(1, out.shape[-2] + 1).astype(object)[:, None]


@pytest.mark.parametrize(("drawn", "left", "right"), [pytest.param(*r[1:], id=r[0]) for r in ROWS])
@some_shapes
@given(data=st.data())
def test_both_sides_are_the_same_function(drawn, left, right, data):
    x = data.draw(inputs(drawn), label="inputs")
    assert_same(left(x), right(x), "left side")


@pytest.mark.parametrize("K", [1, 2, 4])
def test_softmax_reductions_hold_for_softmax_itself(K):
    """The two rows above that name softmax, with exp in intervals and the default scale."""
    x = bare(sample(rm.softmax_attention, INTERVALS, K=K, state=False))
    want = rm.softmax_attention(**x).out
    none = zero(x, "k")[..., 0]
    got = rm.forgetting_attention(**x, log_alpha=none).out
    assert_enclosures_overlap(got, want, "forgetting_attention(log_alpha = 0)")
    got = rm.deltaformer(x["q"], x["k"], x["v"], beta=none).out
    assert_enclosures_overlap(got, want, "deltaformer(beta = 0)")
