"""A shipped float beside the exact number it should be: both as whole numbers of so many digits."""

import sympy as sp

from .statement import Equation


def same_digits(shipped: float, derived: sp.Expr, digits: int = 9) -> Equation:
    """That both round to the same number of that many decimals.

    >>> same_digits(0.3333333333, sp.Rational(1, 3)).left
    333333333
    """
    exact = sp.N(derived * 10**digits, digits + 25)
    return Equation(sp.Integer(round(shipped * 10**digits)), sp.Integer(round(exact)))
