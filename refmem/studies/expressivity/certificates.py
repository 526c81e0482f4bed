"""Whether a linear score can tell points of two kinds apart: margins, and proofs that none can.

margin        the most by which any score of length one tells them apart
alternating_weights   y >= 0 with sum over points of y s (point, 1) = 0, s = 1, -1, 1, ..: then
              no score has s score > 0 at all of them, for these sum to zero (Farkas)
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np


def alternating_weights(points: np.ndarray) -> list[Fraction] | None:
    """Weights of the fewest first points that prove that they, alternately of two kinds, cannot be
    told apart; None if no such proof of one null vector exists.

    points (m, f) exact numbers

    >>> from refmem.algebra.numbers import fractions
    >>> print(*alternating_weights(fractions([[0], [1], [3]])))
    1 3/2 1/2
    """
    import sympy

    for count in range(2, len(points) + 1):
        rows = [[*map(sympy.sympify, point), sympy.S.One] for point in points[:count]]
        for null in sympy.Matrix(rows).T.nullspace():
            weights = [Fraction(y) * (-1) ** place for place, y in enumerate(null)]
            sign = 1 if sum(weights) > 0 else -1
            if all(sign * y >= 0 for y in weights):
                first = next(abs(y) for y in weights if y)
                return [abs(y) / first for y in weights]
    return None


def margin(points: np.ndarray, signs: np.ndarray) -> float:
    """max over |score| <= 1 and theta of the least of signs (score . point - theta); at least 0.

    points (m, f) floats, signs (m,) of 1 and -1; |score| is the greatest of its entries. Points are
    scaled to entries of at most 1 first, so that margins of different lengths compare.

    >>> margin(np.array([[0.], [1.]]), np.array([-1, 1])), margin(np.eye(3)[:, :1], np.ones(3))
    (0.5, 2.0)
    """
    from scipy.optimize import linprog

    points = points / np.maximum(abs(points).max(0), np.finfo(float).tiny)
    features = points.shape[1]
    rows = np.column_stack([-signs[:, None] * points, signs, np.ones(len(points))])
    best = linprog(
        np.r_[np.zeros(features + 1), -1],
        A_ub=rows,
        b_ub=np.zeros(len(points)),
        bounds=[(-1, 1)] * features + [(-features - 1, features + 1), (0, None)],
    )
    if best.x is None:
        raise ArithmeticError(f"margin: the linear program was not solved: {best.message}")
    return max(0.0, float(best.x[-1]))
