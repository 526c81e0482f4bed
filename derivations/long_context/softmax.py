"""Claim: softmax attention over an endless Gaussian context is an affine function of its query.

    x Gaussian with mean mu and covariance C (Sigma),  k = x W_k,  v = x W_v,  scale 1/tau
    out -> E[v exp(k.q/tau)]/E[exp(k.q/tau)] = (mu + b C) W_v        b = q W_k'/tau

The exponential tilts the context: it moves the mean of a Gaussian by b C and leaves its shape. All
that an endless context can tell a query is mu and C.

Used by:  refmem.softmax_attention, refmem.studies.longcontext.softmax_limit
Source:   worked out here; Zhong et al. 2025, arXiv:2505.19488, for the question
Method:   Gaussian integrals in one coordinate; independent coordinates z of x = mu + z L; the
          shipped rule is the ratio of two means.
Assumes:
    - the law of large numbers: means over tokens tend to expectations
"""

import numpy as np
import sympy as sp

import refmem

from ..proving.averages import gaussian
from ..proving.statement import Equation
from ..proving.symbols import arguments, tau, z

D, keys, values = sp.symbols("D K V", integer=True, positive=True)
b, c = sp.symbols("b c", real=True)
mu, q = sp.MatrixSymbol("mu", 1, D), sp.MatrixSymbol("q", 1, keys)
L, W_k = sp.MatrixSymbol("L", D, D), sp.MatrixSymbol("W_k", D, keys)
W_v = sp.MatrixSymbol("W_v", D, values)

one_width = sp.symbols("w_k w_v q m s", real=True)


def affine_read(w_k, w_v, query, mean, variance):
    """The limit of the read for one channel: (mean + b variance) w_v."""
    return (mean + query * w_k / tau * variance) * w_v


def an_exponential_moves_a_standard_normal_by_its_slope():
    """E z e^(b z) = b E e^(b z), with E e^(b z) = e^(b^2/2)."""
    yield Equation(gaussian(sp.exp(b * z), z), sp.exp(b**2 / 2))
    yield Equation(gaussian(z * sp.exp(b * z), z), b * sp.exp(b**2 / 2))


def and_leaves_its_spread():
    """E z^2 e^(b z)/E e^(b z) - b^2 = 1: only the mean has moved."""
    yield Equation(gaussian(z**2 * sp.exp(b * z), z) / sp.exp(b**2 / 2) - b**2, 1)


def other_coordinates_cancel():
    """E z_1 e^(b z_1 + c z_2) / E e^(b z_1 + c z_2) = b: the factor of z_2 is above and below."""
    other = gaussian(sp.exp(c * z), z)
    above, below = gaussian(z * sp.exp(b * z), z) * other, gaussian(sp.exp(b * z), z) * other
    yield Equation(above.doit(), b * below.doit())


def all_coordinates_move_the_mean_by_the_covariance():
    """x = mu + z L with C = L'L: b x' = b mu' + (b L') z', so z moves by b L' and x by b L'L."""
    slope = q * W_k.T / tau
    x_by = sp.MatrixSymbol("z", 1, D)
    yield Equation(slope * (mu + x_by * L).T, slope * mu.T + slope * L.T * x_by.T)
    yield Equation((mu + (slope * L.T) * L) * W_v, mu * W_v + slope * (L.T * L) * W_v)


def one_channel_written_out():
    """x = m + s z: E w_v x e^(b x) = (m + b s^2) w_v E e^(b x), b = q w_k/tau."""
    w_k, w_v, query, m, s = one_width
    tilt = query * w_k / tau
    x = m + s * z
    weight = sp.exp(tilt * s * z)  # e^(b m) stands above and below
    below = sp.exp((tilt * s) ** 2 / 2)
    yield Equation(gaussian(weight, z), below)
    above = gaussian(sp.expand(w_v * x) * weight, z)
    yield Equation(above, affine_read(w_k, w_v, query, m, s**2) * below)


def the_shipped_rule_is_a_ratio_of_means():
    """refmem.softmax_attention of the last of three tokens, scale 1/tau: sum v e^(k.q/tau) over
    sum e^(k.q/tau), both of which may be divided by three."""
    x = arguments(refmem.linear_attention, T=3, K=1, V=1)
    weights = [sp.exp(key * x["q"][2, 0] / tau) for key in x["k"][:, 0]]
    above = sum(w * v for w, v in zip(weights, x["v"][:, 0], strict=True)) / 3
    out = refmem.softmax_attention(**x, scale=1 / tau).out[2, 0]
    yield Equation(out * (sum(weights) / 3), above)


def a_shipped_context_without_spread_answers_its_mean():
    """Three tokens that are all mu: C = 0, and refmem.softmax_attention answers mu W_v."""
    x = arguments(refmem.linear_attention, T=1, K=1, V=1)
    same = {name: np.repeat(value, 3, 0) for name, value in x.items()}
    yield Equation(refmem.softmax_attention(**same).out, same["v"])


def false_twin_with_the_spread_for_the_variance():
    """mu + b s: the tilt is by the variance."""
    s = one_width[-1]
    weight = sp.exp(b * s * z)
    yield Equation(gaussian(s * z * weight, z) / sp.exp((b * s) ** 2 / 2), b * s)


CLAIMS = (
    an_exponential_moves_a_standard_normal_by_its_slope,
    and_leaves_its_spread,
    other_coordinates_cancel,
    all_coordinates_move_the_mean_by_the_covariance,
    one_channel_written_out,
    the_shipped_rule_is_a_ratio_of_means,
    a_shipped_context_without_spread_answers_its_mean,
)
FALSE = (false_twin_with_the_spread_for_the_variance,)
