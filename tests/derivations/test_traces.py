"""The gradient of a trace is the derivative by every entry."""

import pytest
import sympy as sp

from derivations.proving.traces import gradient

A, B = sp.MatrixSymbol("A", 2, 2), sp.MatrixSymbol("B", 3, 3)
C, X, R = sp.MatrixSymbol("C", 2, 3), sp.MatrixSymbol("X", 2, 3), sp.MatrixSymbol("R", 2, 2)

TRACES = [
    C.T * X,
    X.T * C,
    X.T * X / 2,
    X.T * A * X * B - 2 * C.T * X,
    (X - C) * (X - C).T,
    X * B * X.T * A,
    X * C.T * X * C.T,
]


@pytest.mark.parametrize("inside", TRACES, ids=str)
def test_the_gradient_is_the_derivative_by_every_entry(inside):
    trace = sp.expand(inside.as_explicit().trace())
    by_entry = sp.Matrix(2, 3, lambda a, b: trace.diff(X[a, b]))
    assert (gradient(inside, X).as_explicit() - by_entry).expand() == sp.zeros(2, 3)


def test_a_square_matrix_squared_is_two_factors():
    trace = (R * R * A).as_explicit().trace()
    by_entry = sp.Matrix(2, 2, lambda a, b: trace.diff(R[a, b]))
    assert (gradient(R * R * A, R).as_explicit() - by_entry).expand() == sp.zeros(2, 2)


def test_what_does_not_depend_on_the_matrix_has_no_gradient():
    assert gradient(C * C.T, X) == sp.ZeroMatrix(2, 3)


def test_an_inverse_is_refused():
    with pytest.raises(ValueError, match=r"gradient: .* holds R, expected a polynomial in it"):
        gradient(R.I * A, R)
