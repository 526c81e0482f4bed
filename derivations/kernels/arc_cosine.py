"""Claim: infinitely many random step or ReLU features are the arc-cosine kernels.

w standard normal in d dimensions, theta in [0, pi] the angle between x and y:

    order 0   E [w.x > 0] [w.y > 0]      = (pi - theta)/(2 pi)
    order 1   E ReLU(w.x) ReLU(w.y)      = |x| |y| (sin theta + (pi - theta) cos theta)/(2 pi)

So a wide random ReLU layer compares keys almost linearly: order 1 falls from 1/2 to 0 as the angle
opens, and never as sharply as an exponential.

Used by:  refmem.functions.kernels, kernels/hermite_activations
Source:   Cho and Saul 2009, Kernel Methods for Deep Learning
Method:   only the plane of x and y matters (snr/gaussian_keys); in its polar coordinates both are
          positive on a sector of angle pi - theta, and radius and angle separate.
"""

import numpy as np
import sympy as sp

from refmem.functions import kernels

from ..proving.digits import same_digits
from ..proving.statement import Equation, Inequality

theta = sp.Symbol("theta", positive=True)
phi = sp.Symbol("phi", real=True)  # the angle of w in the plane, x at 0 and y at theta
r = sp.Symbol("r", positive=True)  # its length there
order_0 = (sp.pi - theta) / (2 * sp.pi)
order_1 = (sp.sin(theta) + (sp.pi - theta) * sp.cos(theta)) / (2 * sp.pi)


def over_the_sector(radial, angular):
    """The average of radial(r) angular(phi) where both scores are positive."""
    length = sp.Integral(radial * r * sp.exp(-(r**2) / 2), (r, 0, sp.oo))
    sector = sp.Integral(angular / (2 * sp.pi), (phi, theta - sp.pi / 2, sp.pi / 2))
    return length * sector


def the_gaussian_separates_in_polar_coordinates():
    """dw_1 dw_2 = r dr dphi, and the density sees r only; all of the plane has weight 1."""
    place = sp.Matrix([r * sp.cos(phi), r * sp.sin(phi)])
    yield Equation(place.jacobian([r, phi]).det(), r)
    yield Equation(place.dot(place), r**2)
    length = sp.Integral(r * sp.exp(-(r**2) / 2), (r, 0, sp.oo))
    yield Equation(length * sp.Integral(1 / (2 * sp.pi), (phi, -sp.pi, sp.pi)), 1)


def the_sector_is_where_both_cosines_are_positive():
    """cos(phi) > 0 up to pi/2, cos(phi - theta) > 0 from theta - pi/2: both vanish at the ends."""
    yield Equation(sp.cos(phi).subs(phi, sp.pi / 2), 0)
    yield Equation(sp.cos(phi - theta).subs(phi, theta - sp.pi / 2), 0)


def order_zero_is_the_size_of_the_sector():
    """(pi/2 - (theta - pi/2))/(2 pi)."""
    yield Equation(over_the_sector(sp.Integer(1), sp.Integer(1)), order_0)


def order_one_weighs_it_with_both_scores():
    """w.x = |x| r cos(phi), w.y = |y| r cos(phi - theta); E r^2 = 2 in the plane."""
    yield Equation(over_the_sector(r**2, sp.cos(phi) * sp.cos(phi - theta)), order_1)


def order_one_falls_from_a_half_to_nothing():
    """Half of |x|^2 at theta = 0, 0 at pi; the slope is -(pi - theta) sin(theta)/(2 pi)."""
    yield Equation(order_1.subs(theta, 0), sp.S.Half)
    yield Equation(order_1.subs(theta, sp.pi), 0)
    yield Equation(sp.Derivative(order_1, theta), -order_0 * sp.sin(theta))
    left, sine = sp.symbols("left sine", nonnegative=True)  # pi - theta and sin(theta)
    yield Inequality(-left * sine / (2 * sp.pi), 0)


def the_shipped_kernels_are_twice_these():
    """refmem.functions.kernels.arc_cosine on the cosine 3/5."""
    at = sp.acos(sp.Rational(3, 5))
    for order, derived in ((0, order_0), (1, order_1)):
        shipped = kernels.arc_cosine(order).weight(np.array([0 + 3 / 5]))[0]
        yield same_digits(float(shipped), 2 * derived.subs(theta, at))


def false_twin_over_the_whole_angle():
    """theta/(2 pi) is the chance that the signs differ one way, not that both are positive."""
    yield Equation(over_the_sector(sp.Integer(1), sp.Integer(1)), theta / (2 * sp.pi))


CLAIMS = (
    the_gaussian_separates_in_polar_coordinates,
    the_sector_is_where_both_cosines_are_positive,
    order_zero_is_the_size_of_the_sector,
    order_one_weighs_it_with_both_scores,
    order_one_falls_from_a_half_to_nothing,
    the_shipped_kernels_are_twice_these,
)
FALSE = (false_twin_over_the_whole_angle,)
