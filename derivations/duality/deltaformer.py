"""Claim: DeltaFormer is the delta rule at one end and softmax attention at the other.

    u[t] = alpha v - beta sum_{i<t} kappa1(k_i, w) u_i        o[t] = sum_{i<=t} kappa2(k_i, q) u_i

    kappa1 = kappa2 = x.y, w = k, alpha = beta     DeltaNet with step beta
    kappa1 = kappa2 = x.y                          an identity less a rank one a token: w is read,
                                                   -beta k erases, alpha v is written
    beta = 0, alpha = 1                            the attention of kappa2

Used by:  refmem.deltaformer, refmem.delta, refmem.iplr, refmem.softmax_attention
Source:   Zhong et al. 2025, arXiv:2505.19488
Method:   matrices of symbolic size; then the shipped rules on symbols.
"""

import numpy as np
import sympy as sp

import refmem

from ..proving.statement import Equation
from ..proving.symbols import arguments

past, keys, values = sp.symbols("t K V", integer=True, positive=True)
alpha, beta = sp.symbols("alpha beta", real=True)
K, U = sp.MatrixSymbol("K", past, keys), sp.MatrixSymbol("U", past, values)
k, w = sp.MatrixSymbol("k", 1, keys), sp.MatrixSymbol("w", 1, keys)
v = sp.MatrixSymbol("v", 1, values)
S = K.T * U  # what the cache amounts to under a linear kernel


def a_linear_kernel_needs_no_cache():
    """S = K'U: S + k'u = S - beta k'(w S) + alpha k'v sees the cache as S alone."""
    u = alpha * v - beta * (w * K.T) * U
    yield Equation(S + k.T * u, S - beta * k.T * (w * S) + alpha * k.T * v)


def reading_with_the_key_and_writing_with_the_same_strength_is_the_delta_rule():
    """w = k and alpha = beta: S + beta k'(v - k S)."""
    u = beta * v - beta * (k * K.T) * U
    yield Equation(S + k.T * u, S + beta * k.T * (v - k * S))


def two_strengths_are_two_values():
    """alpha v - beta k S = beta (alpha/beta v - k S): strength beta, and values alpha/beta v."""
    strength = sp.Symbol("beta", positive=True)
    one, other = alpha * v - strength * k * S, strength * (alpha / strength * v - k * S)
    yield Equation(one, other)


def linear(x, **others):
    """The shipped rule with linear kernels and no scale."""
    x = x | others
    return refmem.deltaformer(**x, kappa1="linear", kappa2="linear", scale=sp.S.One)


def the_shipped_rule_is_deltanet():
    """refmem.deltaformer with alpha = beta = refmem.delta, T = 3; and its S is K'U."""
    x = arguments(refmem.delta, T=3, K=2, V=1)
    former, net = linear(x, alpha=x["beta"]), refmem.delta(**x)
    yield Equation(former.out, net.out)
    yield Equation(former.state.key.T @ former.state.value, net.state)


def the_shipped_rule_with_a_reading_key_is_an_identity_less_a_rank_one():
    """refmem.deltaformer = refmem.iplr with a = w, b = -beta k and values alpha v, T = 3."""
    x = arguments(refmem.deltaformer, T=3, K=2, V=1)
    values = x["alpha"][:, None] * x["v"]
    plain = refmem.iplr(x["q"], x["k"], values, a=x["w"], b=-x["beta"][:, None] * x["k"])
    yield Equation(linear(x).out, plain.out)


def the_shipped_rule_without_erasing_is_attention():
    """beta = 0, alpha = 1, softmax kernels: refmem.softmax_attention with no sink, T = 2."""
    x = arguments(refmem.linear_attention, T=2, K=2, V=1)
    ones = np.array([sp.S.One] * 2)
    former = refmem.deltaformer(**x, beta=0 * ones, alpha=ones)
    yield Equation(former.out, refmem.softmax_attention(**x).out)


def false_twin_that_writes_values_whole():
    """alpha = 1 with beta: the delta rule of values v/beta, not of v."""
    x = arguments(refmem.delta, T=2, K=2, V=1)
    yield Equation(linear(x, alpha=np.array([sp.S.One] * 2)).out, refmem.delta(**x).out)


CLAIMS = (
    a_linear_kernel_needs_no_cache,
    reading_with_the_key_and_writing_with_the_same_strength_is_the_delta_rule,
    two_strengths_are_two_values,
    the_shipped_rule_is_deltanet,
    the_shipped_rule_with_a_reading_key_is_an_identity_less_a_rank_one,
    the_shipped_rule_without_erasing_is_attention,
)
FALSE = (false_twin_that_writes_values_whole,)
