"""Claim: a neuron of a Hopfield network is pulled by its own pattern against a known crosstalk.

M patterns of V random signs, n = V - 1; all neurons but one as in a pattern. Any other pattern adds
X, over what the right one does; own is its sign there, o the sum of n other random signs:

    classical, power 2   X = own o/n;  E X = 0, E X^2 = 1/n
    dense, power 3       X = own (3 o^2 + 1)/(3 n^2 + 1)
                         E X = 0, E X^2 = (27 n^2 - 12 n + 1)/(3 n^2 + 1)^2
    dense, power p       E X^2 about (2p - 3)!!/V^(p-1): snr/polynomial's noise of degree p - 1

What many such pulls do together is taken for normal. Of a modern network it is not
(hopfield/modern_pull, hopfield/counting).

Used by:  refmem.studies.capacity.hopfield.pull, refmem.hopfield_classical, refmem.hopfield_dense
Source:   Krotov and Hopfield 2016, arXiv:1606.01164; Demircigil et al. 2017, arXiv:1702.01929; the
          exact moments are worked out here
Method:   own and o are independent signs; moments of o are derivatives of cosh(theta)^n; then the
          shipped networks on all pairs of patterns, and the shipped moments.
"""

import itertools

import numpy as np
import sympy as sp

import refmem
from refmem.studies.capacity.hopfield import pull, rise

from ..proving.statement import Equation
from ..proving.symbols import s
from ..snr.polynomial import inverse_snr as inverse_snr_of_power
from ..snr.polynomial import p

n = sp.Symbol("n", integer=True, positive=True)
theta, o = sp.symbols("theta o", real=True)
generating_function = sp.cosh(theta) ** n

variance_classical = 1 / n
variance_cube = (27 * n**2 - 12 * n + 1) / (3 * n**2 + 1) ** 2


def average(polynomial):
    """E of a polynomial in o."""
    return sum(
        coefficient * sp.diff(generating_function, theta, power).subs(theta, 0)
        for (power,), coefficient in sp.Poly(polynomial, o).terms()
    )


def the_classical_pull_is_a_sum_of_signs():
    """D(o) = 4 o: E o^2 = n over n^2. The sign own has mean 0 and square 1."""
    ratio = average(rise(2, o) ** 2) / rise(2, n) ** 2
    yield Equation(ratio, variance_classical)


def the_cube_has_a_fourth_moment():
    """D(o) = 6 o^2 + 2, and E o^4 = 3 n^2 - 2 n."""
    yield Equation(average(rise(3, o) ** 2) / rise(3, n) ** 2, variance_cube)


def for_many_neurons_the_power_below_decides():
    """E X^2 over (2p - 3)!!/n^(p-1), which is snr/polynomial's of p - 1 at s^2 = n, tends to 1."""
    wide = sp.Symbol("n", positive=True)
    for power in (2, 3, 4):
        ratio = average(rise(power, o) ** 2) / rise(power, n) ** 2
        leading = inverse_snr_of_power.subs({p: power - 1, s: sp.sqrt(wide)})
        yield Equation(sp.Limit(sp.simplify(ratio.subs(n, wide) / leading), wide, sp.oo), 1)


def settles(network, other, **options):
    """Whether a network of four sets the first neuron of 1 1 1 1 right from -1, beside another
    pattern."""
    stored = np.array([[1, 1, 1, 1], other], float)
    return int(network(stored[:1] * [-1, 1, 1, 1], stored, **options).out[0, 0] > 0)


def the_shipped_networks_are_pulled_so():
    """refmem.hopfield_classical and refmem.hopfield_dense, n = 3, any other pattern: right exactly
    where 1 + X > 0."""
    for own, *rest in itertools.product((1, -1), repeat=4):
        for network, power, options in (
            (refmem.hopfield_classical, 2, {"synchronous": True}),
            (refmem.hopfield_dense, 3, {"power": 3}),
        ):
            x = sp.Rational(own * rise(power, sum(rest)), rise(power, 3))
            yield sp.Integer(settles(network, (own, *rest), **options) - int(bool(1 + x > 0)))


def the_shipped_moments_are_these():
    """refmem.studies.capacity.hopfield.pull at n = 7, to nine digits."""
    for shipped, derived in (
        (pull("classical", neurons=8), variance_classical),
        (pull("dense", neurons=8, power=3), variance_cube),
    ):
        exact = sp.log(derived.subs(n, 7)).evalf(20)
        yield sp.Integer(round(shipped.variance * 10**9) - round(exact * 10**9))


def false_twin_with_the_gaussian_fourth_moment():
    """Signs have E o^4 = 3 n^2 - 2 n, not 3 n^2."""
    yield Equation((27 * n**2 + 6 * n + 1) / (3 * n**2 + 1) ** 2, variance_cube)


CLAIMS = (
    the_classical_pull_is_a_sum_of_signs,
    the_cube_has_a_fourth_moment,
    for_many_neurons_the_power_below_decides,
    the_shipped_networks_are_pulled_so,
    the_shipped_moments_are_these,
)
FALSE = (false_twin_with_the_gaussian_fourth_moment,)
