"""Claim: if values share a mean, the crosstalk of a positive kernel grows as N^2, not as N.

v_j = mu + noise_j, noise standard normal in d_v dimensions, n = N - 1 other pairs, weights
w_j = kappa(k_j, k_i) iid with moments m_1 and m_2:

    E |r|^2 = n (d_v + |mu|^2) m_2 + n (n - 1) |mu|^2 m_1^2

A kernel with m_1 = 0 (linear, odd powers) keeps the order N. The exponential has m_1 > 0, so the
common mean piles up coherently and every read is pulled to mu. Subtract mu from the values.

Used by:  refmem.studies.capacity.log_inverse_snr
Source:   worked out here
Method:   |r|^2 splits into pairs of equal and of different indices; values and weights are
          independent, so each kind has one mean and the kinds are counted.
"""

import sympy as sp

from refmem.studies.capacity import Values, log_inverse_snr

from ..proving.averages import gaussian
from ..proving.digits import same_digits
from ..proving.statement import Equation
from ..proving.symbols import s, tau, z

n, d_v = sp.symbols("n d_v", integer=True, positive=True)
mu, m_1, m_2 = sp.symbols("mu m_1 m_2", positive=True)  # mu is |mu|, all of it in one coordinate
other = sp.Symbol("z'", real=True)
noise_power = n * (d_v + mu**2) * m_2 + n * (n - 1) * mu**2 * m_1**2


def equal_indices_meet_the_whole_length():
    """E v_j . v_j = d_v + |mu|^2: (mu + z)^2 in the coordinate of mu, z^2 in the d_v - 1 others."""
    yield Equation(gaussian((mu + z) ** 2, z) + (d_v - 1) * gaussian(z**2, z), d_v + mu**2)


def different_indices_meet_in_the_mean():
    """E v_j . v_l = |mu|^2 for j != l: what is common to all values does not average out."""
    first = gaussian(gaussian((mu + z) * (mu + other), z), other)
    rest = gaussian(gaussian(z * other, z), other)
    yield Equation(first + (d_v - 1) * rest, mu**2)


def counting_both_kinds_gives_the_claim():
    """n equal pairs weigh m_2 each; n^2 - n different ones m_1^2 each."""
    j, l = sp.symbols("j l", integer=True)  # noqa: E741 (the indices of the double sum)
    equal = sp.Sum(m_2 * (d_v + mu**2), (j, 1, n))
    different = sp.Sum(m_1**2 * mu**2, (j, 1, n), (l, 1, n)) - sp.Sum(m_1**2 * mu**2, (j, 1, n))
    yield Equation(equal + different, noise_power)


def the_kernel_decides_the_order():
    """m_1 is E s z = 0 for the linear kernel and exp(s^2/(2 tau^2)) for the exponential."""
    yield Equation(gaussian(s * z, z), 0)
    yield Equation(gaussian(sp.exp(s * z / tau), z), sp.exp(s**2 / (2 * tau**2)))
    yield Equation(sp.Limit(noise_power.subs(m_1, 0) / n, n, sp.oo), m_2 * (d_v + mu**2))
    yield Equation(sp.Limit(noise_power / n**2, n, sp.oo), mu**2 * m_1**2)


def centred_values_bring_the_order_back():
    """mu = 0: n d_v m_2, the noise of snr/decomposition."""
    yield Equation(noise_power.subs(mu, 0), n * d_v * m_2)


def the_shipped_noise_is_this():
    """refmem.studies.capacity.log_inverse_snr of exp, values of mean (1, 2), s = 3, tau = 2."""
    at = {
        n: 4,
        d_v: 2,
        mu: sp.sqrt(5),
        m_1: sp.exp(s**2 / (2 * tau**2)),
        m_2: sp.exp(2 * s**2 / tau**2),
    }
    signal = sp.exp(2 * s**2 / tau) * 7  # E |v|^2 = 2 + 5
    found = log_inverse_snr("exp", pairs=5, dim=9, tau=2, values=Values(2, mean=[1, 2]))
    yield same_digits(found, sp.log((noise_power.subs(at) / signal).subs({s: 3, tau: 2})))


def false_twin_that_adds_powers_as_if_independent():
    """n (d_v + |mu|^2) m_2 leaves out the coherent part."""
    yield Equation(noise_power, n * (d_v + mu**2) * m_2)


CLAIMS = (
    equal_indices_meet_the_whole_length,
    different_indices_meet_in_the_mean,
    counting_both_kinds_gives_the_claim,
    the_kernel_decides_the_order,
    centred_values_bring_the_order_back,
    the_shipped_noise_is_this,
)
FALSE = (false_twin_that_adds_powers_as_if_independent,)
