"""Claim: a neuron of a Hopfield network is pulled by its own pattern against a known crosstalk.

M patterns of V random signs, n = V - 1; all neurons but one as in a pattern. Any other pattern adds
X, over what the right one does; own is its sign there, o the sum of n other random signs:

    classical, power 2   X = own o/n;  E X = 0, E X^2 = 1/n
    dense, power 3       X = own (3 o^2 + 1)/(3 n^2 + 1)
                         E X = 0, E X^2 = (27 n^2 - 12 n + 1)/(3 n^2 + 1)^2
    dense, power p       E X^2 about (2p - 3)!!/V^(p-1): snr/polynomial's noise of degree p - 1
    modern               X = own exp(b (o - own - (n - 1)))
                         E X   = -sinh(b) cosh(b)^n e^(b (1 - n))
                         E X^2 = cosh(2b)^(n+1) e^(2b (1 - n))

In the modern network the neuron is part of the score, and being flipped votes for itself: E X < 0.

Used by:  refmem.studies.capacity.hopfield_capacity, refmem.studies.capacity.hopfield_error
Source:   Krotov and Hopfield 2016, arXiv:1606.01164; Demircigil et al. 2017, arXiv:1702.01929; the
          exact moments are worked out here
Method:   own and o are independent signs; moments of o are derivatives of cosh(theta)^n.
"""

import sympy as sp

from ..proving.statement import Equation, Inequality
from ..proving.symbols import s
from ..snr.polynomial import inverse_snr as inverse_snr_of_power
from ..snr.polynomial import p

n = sp.Symbol("n", integer=True, positive=True)
b = sp.Symbol("b", positive=True)
theta, o = sp.symbols("theta o", real=True)
generating_function = sp.cosh(theta) ** n

variance_classical = 1 / n
variance_cube = (27 * n**2 - 12 * n + 1) / (3 * n**2 + 1) ** 2
mean_modern = -sp.sinh(b) * sp.cosh(b) ** n * sp.exp(b * (1 - n))
square_modern = sp.cosh(2 * b) ** (n + 1) * sp.exp(2 * b * (1 - n))


def average(polynomial):
    """E of a polynomial in o."""
    return sum(
        coefficient * sp.diff(generating_function, theta, power).subs(theta, 0)
        for (power,), coefficient in sp.Poly(polynomial, o).terms()
    )


def rise(power, at):
    """D(o) of F(z) = z^power."""
    return sp.expand((at + 1) ** power - (at - 1) ** power)


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


def over_own(value):
    """The average over the two signs of the other pattern."""
    return (value(1) + value(-1)) / 2


def the_modern_pull_multiplies_independent_signs():
    """E e^(b o) = cosh(b)^n and E own e^(-b own) = -sinh(b); squared, E e^(-2 b own) = cosh(2b)."""
    unit = sp.exp(b * (1 - n))
    first = over_own(lambda own: own * sp.exp(-b * own)) * generating_function.subs(theta, b) * unit
    yield Equation(first.rewrite(sp.exp), mean_modern.rewrite(sp.exp))
    square = over_own(lambda own: sp.exp(-2 * b * own)) * generating_function.subs(theta, 2 * b)
    yield Equation((square * unit**2).rewrite(sp.exp), square_modern.rewrite(sp.exp))


def the_flipped_neuron_votes_for_itself():
    """E X <= 0: every factor but the sign is positive."""
    yield Inequality(mean_modern, 0)


def false_twin_with_the_gaussian_fourth_moment():
    """Signs have E o^4 = 3 n^2 - 2 n, not 3 n^2."""
    yield Equation((27 * n**2 + 6 * n + 1) / (3 * n**2 + 1) ** 2, variance_cube)


CLAIMS = (
    the_classical_pull_is_a_sum_of_signs,
    the_cube_has_a_fourth_moment,
    for_many_neurons_the_power_below_decides,
    the_modern_pull_multiplies_independent_signs,
    the_flipped_neuron_votes_for_itself,
)
FALSE = (false_twin_with_the_gaussian_fourth_moment,)
