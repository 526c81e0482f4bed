"""Claim: decay trades the age that can be read for the number of pairs that disturb.

A linear memory that multiplies its state by gamma (0 < gamma < 1) before each write, N pairs in it,
read with the key written m < N steps ago:

    1/SNR = (1/s^2) ((1 - gamma^(2N))/(1 - gamma^2) - gamma^(2m)) / gamma^(2m)
    N -> oo (1/s^2) (gamma^(-2m)/(1 - gamma^2) - 1)
    best    gamma^2 = m/(m + 1), where gamma^(-2m)/(1 - gamma^2) = (m + 1) (1 + 1/m)^m

so the best a decayed memory can do for age m is as good as about e (m + 1) pairs without decay.

Used by:  refmem.studies.capacity.memories.gated_delta
Source:   worked out here
Method:   a geometric sum of the powers that are left; the sign of a logarithmic derivative.
"""

import sympy as sp

from refmem.studies.capacity.memories import gated_delta

from ..proving.statement import Equation, Inequality
from ..proving.symbols import N, s
from .linear import inverse_snr as inverse_snr_of_a_pair

x = sp.Symbol("x", positive=True)  # gamma^2: what one step leaves of a pair's power
m = sp.Symbol("m", integer=True, positive=True)  # the age read at
age = sp.Symbol("a", integer=True, nonnegative=True)

inverse_snr = inverse_snr_of_a_pair * ((1 - x**N) / (1 - x) - x**m) / x**m
inverse_snr_endless = inverse_snr_of_a_pair * (x**-m / (1 - x) - 1)
best_x = m / (m + 1)


def what_is_left_is_a_geometric_sum():
    """Ages 0 to N - 1 leave x^a each; by induction on N the sum is (1 - x^N)/(1 - x)."""
    total = (1 - x**N) / (1 - x)
    yield Equation(total.subs(N, 1), 1)
    yield Equation(total.subs(N, N + 1) - total, x**N)


def noise_over_signal_is_the_closed_form():
    """All other ages make noise, x^m is left of the signal; as N grows x^N = e^(-h N) vanishes."""
    others = (1 - x**N) / (1 - x) - x**m
    yield Equation(others / x**m / s**2, inverse_snr)
    h = sp.Symbol("h", positive=True)
    faded = inverse_snr.subs(x, sp.exp(-h))
    yield Equation(sp.Limit(faded, N, sp.oo), inverse_snr_endless.subs(x, sp.exp(-h)))


def the_best_decay_is_m_over_m_plus_one():
    """The slope of ln(x^-m/(1 - x)), ((m + 1) x - m)/(x (1 - x)), turns positive at m/(m + 1)."""
    load = -m * sp.log(x) - sp.log(1 - x)
    slope = ((m + 1) * x - m) / (x * (1 - x))
    yield Equation(sp.Derivative(load, x), slope)
    yield Equation(slope.subs(x, best_x), 0)
    h = sp.Symbol("h", positive=True)
    before, after = m / (m + 1 + h), (m + h) / (m + 1 + h)
    yield Inequality(sp.factor(slope.subs(x, before)), 0)
    yield Inequality(0, sp.factor(slope.subs(x, after)))


def there_the_load_is_e_times_the_age():
    """(m + 1) (1 + 1/m)^m; divided by m + 1 it tends to e."""
    load = best_x**-m / (1 - best_x)
    yield Equation(sp.simplify(load / ((m + 1) ** (m + 1) * m**-m)), 1)
    yield Equation(sp.Limit((1 + 1 / m) ** m, m, sp.oo), sp.E)


def without_decay_every_other_pair_counts():
    """x -> 1 gives (N - 1)/s^2 for every age; here at ages 1 and 2 with N = 3."""
    for read in (1, 2):
        yield Equation(sp.Limit(inverse_snr.subs({m: read, N: 3}), x, 1), 2 / s**2)


def the_shipped_closed_form_is_this_one():
    """capacity.memories.gated_delta with beta = 0; on the unit sphere 1/s^2 is 1/d."""
    width, read, writes = sp.Symbol("d", positive=True), 2, 5
    shipped = gated_delta(writes, width, read, sp.sqrt(x), 0)
    closed = inverse_snr.subs({s: sp.sqrt(width), m: read, N: writes})
    yield Equation(shipped, closed)


def false_twin_with_amplitudes_for_powers():
    """Summing gamma^a instead of gamma^(2a)."""
    gamma = sp.sqrt(x)
    amplitudes = inverse_snr_of_a_pair * (gamma**-m / (1 - gamma) - 1)
    yield Equation(amplitudes, inverse_snr_endless)


CLAIMS = (
    what_is_left_is_a_geometric_sum,
    noise_over_signal_is_the_closed_form,
    the_best_decay_is_m_over_m_plus_one,
    there_the_load_is_e_times_the_age,
    without_decay_every_other_pair_counts,
    the_shipped_closed_form_is_this_one,
)
FALSE = (false_twin_with_amplitudes_for_powers,)
