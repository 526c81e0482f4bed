"""The inner gradients are those of the inner objectives, by exact differentiation of what ships.

The objective is run on power series in one entry of the weights: its first coefficient is the
derivative by that entry. Coefficients are certified intervals, so roots and exponentials are
allowed for: the gradient written in the rule has to lie inside. Where the objective is a polynomial
SymPy differentiates it and the difference is zero.
"""

import importlib

import flint
import numpy as np
import pytest
import sympy as sp

from refmem.algebra.numbers import intervals, symbols
from refmem.functions.activations import ACTIVATIONS
from refmem.laws.exact import assert_enclosures_overlap

V, M = 3, 2


def module(rule):
    return importlib.import_module(f"refmem.rules.regression.{rule}")


def drawn(seed, *shapes):
    random = np.random.default_rng(seed)
    return [intervals(random.integers(-8, 9, shape) / 8) for shape in shapes]


def as_series(x):
    """Constants as power series; a lone series is a sequence, so entries are placed one by one."""
    out = np.empty(x.shape, dtype=object)
    for index in np.ndindex(x.shape):
        out[index] = flint.arb_series([x[index]], prec=2)
    return out


def derivatives(objective, weights, given):
    """The derivative of objective(*weights, *given) by every entry of every weight."""
    given = [as_series(x) if isinstance(x, np.ndarray) else x for x in given]
    answers = [np.empty(w.shape, dtype=object) for w in weights]
    for place, w in enumerate(weights):
        for index in np.ndindex(w.shape):
            moved = [as_series(other) for other in weights]
            moved[place][index] = flint.arb_series([w[index], 1], prec=2)
            answers[place][index] = objective(*moved, *given)[1]
    return tuple(answers)


def check(rule, weights, given):
    gradient = module(rule).gradient(*weights, *given)
    gradient = gradient if isinstance(gradient, tuple) else (gradient,)
    assert_enclosures_overlap(gradient, derivatives(module(rule).objective, weights, given), rule)


@pytest.mark.parametrize("seed", range(3))
def test_a_linear_layer_behind_its_norm(seed):
    W, k, v, weight, bias = drawn(seed, (V + 1, V), V, V, V, V)
    check("ttt_linear", [W], [k, v, weight, bias, 1e-6])


@pytest.mark.parametrize("seed", range(3))
def test_titans_behind_their_norm(seed):
    S, k, v, weight, bias = drawn(seed, (V, V), V, V, V, V)
    check("titans_normed", [S], [k, v, weight, bias, 1e-6])


@pytest.mark.parametrize("name", ["gelu", "gelu_tanh", "silu", "square", "identity"])
def test_a_hidden_layer_behind_its_norm(name):
    W1, W2, k, v, weight, bias = drawn(4, (V + 1, M), (M + 1, V), V, V, V, V)
    check("ttt_mlp", [W1, W2], [k, v, weight, bias, 1e-6, ACTIVATIONS[name]])
    check("titans_mlp_normed", [W1[:-1], W2[:-1]], [k, v, weight, bias, 1e-6, ACTIVATIONS[name]])


@pytest.mark.parametrize("name", ["gelu", "gelu_tanh", "silu", "square", "identity"])
def test_a_hidden_layer(name):
    w1, w2, k, v = drawn(5, (4, M), (M, V), 4, V)
    check("titans_mlp", [w1, w2], [k, v, ACTIVATIONS[name]])


def test_a_gated_layer():
    w0, w1, w2, k, v = drawn(6, (4, M), (M, V), (4, M), 4, V)
    check("lact", [w0, w1, w2], [k, v])


@pytest.mark.parametrize("rule", ["titans", "titans_decayed_error"])
def test_a_linear_memory(rule):
    S, k, v = drawn(7, (4, V), 4, V)
    check(rule, [S], [k, v])


@pytest.mark.parametrize("rule", ["omega", "atlas"])
def test_a_window(rule):
    S, keys, values, gamma = drawn(8, (4, V), (5, 4), (5, V), 5)
    check(rule, [S], [keys, values, gamma])


@pytest.mark.parametrize("rule", ["titans", "titans_decayed_error"])
def test_symbols_of_a_linear_memory(rule):
    S, k, v = symbols("S", (2, 2)), symbols("k", (2,)), symbols("v", (2,))
    objective, gradient = module(rule).objective(S, k, v), module(rule).gradient(S, k, v)
    for index in np.ndindex(S.shape):
        assert sp.expand(sp.diff(objective, S[index]) - gradient[index]) == 0


def test_symbols_of_a_hidden_layer():
    w1, w2 = symbols("w1", (2, 2)), symbols("w2", (2, 2))
    k, v, square = symbols("k", (2,)), symbols("v", (2,)), ACTIVATIONS["square"]
    rule = module("titans_mlp")
    objective, gradients = rule.objective(w1, w2, k, v, square), rule.gradient(w1, w2, k, v, square)
    for w, gradient in zip((w1, w2), gradients, strict=True):
        for index in np.ndindex(w.shape):
            assert sp.expand(sp.diff(objective, w[index]) - gradient[index]) == 0


def test_a_lost_pair_of_parentheses_is_found():
    """The slip of a widely copied reference: only the middle term divided by the width."""
    S, k, v, weight, bias = drawn(9, (V, V), V, V, V, V)
    rule, eps = module("titans_normed"), 1e-6
    [exact] = derivatives(rule.objective, [S], [k, v, weight, bias, eps])
    norm = importlib.import_module("refmem.functions.layer_norm")
    h, width = norm.normalized(k @ S, eps)
    g = 2 * weight * (norm.layer_norm(k @ S, weight, bias, eps) - (v - k))
    slope = V * g - g.sum() / (width * V) - h * (g * h).sum() / (width * V)
    with pytest.raises(AssertionError, match="entries differ"):
        assert_enclosures_overlap(k[:, None] * slope[None, :], exact, "without parentheses")
