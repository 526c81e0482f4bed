"""Claim: n Chebyshev steps after the first leave of every eigenvector a known, small part.

    A = H + r |H| I,  H with eigenvalues h |H|, 0 <= h <= 1,  A x = q
    x[n] has in that eigenvector the part 1 - T[n+1](1 - 2 h) / T[n+1](1 + 2 r) of x

with T the Chebyshev polynomials, which are between -1 and 1 from -1 to 1. So |x - x[n]| is at most
|x|/T[n+1](1 + 2 r), whatever H is.

Used by:  refmem.gated_kalmanet
Source:   classical (Golub and Varga 1961); Peng et al. 2025, arXiv:2511.21016
Method:   the recurrence of T; the shipped iteration on rational numbers.
"""

import itertools

import numpy as np
import sympy as sp

from refmem.rules.regression.gated_kalmanet import chebyshev

from ..proving.statement import Equation, Inequality

ridges = np.array([sp.Rational(n, 50) for n in range(1, 61)])
y, earlier, now = sp.symbols("y T[n-1] T[n]", positive=True)


def the_weights_are_quotients_of_chebyshev_polynomials():
    """w[n] = 2 y T[n](y)/T[n+1](y), y = 1 + 2 r: 2 at first, and w = 1/(1 - w/(4 y^2)) after."""
    later = 2 * y * now - earlier
    yield Equation(2 * y * sp.chebyshevt(0, y) / sp.chebyshevt(1, y), 2)
    yield Equation(1 / (1 - 2 * y * earlier / now / (4 * y**2)), 2 * y * now / later)


def parts_left(n, values):
    """What n shipped steps leave of the eigenvectors of diag(values), |H| = 5, for every ridge."""
    H = np.array(sp.diag(*values))[None] + 0 * ridges[:, None, None]
    x = chebyshev(H, np.ones_like(H[..., 0]) * sp.S.One, ridges, n)
    return 1 - (H.sum(-1) + 5 * ridges[:, None]) * x


def the_shipped_steps_leave_what_the_polynomials_say():
    """refmem.gated_kalmanet's chebyshev, n = 0, 1, 2, 3, h = 0, 3/5, 4/5, 1: at 60 ridges, and so
    at all, for both sides are quotients of polynomials in r of degree less than 30."""
    for n, values in itertools.product(range(4), ((3, 4), (0, 5))):
        for left, value in zip(parts_left(n, values).T, values, strict=True):
            yield Equation(left, of_polynomials(n + 1, sp.Rational(value, 5)))


def of_polynomials(n, h):
    """T[n](1 - 2 h) / T[n](1 + 2 r) for every ridge."""
    inside = sp.chebyshevt(n, 1 - 2 * h)
    return np.array([inside / sp.chebyshevt(n, 1 + 2 * one) for one in ridges])


def the_polynomials_are_hyperbolic_cosines_beyond_one():
    """T[n](cosh u) = cosh(n u): for r = 1/50 and 31 of them more than 3100."""
    u = sp.Symbol("u", positive=True)
    for n in range(5):
        difference = sp.chebyshevt(n, sp.cosh(u)) - sp.cosh(n * u)
        yield Equation(difference.rewrite(sp.exp).expand(), 0)
    yield Inequality(3100, sp.chebyshevt(31, sp.Rational(26, 25)))


def false_twin_in_which_the_first_step_is_not_counted():
    """T[n] in place of T[n+1]: x[0] is a step along q already."""
    yield Equation(parts_left(1, (3, 4))[:, 0], of_polynomials(1, sp.Rational(3, 5)))


CLAIMS = (
    the_weights_are_quotients_of_chebyshev_polynomials,
    the_shipped_steps_leave_what_the_polynomials_say,
    the_polynomials_are_hyperbolic_cosines_beyond_one,
)
FALSE = (false_twin_in_which_the_first_step_is_not_counted,)
