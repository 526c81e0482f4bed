"""What is proven, what is refuted, and that nothing undecided passes for either."""

import numpy as np
import pytest
import sympy as sp

from derivations.proving.statement import Equation, Inequality, Verdict, judge

x = sp.Symbol("x", real=True)
h = sp.Symbol("h", positive=True)
n = sp.Symbol("n", integer=True, positive=True)
A, B = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("B", n, n)
f = sp.Function("f")


@pytest.mark.parametrize(
    "statement",
    [
        0,
        (x + 1) ** 2 - x**2 - 2 * x - 1,
        sp.sin(x) ** 2 + sp.cos(x) ** 2 - 1,
        Equation((x + 1) ** 2, x**2 + 2 * x + 1),
        Equation(sp.Integral(2 * x, (x, 0, h)), h**2),
        Equation(sp.gamma(n + 1), n * sp.gamma(n)),
        Equation(A * B, A * B),
        sp.expand((A + B) * A - A * A - B * A),
        sp.zeros(2, 3),
        np.array([[x - x, sp.Integer(0)]], dtype=object),
        Inequality(0, h),
        Inequality(-(x**2), x**2),
    ],
)
def test_proven(statement):
    assert judge(statement) is Verdict.PROVEN


@pytest.mark.parametrize(
    "statement",
    [
        1,
        x,
        Equation(x**2, x),
        Equation(A * B, B * A),
        A - A.T,
        sp.Matrix([0, x]),
        np.array([x - x, h], dtype=object),
        Equation(sp.Integral(2 * x, (x, 0, h)), 2 * h**2),
        Inequality(h, 0),
        Inequality(x, 0),
    ],
)
def test_refuted(statement):
    assert judge(statement) is Verdict.REFUTED


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(f(x) - f(x + 1), id="a function that nothing is known of"),
        pytest.param(Inequality(0, h**2 - 2 * h + 2 + f(h)), id="a sign that depends on it"),
        pytest.param(sp.nan, id="not a number"),
        pytest.param(sp.zoo, id="infinite"),
        pytest.param(Inequality(1 + x, sp.exp(x)), id="true, but not by the signs of the symbols"),
    ],
)
def test_undecided(statement):
    assert judge(statement) is Verdict.UNDECIDED


@pytest.mark.parametrize("statement", [0.0, sp.Float(0), x - sp.Float(1), np.zeros(2)])
def test_floats_are_refused(statement):
    with pytest.raises(TypeError, match="expected exact numbers only"):
        judge(statement)


@pytest.mark.parametrize("statement", [True, np.True_, sp.true, sp.Eq(x, x + 1), x > 0])
def test_truth_values_are_refused(statement):
    with pytest.raises(TypeError, match="not a truth value"):
        judge(statement)


def test_an_array_without_entries_shows_nothing():
    with pytest.raises(ValueError, match="has no entry"):
        judge(np.empty((0, 2), dtype=object))


def test_sides_of_different_shape_are_refused():
    with pytest.raises(ValueError, match="sides of shape"):
        judge(Equation(np.array([[x, x]], dtype=object), np.array([x, x], dtype=object)))
