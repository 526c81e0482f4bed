"""Claim: keys that fill few of their dimensions make a linear memory as noisy as narrower keys.

Keys normal with second moment M = diag(c) in its own axes, read with a key of typical square c in
every axis, so that s^2 = tr M:

    1/SNR = tr M^2/(tr M)^2 = 1/d_eff           per other pair
    d_eff = d if all c are equal, and never more

Used by:  refmem.studies.capacity.effective_dim
Source:   worked out here; d_eff is the participation ratio
Method:   the score is a sum over axes; its square is averaged; d tr M^2 >= (tr M)^2 by a square.
"""

import numpy as np
import sympy as sp

from refmem.studies.capacity import effective_dim

from ..proving.averages import gaussian
from ..proving.digits import same_digits
from ..proving.statement import Equation, Inequality
from ..proving.symbols import s, z

c, e = sp.symbols("c e", positive=True)
d, k = sp.symbols("d k", integer=True, positive=True)


def an_axis_adds_the_square_of_its_variance():
    """A key sqrt(c) z against a query of square c: E (sqrt(c) z sqrt(c))^2 = c^2; axes add up."""
    yield Equation(gaussian((sp.sqrt(c) * z * sp.sqrt(c)) ** 2, z), c**2)
    yield Equation(gaussian(sp.sqrt(c) * z, z), 0)


def noise_over_signal_is_the_inverse_of_the_effective_dimension():
    """tr M^2 over (tr M)^2; equal variances give 1/d, one axis alone 1."""
    axis = sp.Symbol("axis", integer=True)
    squares, whole = sp.Sum(c**2, (axis, 1, d)), sp.Sum(c, (axis, 1, d))
    yield Equation(squares / whole**2, 1 / d)
    yield Equation(c**2 / c**2, 1)


def it_is_never_more_than_the_dimension():
    """d tr M^2 - (tr M)^2 is the sum of (c_a - c_b)^2 over pairs of axes: here of two and three."""
    three = sp.symbols("c_0:3", positive=True)
    for some in (three[:2], three):
        pairs = [(x - y) ** 2 for place, x in enumerate(some) for y in some[:place]]
        yield Equation(len(some) * sum(x**2 for x in some) - sum(some) ** 2, sum(pairs))
        for square in pairs:
            yield Inequality(0, square)


def a_length_does_not_matter():
    """All variances times s^2 leave the ratio as it is."""
    yield Equation((s**4 * (c**2 + e**2)) / (s**2 * (c + e)) ** 2, (c**2 + e**2) / (c + e) ** 2)


def the_shipped_dimension_is_this():
    """refmem.studies.capacity.effective_dim of keys whose second moment is diag(1, 4, 9)."""
    variances = 1, 4, 9
    derived = sp.Rational(sum(variances) ** 2, sum(x**2 for x in variances))
    yield same_digits(effective_dim(np.diag([1, 2, 3])), derived)


def false_twin_that_counts_axes():
    """Two axes of unequal variance are fewer than two dimensions."""
    yield Equation((c + e) ** 2 / (c**2 + e**2), 2)


CLAIMS = (
    an_axis_adds_the_square_of_its_variance,
    noise_over_signal_is_the_inverse_of_the_effective_dimension,
    it_is_never_more_than_the_dimension,
    a_length_does_not_matter,
    the_shipped_dimension_is_this,
)
FALSE = (false_twin_that_counts_axes,)
