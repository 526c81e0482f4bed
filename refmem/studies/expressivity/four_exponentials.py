"""A kernel of four exponentials that is exact at -1, 0, 1 and 2, the scores of an exchange.

    f(x) = c[0] + c[1] 2^x + c[2] 4^x + c[3] 8^x          f(m) = m for m = -1, 0, 1, 2

Four exponential heads can thus stand in for rounding where scores are exactly whole numbers: for
orthogonal keys. It has no plateau: a score that is off by eps is answered off by about eps.

Source: Zhong et al. 2025, arXiv:2505.19488, for the idea.
Proof:  derivations/expressivity/four_exponentials.py
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from refmem.algebra import solve
from refmem.algebra.numbers import fractions
from refmem.functions.kernels import Kernel

NODES = (-1, 0, 1, 2)
"""The scores at which it is exact."""

POWERS = range(4)


def coefficients() -> tuple[Fraction, ...]:
    """c with sum over p of c[p] 2^(p m) = m at the four nodes m.

    >>> print(*coefficients())
    -52/21 7/2 -7/6 1/7
    """
    values = [[Fraction(2) ** (power * node) for power in POWERS] for node in NODES]
    return tuple(solve(fractions(values), fractions(NODES)[:, None])[:, 0])


COEFFICIENTS = coefficients()


def weight(x: np.ndarray) -> np.ndarray:
    """f of whole numbers, exact; of floats, as near as floats are."""
    total = 0 * x
    for power, c in zip(POWERS, COEFFICIENTS, strict=True):
        exponential = 0 * x + 2 ** (power * x)  # a power of a fraction can be a bare int
        total = total + exponential * c.numerator / c.denominator
    return total


four_exponentials = Kernel("four exponentials", "c0 + c1 2^x + c2 4^x + c3 8^x", weight)
