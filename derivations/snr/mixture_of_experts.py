"""Claim: a mixture of E experts that routes to k of them hears the noise of k experts only.

    dense     1/SNR = (E m - 1)/(2 s^2)         about E m/(2 d), E experts of m pairs each
    routed    1/SNR = (k m - 1)/(2 s^2)         about k m/(2 d), the stored pair's expert among them

A routed pair is silent, not quiet: its weight is zero. So capacity is E m and noise that of k m.

Used by:  refmem.studies.capacity.ffn_inverse_snr
Source:   worked out here; the reading of an expert as pairs is Zhong et al. 2025, arXiv:2505.19488
Method:   count who speaks: m - 1 beside the stored pair, m in each of the k - 1 other experts.
          An active pair makes the noise of snr/relu.
Assumes:  - who is active is independent of the keys of pairs that are not read
"""

import sympy as sp

from refmem.studies.capacity.feedforward import log_ffn_inverse_snr

from ..proving.digits import same_digits
from ..proving.statement import Equation, Inequality
from ..proving.symbols import d, s
from .relu import inverse_snr as inverse_snr_of_a_pair

E, k, m = sp.symbols("E k m", integer=True, positive=True)
inverse_snr_dense = (E * m - 1) / (2 * s**2)
inverse_snr_routed = (k * m - 1) / (2 * s**2)


def the_active_pairs_are_counted():
    """(m - 1) + (k - 1) m = k m - 1 pairs disturb; each adds 1/(2 s^2)."""
    expert = sp.Symbol("e", integer=True)
    speaking = (m - 1) + sp.Sum(m, (expert, 1, k - 1))
    yield Equation(speaking, k * m - 1)
    yield Equation(speaking * inverse_snr_of_a_pair, inverse_snr_routed)


def a_random_choice_of_the_other_experts_gives_the_same_mean():
    """Of all choices of k experts with the right one, a share C(E - 2, k - 2)/C(E - 1, k - 1) has a
    given other one: (k - 1)/(E - 1), and (k - 1) m pairs on average."""
    share = sp.binomial(E - 2, k - 2) / sp.binomial(E - 1, k - 1)
    yield Equation(sp.gammasimp(share.rewrite(sp.gamma)), (k - 1) / (E - 1))


def the_short_form_is_right_to_one_pair():
    """At s^2 = d, k m/(2d) is 1/(2d) too much, and routing divides the noise by E/k."""
    usual = inverse_snr_routed.subs(s, sp.sqrt(d))
    yield Equation(k * m / (2 * d) - usual, 1 / (2 * d))
    yield Equation((E * m / (2 * d)) / (k * m / (2 * d)), E / k)
    idle = sp.Symbol("idle", integer=True, nonnegative=True)
    gain = (inverse_snr_dense - inverse_snr_routed).subs(E, k + idle)
    yield Inequality(0, gain)


def the_shipped_experts_are_these():
    """refmem.studies.capacity.feedforward.log_ffn_inverse_snr: two of four experts of five,
    and one of twenty."""
    one = log_ffn_inverse_snr("relu", width=20, dim=9)
    yield same_digits(one, sp.log(inverse_snr_dense.subs({E: 4, m: 5, s: 3})))
    found = log_ffn_inverse_snr("relu", width=5, dim=9, experts=4, active=2)
    yield same_digits(found, sp.log(inverse_snr_routed.subs({k: 2, m: 5, s: 3})))


def false_twin_with_one_speaker_an_expert():
    """k active experts are k m active pairs, not k."""
    yield Equation((k - 1) * inverse_snr_of_a_pair, inverse_snr_routed)


CLAIMS = (
    the_active_pairs_are_counted,
    a_random_choice_of_the_other_experts_gives_the_same_mean,
    the_short_form_is_right_to_one_pair,
    the_shipped_experts_are_these,
)
FALSE = (false_twin_with_one_speaker_an_expert,)
