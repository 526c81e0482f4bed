"""Claim: the kernel (x . y)^p pays (2p - 1)!! for the power s^(-2p) that it gains.

    1/SNR = (2p - 1)!! / s^(2p)        per other stored pair, p = 1, 2, 3, ...

The memory grows to d^p entries (or C(d + p - 1, p), kernels/symmetric_power), and holds about
d^p / (2p - 1)!! pairs: the double factorial is the price of heavy tails.

Used by:  refmem.studies.capacity.gaussian.polynomial
Source:   worked out here
Method:   integration by parts gives E z^(2p) = (2p - 1) E z^(2p - 2) for every p; the double
          factorial obeys the same recurrence from the same start.
"""

import sympy as sp

from refmem.studies.capacity.gaussian import polynomial

from ..proving.averages import gaussian, noise_over_signal, shipped
from ..proving.statement import Equation
from ..proving.symbols import s, z

p = sp.Symbol("p", integer=True, positive=True)
inverse_snr = sp.factorial2(2 * p - 1) / s ** (2 * p)


def kernel(score):
    return score**p


def integration_by_parts_lowers_the_moment_by_two():
    """(z^(2p-1) e^(-z^2/2))' = ((2p-1) z^(2p-2) - z^(2p)) e^(-z^2/2), and 0 at both ends."""
    bell = sp.exp(-(z**2) / 2)
    whole = sp.Derivative(z ** (2 * p - 1) * bell, z)
    yield Equation(whole, (2 * p - 1) * z ** (2 * p - 2) * bell - z ** (2 * p) * bell)
    yield Equation(gaussian(z ** (2 * p), z), (2 * p - 1) * gaussian(z ** (2 * p - 2), z))


def the_double_factorial_obeys_the_same_recurrence():
    """(2p - 1)!! = (2p - 1) (2p - 3)!! and both start at 1, which is E z^0."""
    lowered = (2 * p - 1) * sp.factorial2(2 * p - 3)
    yield Equation(sp.factorial2(2 * p - 1).rewrite(sp.gamma), lowered.rewrite(sp.gamma))
    yield Equation(sp.Subs(sp.factorial2(2 * p - 3), p, 1), gaussian(sp.Integer(1), z))


def noise_over_signal_is_the_closed_form():
    """The noise is s^(2p) (2p - 1)!!, the squared signal s^(4p)."""
    yield Equation(noise_over_signal(kernel), inverse_snr.rewrite(sp.gamma))


def the_first_powers_are_familiar():
    """1/s^2 for the linear kernel, 3/s^4 for the square, 15/s^6 for the cube."""
    for power, numerator in ((1, 1), (2, 3), (3, 15)):
        yield Equation(sp.Subs(inverse_snr, p, power), numerator / s ** (2 * power))


def the_shipped_closed_form_is_this_one():
    """refmem.studies.capacity.gaussian.polynomial on symbols, degrees 1 to 5."""
    for power in range(1, 6):
        yield Equation(shipped(polynomial(power, s**2, 1)), sp.Subs(inverse_snr, p, power))


def false_twin_with_the_next_double_factorial():
    """(2p + 1)!! is the moment of order 2p + 2."""
    yield Equation(noise_over_signal(lambda score: score**2), sp.factorial2(5) / s**4)


CLAIMS = (
    integration_by_parts_lowers_the_moment_by_two,
    the_double_factorial_obeys_the_same_recurrence,
    noise_over_signal_is_the_closed_form,
    the_first_powers_are_familiar,
    the_shipped_closed_form_is_this_one,
)
FALSE = (false_twin_with_the_next_double_factorial,)
