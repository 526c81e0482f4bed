"""Claim: splitting a fixed width into heads costs the exponential kernel exponentially.

A total width D is split into h heads of width D/h, each with s^2 = D/h, n other pairs in each.

    each head on its own      linear  n h/D            exponential, tau = 2    n exp(-D/(2h))
    h heads agree on a value  linear  n/D              exponential             n exp(-D/(2h))/h
    pairs shared out, n/h     linear  n/D              exponential             (n/h) exp(-D/(2h))

"Agree" means that all heads store the same values under independent keys and their reads are added.
Linear heads lose nothing if they agree or share; exponential heads lose exp(D/2 (1 - 1/h)) and
regain only a factor h. Heads buy different queries, not capacity.

Used by:  refmem.studies.capacity.heads_inverse_snr
Source:   worked out here
Method:   the closed forms at width D/h; sums of independent reads; a derivative for monotony.
"""

import sympy as sp

from refmem.studies.capacity import heads_inverse_snr

from ..proving.digits import same_digits
from ..proving.statement import Equation, Inequality
from ..proving.symbols import s
from .linear import inverse_snr as inverse_snr_linear
from .temperature import inverse_snr as inverse_snr_exponential

D, n, h = sp.symbols("D n h", positive=True)
one_head = {s: sp.sqrt(D / h)}
inverse_snr_heads_linear = n * h / D
inverse_snr_heads_exponential = n * sp.exp(-D / (2 * h))
inverse_snr_agreeing_linear = n / D
inverse_snr_agreeing_exponential = n / h * sp.exp(-D / (2 * h))


def a_head_has_the_closed_form_of_its_own_width():
    """s^2 = D/h in 1/s^2 and in exp(-s^2/2), for n other pairs. Stacking heads keeps the ratio."""
    yield Equation(n * inverse_snr_linear.subs(one_head), inverse_snr_heads_linear)
    yield Equation(n * inverse_snr_exponential.subs(one_head), inverse_snr_heads_exponential)
    noise, signal = sp.symbols("noise signal", positive=True)
    yield Equation((h * noise) / (h * signal), noise / signal)


def agreeing_heads_divide_the_noise_by_their_number():
    """Signals add to h c, squared h^2 c^2; independent noises add to h |r|^2: a factor 1/h."""
    noise, c = sp.symbols("noise c", positive=True)
    yield Equation(h * noise / (h * c) ** 2, noise / c**2 / h)
    yield Equation(inverse_snr_heads_linear / h, inverse_snr_agreeing_linear)
    yield Equation(inverse_snr_heads_exponential / h, inverse_snr_agreeing_exponential)


def sharing_the_pairs_out_does_the_same():
    """n/h pairs a head: the noise of each head falls by h."""
    yield Equation(inverse_snr_heads_linear.subs(n, n / h), inverse_snr_agreeing_linear)
    yield Equation(inverse_snr_heads_exponential.subs(n, n / h), inverse_snr_agreeing_exponential)


def one_wide_exponential_head_beats_agreeing_ones():
    """d/dh of ln(exp(-D/(2h))/h) = (D - 2h)/(2 h^2): more noise for every head up to h = D/2."""
    yield Equation(sp.Derivative(-D / (2 * h) - sp.log(h), h), (D - 2 * h) / (2 * h**2))
    wide = sp.Symbol("w", nonnegative=True)  # D = 2 h + w: heads at least two wide
    yield Inequality(0, ((D - 2 * h) / (2 * h**2)).subs(D, 2 * h + wide))
    loss = inverse_snr_heads_exponential / inverse_snr_heads_exponential.subs(h, 1)
    yield Equation(loss, sp.exp(D / 2 * (1 - 1 / h)))


def the_shipped_heads_are_these():
    """refmem.studies.capacity.heads_inverse_snr: 9 pairs in 4 heads of 6, alone and agreeing."""
    at = {D: 24, h: 4, n: 8}
    for arrangement, derived in (
        ("alone", inverse_snr_heads_linear),
        ("agree", inverse_snr_agreeing_linear),
    ):
        given = {"pairs": 9, "width": 24, "heads": 4, "arrangement": arrangement}
        yield same_digits(heads_inverse_snr("linear", **given), derived.subs(at))


def false_twin_with_noises_that_add_in_phase():
    """If the heads shared their keys the noises would add to h^2 |r|^2 and nothing be gained."""
    noise, c = sp.symbols("noise c", positive=True)
    yield Equation(h**2 * noise / (h * c) ** 2, noise / c**2 / h)


CLAIMS = (
    a_head_has_the_closed_form_of_its_own_width,
    agreeing_heads_divide_the_noise_by_their_number,
    sharing_the_pairs_out_does_the_same,
    one_wide_exponential_head_beats_agreeing_ones,
    the_shipped_heads_are_these,
)
FALSE = (false_twin_with_noises_that_add_in_phase,)
