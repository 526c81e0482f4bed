"""Claim: how far from its limit a memory of a finite Gaussian context is.

    averaging  E |S[t] - S*|^2 = spread/t      spread = tr M tr V + |M_kv|^2,  x of mean zero
               M = E k'k, V = E v'v, M_kv = E k'v
    softmax    t E |o - o*|^2 -> exp(b C b') (tr W_v'C W_v + |b C W_v|^2 + noise)   b = q W_k'/tau

Sharp queries see few tokens: exp(b C b') of them count as one.

Used by:  refmem.studies.longcontext.average_spread, refmem.studies.longcontext.softmax_spread,
          refmem.averaged_memory, refmem.softmax_attention
Source:   worked out here (Isserlis 1918; the ratio of means is classical)
Method:   Gaussian integrals of two channels, and of one with an exponential weight.
Assumes:
    - the delta method: a ratio of means of t tokens errs, as t grows, as its linear part does
"""

import numpy as np
import sympy as sp

import refmem
from refmem.studies.longcontext.limits import average_spread

from ..proving.averages import gaussian
from ..proving.statement import Equation
from ..proving.symbols import arguments, tau, z
from .average import spread as root_of_spread
from .average import t as tokens
from .average import variance

a, b, c, s, w_v = sp.symbols("a b c s w_v", positive=True)
noise = sp.Symbol("r", positive=True)
y = sp.Symbol("y", real=True)

sharpness = sp.exp(b**2 * s**2)
spread_of_softmax = sharpness * ((w_v * s) ** 2 + (b * s**2 * w_v) ** 2 + noise)


def two_channels_that_are_correlated():
    """k = a z, v = b z + c y: E k^2 v^2 = E k^2 E v^2 + 2 (E k v)^2, so the variance of k v is
    E k^2 E v^2 + (E k v)^2. Summed over all entries of k'v: tr M tr V + |M_kv|^2."""
    kk, vv, kv = a**2, b**2 + c**2, a * b
    inner = gaussian(sp.expand((a * z) ** 2 * (b * z + c * y) ** 2), z).doit()
    mean = gaussian(sp.expand(inner), y).doit()
    yield Equation(mean, kk * vv + 2 * kv**2)
    yield Equation(mean - kv**2, kk * vv + kv**2)


def noise_in_a_value_is_its_variance():
    """v = b z + e: E v^2 gains r in every one of V channels, and E k v nothing."""
    yield Equation(gaussian(sp.expand((b * z) ** 2 + noise), z), b**2 + noise)
    yield Equation(gaussian(a * z, z), 0)


def averaging_divides_it_by_the_tokens():
    """long_context/average, whose sigma^2 is the spread."""
    total = sp.Symbol("total", positive=True)
    yield Equation(variance.subs(root_of_spread, sp.sqrt(total)) * tokens, total)


def the_shipped_spread_is_this_sum():
    """longcontext.average_spread, D = K = V = 1: k = w_k x, v = w_v x + e, E x^2 = c."""
    w_k = sp.Symbol("w_k", positive=True)
    one = [np.array([[entry]]) for entry in (w_k, w_v, c)]
    kk, vv, kv = w_k**2 * c, w_v**2 * c + noise, w_k * c * w_v
    yield Equation(average_spread(*one, noise), kk * vv + kv**2)


def a_ratio_errs_as_its_linear_part():
    """o = mean(u v)/mean(u): its part linear in the means' errors is mean(u (v - o*))/E u."""
    above, below, o, t = sp.symbols("A B o t", positive=True)
    ratio = (above + t * sp.Symbol("da")) / (below + t * sp.Symbol("db"))
    linear = sp.diff(ratio, t).subs(t, 0).subs(above, o * below)
    yield Equation(linear, (sp.Symbol("da") - o * sp.Symbol("db")) / below)


def weights_of_a_sharp_query_spread():
    """u = e^(b x), x = s z: E u^2/(E u)^2 = e^(b^2 s^2)."""
    square, mean = (gaussian(sp.exp(n * b * s * z), z).doit() for n in (2, 1))
    yield Equation(square / mean**2, sharpness)


def what_is_left_of_the_values():
    """E u^2 (v - o*)^2/(E u)^2 with v = w_v x + e and o* = w_v b s^2: under the weight u^2 x has
    the mean 2 b s^2 and the variance s^2."""
    value = sp.expand((w_v * s * z - w_v * b * s**2) ** 2 + noise)
    above = gaussian(value * sp.exp(2 * b * s * z), z).doit()
    below = gaussian(sp.exp(b * s * z), z).doit() ** 2
    yield Equation(sp.expand(above / below), sp.expand(spread_of_softmax))


def the_shipped_rule_is_that_ratio():
    """refmem.softmax_attention of two tokens, scale 1/tau, with weights u = e^(k.q/tau)."""
    x = arguments(refmem.linear_attention, T=2, K=1, V=1)
    u = [sp.exp(key * x["q"][1, 0] / tau) for key in x["k"][:, 0]]
    out = refmem.softmax_attention(**x, scale=1 / tau).out[1, 0]
    yield Equation(out * sum(u), sum(n * v for n, v in zip(u, x["v"][:, 0], strict=True)))


def false_twin_that_forgets_the_tilt():
    """Without |b C W_v|^2: the squared weight tilts twice as far as the limit."""
    yield Equation(spread_of_softmax, sharpness * ((w_v * s) ** 2 + noise))


CLAIMS = (
    two_channels_that_are_correlated,
    noise_in_a_value_is_its_variance,
    averaging_divides_it_by_the_tokens,
    the_shipped_spread_is_this_sum,
    a_ratio_errs_as_its_linear_part,
    weights_of_a_sharp_query_spread,
    what_is_left_of_the_values,
    the_shipped_rule_is_that_ratio,
)
FALSE = (false_twin_that_forgets_the_tilt,)
