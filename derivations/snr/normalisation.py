"""Claim: a normaliser changes neither the ratio of noise to signal nor its average.

    out / Z = (c / Z) v_i + r / Z          |r / Z|^2 / ((c / Z)^2 |v_i|^2) = |r|^2 / (c^2 |v_i|^2)

Z may be anything that divides the whole read: softmax's sum of exponentials, a running count, a
norm. The identity holds for every single draw, so also on average, whatever Z depends on.

Used by:  refmem.studies.capacity.log_inverse_snr (softmax has the formula of the exponential)
Source:   worked out here; stated in Zhong et al. 2025, arXiv:2505.19488, without proof
Method:   matrices of symbolic size for the split; then scalars; then softmax written out.
"""

import numpy as np
import sympy as sp

from refmem.studies.capacity import measure

from ..proving.statement import Equation
from ..proving.symbols import tau

pairs, width = sp.symbols("n d_v", integer=True, positive=True)
Z, c = sp.symbols("Z c", positive=True)


def the_normaliser_divides_signal_and_noise_alike():
    """(c v_i + w V)/Z = (c/Z) v_i + (w/Z) V for any number of other pairs and any width."""
    weights, values = sp.MatrixSymbol("w", 1, pairs), sp.MatrixSymbol("V", pairs, width)
    value = sp.MatrixSymbol("v_i", 1, width)
    read = (c * value + weights * values) / Z
    yield Equation(sp.expand(read), c / Z * value + (weights / Z) * values)


def so_it_leaves_the_ratio():
    """|r/Z|^2 / ((c/Z)^2 |v|^2): both carry 1/Z^2."""
    noise, value = sp.symbols("|r|^2 |v_i|^2", positive=True)
    yield Equation((noise / Z**2) / ((c / Z) ** 2 * value), noise / (c**2 * value))


def softmax_is_the_exponential_kernel():
    """With weights e^(x_j/tau)/sum, |w_j/w_i|^2 is that of the bare exponentials; also shifted."""
    scores = sp.symbols("x_1:4", real=True)
    shift = sp.Symbol("max", real=True)
    bare = [sp.exp(x / tau) for x in scores]
    softmax = [
        sp.exp((x - shift) / tau) / sum(sp.exp((y - shift) / tau) for y in scores) for x in scores
    ]
    for j in (1, 2):
        yield Equation((softmax[j] / softmax[0]) ** 2, (bare[j] / bare[0]) ** 2)


def the_shipped_softmax_is_as_loud_as_the_exponential():
    """refmem.studies.capacity.measure of the same keys and values, read with either kernel."""
    keys, values = np.array([[2, 0], [1, 1], [0, 2]]), np.array([[1], [2], [-1]])
    plain, normalised = (
        measure(keys, values, kernel=kernel, tau=1).mean for kernel in ("exp", "softmax")
    )
    yield Equation(sp.Integer(round(plain * 10**9)), sp.Integer(round(normalised * 10**9)))


def false_twin_that_normalises_the_noise_only():
    """Dividing r but not c v_i changes the ratio by 1/Z^2."""
    noise, value = sp.symbols("|r|^2 |v_i|^2", positive=True)
    yield Equation((noise / Z**2) / (c**2 * value), noise / (c**2 * value))


CLAIMS = (
    the_normaliser_divides_signal_and_noise_alike,
    so_it_leaves_the_ratio,
    softmax_is_the_exponential_kernel,
    the_shipped_softmax_is_as_loud_as_the_exponential,
)
FALSE = (false_twin_that_normalises_the_noise_only,)
