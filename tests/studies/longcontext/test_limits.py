"""The limits are one function of the world each, exactly, and shipped rules rest at them."""

import numpy as np
import pytest

import refmem
from refmem.algebra import transposed
from refmem.algebra.numbers import rationals
from refmem.studies.estimates import mean_of
from refmem.studies.longcontext import (
    average_limit,
    average_spread,
    gated_delta_limit,
    interpolation_limit,
    ridge_limit,
    ridge_limit_pushed_through,
    softmax_limit,
    softmax_spread,
)
from refmem.studies.longcontext.contexts import random_context
from tests.exact import assert_same

RNG = np.random.default_rng(0)


def whole(*shape):
    return rationals(RNG.integers(-3, 4, shape))


W_k, W_v, L = whole(2, 3), whole(2, 2), whole(2, 2)
C = transposed(L) @ L + rationals(np.eye(2, dtype=int))
LAM = rationals(np.array(3))[()] / 7


def test_a_ridge_pushed_through_is_the_same_ridge():
    assert_same(
        ridge_limit(W_k, W_v, C, LAM), ridge_limit_pushed_through(W_k, W_v, C, LAM), "ridge"
    )


def test_without_a_ridge_the_context_is_gone_and_every_value_is_right():
    limit = interpolation_limit(W_k, W_v)
    assert_same(ridge_limit_pushed_through(W_k, W_v, C, 0 * LAM), limit, "lam = 0")
    assert_same(ridge_limit_pushed_through(W_k, W_v, 5 * C, 0 * LAM), limit, "another context")
    assert_same(W_k @ limit, W_v, "values")


def test_a_context_enters_through_its_second_moment():
    """Tokens whose second moment is C: mesa with lam a token times T has exactly the limit."""
    x = whole(4, 2)
    k, v = x @ W_k, x @ W_v
    one = rationals(np.ones(4, dtype=int))
    lam = rationals(np.ones(3, dtype=int)) * LAM * 4
    asked = rationals(np.array([[0, 0, 0]] * 3 + [[1, 2, 3]]))
    out = refmem.mesa(asked, k, v, one, one, lam).out[-1]
    limit = ridge_limit(W_k, W_v, transposed(x) @ x / 4, LAM)
    assert_same(out, asked[-1] @ limit, "mesa")


def test_an_average_has_exactly_its_limit_for_the_moments_of_the_tokens():
    x = whole(5, 2)
    state = refmem.averaged_memory(x @ W_k, x @ W_k, x @ W_v).state
    assert_same(state, average_limit(W_k, W_v, transposed(x) @ x / 5), "averaged_memory")


def test_a_gate_of_one_is_no_ridge():
    narrow = rationals(np.array([[1, 2], [-1, 3]]))
    assert_same(
        gated_delta_limit(narrow, W_v, C, 1, LAM), ridge_limit(narrow, W_v, C, 0 * LAM), "alpha = 1"
    )


def test_the_gated_delta_rule_rests_there_on_average():
    """The mean state of many contexts; every entry within its interval at 99.99 %."""
    context = random_context(np.random.default_rng(1), D=3, K=2, V=1, noise=0.5)
    k, v = context.tokens(np.random.default_rng(2), (2000,), 300)
    gates = np.full(300, 0.9), np.full(300, 0.1)
    states = refmem.gated_delta(k, k, v, *gates, form="fast").state
    limit = gated_delta_limit(context.W_k, context.W_v, context.second_moment, 0.9, 0.1)
    least_squares = ridge_limit(context.W_k, context.W_v, context.second_moment, 0.0)
    for place in np.ndindex(*limit.shape):
        measured = mean_of(states[(slice(None), *place)], 0.9999)
        assert limit[place] in measured
        assert least_squares[place] not in measured


def test_softmax_of_tokens_without_spread_answers_their_mean():
    mean, none = np.array([1.0, -2.0]), np.zeros((2, 2))
    maps = RNG.standard_normal((2, 3)), RNG.standard_normal((2, 2))
    q = RNG.standard_normal((4, 3))
    assert_same(softmax_limit(q, *maps, mean, none, 1.0), np.tile(mean @ maps[1], (4, 1)), "out")


def test_a_query_of_zero_averages_values():
    maps = RNG.standard_normal((2, 3)), RNG.standard_normal((2, 2))
    spread = softmax_spread(np.zeros(3), *maps, np.eye(2), 1.0, 0.5)
    assert spread == np.trace(maps[1].T @ maps[1]) + 2 * 0.5


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: ridge_limit(np.eye(2), np.eye(3), np.eye(2), 1.0),
            r"limits: W_v has shape \(3, 3\), expected \(\.\.\., D, V\) with D as in W_k \(2, 2\)",
        ),
        (
            lambda: average_spread(np.eye(2), np.eye(2), np.eye(3), 1.0),
            r"limits: covariance has shape \(3, 3\), expected \(\.\.\., 2, 2\), because x has 2",
        ),
        (
            lambda: ridge_limit(np.eye(2), np.eye(2), np.eye(2), -1.0),
            "limits: lam has value -1.0, expected at least 0, because it weighs a square",
        ),
        (
            lambda: gated_delta_limit(np.eye(2), np.eye(2), np.eye(2), 0.0, 1.0),
            r"gated_delta_limit: alpha, beta have values 0.0, 1.0, expected alpha in \(0, 1\]",
        ),
    ],
)
def test_a_world_that_cannot_be_is_one_error(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_narrow_keys_without_a_ridge_have_no_limit():
    with pytest.raises(np.linalg.LinAlgError):
        ridge_limit(np.ones((2, 2)), np.eye(2), np.eye(2), 0.0)
