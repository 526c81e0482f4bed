"""Claim: a read is c v_i + r, and its expected noise over signal is a moment of the kernel.

    out = c v_i + r      c = kappa(k_i, k_i)      r = sum_{j != i} kappa(k_j, k_i) v_j
    1/SNR = E |r|^2 / (c^2 |v_i|^2) = (N - 1) (d_v / |v_i|^2) E kappa(k, k_i)^2 / c^2

The average is over the other pairs: keys iid, values iid standard normal; k_i and v_i are fixed.
The factor d_v / |v_i|^2 is near 1, and d_v / (d_v - 2) if v_i is averaged over as well.

Used by:  refmem.studies.capacity.log_inverse_snr, every snr_ derivation
Source:   Zhong et al. 2025, arXiv:2505.19488; N - 1 and the factor are worked out here
Method:   matrices of symbolic size, so every N, d and d_v at once; moments of one normal variable;
          then the shipped linear attention on symbols, read with a stored key.
"""

import sympy as sp

import refmem

from ..proving.averages import chi_square, gaussian
from ..proving.statement import Equation
from ..proving.symbols import N, arguments, d, z

d_v = sp.Symbol("d_v", integer=True, positive=True)
norm_v = sp.Symbol("|v_i|", positive=True)
signal, second_moment = sp.symbols("c m_2", positive=True)  # m_2 = E kappa(k, k_i)^2
inverse_snr = (N - 1) * d_v / norm_v**2 * second_moment / signal**2

others = N - 1
features, values = sp.MatrixSymbol("Phi", others, d), sp.MatrixSymbol("V", others, d_v)
feature, value = sp.MatrixSymbol("phi", 1, d), sp.MatrixSymbol("v_i", 1, d_v)


def the_read_of_a_stored_key_splits():
    """S = Phi' V + phi' v_i, so phi S = (phi phi') v_i + (phi Phi') V: signal and crosstalk."""
    state = features.T * values + feature.T * value
    crosstalk = (feature * features.T) * values
    yield Equation(sp.expand(feature * state), sp.expand((feature * feature.T) * value + crosstalk))


def values_of_different_pairs_do_not_correlate():
    """E v_j . v_l is d_v E z^2 = d_v for j = l and d_v (E z)^2 = 0 otherwise: E V V' = d_v I."""
    yield Equation(d_v * gaussian(z**2, z), d_v)
    yield Equation(d_v * gaussian(z, z) ** 2, 0)


def the_noise_is_a_sum_of_squared_kernels():
    """With w = (kappa(k_j, k_i))_j: E |r|^2 = E w (V V') w' = d_v E w w' = d_v (N - 1) m_2."""
    weights = sp.MatrixSymbol("w", 1, others)
    yield Equation(weights * (d_v * sp.Identity(others)) * weights.T, d_v * weights * weights.T)
    j = sp.Symbol("j", integer=True)
    noise = d_v * sp.Sum(second_moment, (j, 1, N - 1))
    yield Equation(noise / (signal * norm_v) ** 2, inverse_snr)


def averaging_over_the_stored_value_too_costs_two_dimensions():
    """|v_i|^2 is chi-square: E 1/|v_i|^2 = 1/(d_v - 2) for d_v > 2, written d_v = n + 2."""
    t, n = sp.symbols("t n", positive=True)
    yield Equation(chi_square(1 / t, t, n + 2), 1 / n)


def the_shipped_memory_reads_like_this():
    """refmem.linear_attention on symbols, read with its first key: (k.k) v + sum (k_j.k) v_j."""
    x = arguments(refmem.linear_attention, T=3, K=2, V=2)
    k, v = x["k"], x["v"]
    x["q"][-1] = k[0]
    read = refmem.linear_attention(**x).out[-1]
    yield Equation(read, (k[0] @ k[0]) * v[0] + (k[1] @ k[0]) * v[1] + (k[2] @ k[0]) * v[2])


def false_twin_that_counts_the_stored_pair_as_noise():
    """N in place of N - 1: off by one pair's worth of noise."""
    yield Equation(N * d_v / norm_v**2 * second_moment / signal**2, inverse_snr)


def false_twin_that_ignores_the_spread_of_the_norm():
    """E 1/|v|^2 is not 1/E |v|^2 = 1/d_v."""
    t, n = sp.symbols("t n", positive=True)
    yield Equation(chi_square(1 / t, t, n + 2), 1 / (n + 2))


CLAIMS = (
    the_read_of_a_stored_key_splits,
    values_of_different_pairs_do_not_correlate,
    the_noise_is_a_sum_of_squared_kernels,
    averaging_over_the_stored_value_too_costs_two_dimensions,
    the_shipped_memory_reads_like_this,
)
FALSE = (
    false_twin_that_counts_the_stored_pair_as_noise,
    false_twin_that_ignores_the_spread_of_the_norm,
)
