"""Law: a memory of features and attention by their kernel are the same function, exactly.

kernel(q, k) = of_query(q) . of_key(k) turns one into the other: over the field for polynomials, in
rationals for what is positive.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import refmem as rm
from refmem.algebra import causal, over, transposed, zeros
from refmem.functions import features, kernels
from refmem.laws.exact import assert_same
from refmem.laws.systems import FIELD, RATIONALS
from tests.draws import inputs, some_shapes

EXACT = [features.identity] + [
    make(degree) for make in (features.taylor, features.symmetric_power) for degree in range(4)
]


@pytest.mark.parametrize("phi", EXACT, ids=lambda phi: phi.name)
@some_shapes
@given(data=st.data())
def test_features_are_the_kernel(phi, data):
    x = data.draw(inputs(rm.linear_attention, FIELD), label="inputs")
    dots = phi.of_query(x["q"]) @ transposed(phi.of_key(x["k"]))
    want = phi.kernel.pairwise(x["q"], x["k"]) + zeros(dots.shape, dots)
    assert_same(dots, want, phi.name)
    assert phi.of_key(x["k"]).shape[-1] == phi.width(x["k"].shape[-1])


@pytest.mark.parametrize("phi", EXACT, ids=lambda phi: phi.name)
@some_shapes
@given(data=st.data())
def test_a_memory_of_features_is_attention_by_their_kernel(phi, data):
    x = data.draw(inputs(rm.softmax_attention, FIELD), label="inputs")
    x = {name: x[name] for name in ("q", "k", "v")}
    primal = rm.linear_attention(phi.of_query(x["q"]), phi.of_key(x["k"]), x["v"]).out
    dual = rm.softmax_attention(**x, kernel=phi.kernel, scale=1).out
    assert_same(primal, dual, phi.name)


@pytest.mark.parametrize("order", [0, 1, 2, 3])
@some_shapes
@given(data=st.data())
def test_taylor_and_power_attention_are_attention_by_their_kernels(order, data):
    x = data.draw(inputs(rm.softmax_attention, FIELD), label="inputs")
    x = {name: x[name] for name in ("q", "k", "v")}
    for primal, kernel in (
        (rm.taylor_attention(**x, order=order, normalize=False), kernels.taylor(order)),
        (rm.power_attention(**x, p=order, normalize=False), kernels.polynomial(order)),
    ):
        dual = rm.softmax_attention(**x, kernel=kernel, scale=1).out
        assert_same(primal.out, dual, kernel.name)


@pytest.mark.parametrize("phi", [features.dpfp(1), features.dpfp(3)], ids=lambda phi: phi.name)
@some_shapes
@given(data=st.data())
def test_a_normalised_memory_is_a_weighted_mean(phi, data):
    x = data.draw(inputs(rm.linear_attention, RATIONALS), label="inputs")
    x = {name: x[name] for name in ("q", "k", "v")}
    weights = phi.of_query(x["q"]) @ transposed(phi.of_key(x["k"]))
    T = weights.shape[-1]
    weights = np.where(causal(T, T), weights, zeros((1,), weights))
    want = over(weights, weights.sum(-1, keepdims=True)) @ x["v"]
    got = rm.normalized_linear_attention(**x, feature_map=phi).out
    assert_same(got, want, phi.name)
