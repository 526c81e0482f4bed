"""Claim: the parallel form is, for the rules everyone knows, the equation everyone knows.

    linear attention    out = tril(Q K') V
    scalar decay        out = (tril(Q K') * D) V                D[i, j] = alpha[j+1] ... alpha[i]
    retention           the same with D[i, j] = gamma^(i - j)
    GLA                 out[i] = sum_j (sum_c q[i, c] D_c[i, j] k[j, c]) v[j]    D_c by channel c
    delta               C = (I + M diag(beta))^-1 V,  out = (Q K')_lower diag(beta) C
    gated delta, KDA    the same with every score times D, or decayed channel by channel

M are the strictly lower scores of K with K. U = diag(beta) C is the U of forms/delta_parallel.

Used by:  refmem.linear_attention, refmem.scalar_decay, refmem.retention, refmem.gla, refmem.delta,
          refmem.gated_delta, refmem.kda
Source:   arXiv:2307.08621, arXiv:2312.06635, arXiv:2412.06464, arXiv:2510.26692
Method:   forms/parallel has the proof for every T; here each equation is written out with SymPy's
          own matrices for T = 3 and compared with the shipped rule, from an empty memory.
"""

import numpy as np
import sympy as sp

import refmem

from ..proving.statement import Equation
from ..proving.symbols import arguments

T, K = 3, 2


def decayed_scores(one, other, factors=None, strict=False):
    """Entry (i, j): sum_c one[i, c] (prod of factors[m, c] over j < m <= i) other[j, c]."""

    def entry(i, j):
        if j > i - strict:
            return 0
        spans = [sp.prod(factors[j + 1 : i + 1, c]) if factors is not None else 1 for c in range(K)]
        return sum(one[i, c] * spans[c] * other[j, c] for c in range(K))

    return sp.Matrix(T, T, entry)


def inputs(rule):
    return arguments(rule, T=T, K=K, V=1)


def every_channel(alpha):
    return np.stack([alpha] * K, axis=-1)


def hebbian(x, factors=None):
    return decayed_scores(x["q"], x["k"], factors) * sp.Matrix(x["v"])


def corrected(x, factors=None):
    """(Q K')_lower diag(beta) (I + M diag(beta))^-1 V."""
    strengths = sp.diag(*x["beta"])
    M = decayed_scores(x["k"], x["k"], factors, strict=True)
    C = (sp.eye(T) + M * strengths).inv() * sp.Matrix(x["v"])
    return decayed_scores(x["q"], x["k"], factors) * strengths * C


def adding_pairs_is_masked_attention_without_its_softmax():
    """out = tril(Q K') V."""
    x = inputs(refmem.linear_attention)
    yield Equation(refmem.linear_attention(**x).out, hebbian(x).__array__())


def forgetting_multiplies_the_scores():
    """out = (tril(Q K') * D) V: scalar decay, and retention with gamma^(i - j)."""
    x = inputs(refmem.scalar_decay)
    out = hebbian(x, every_channel(x["alpha"]))
    yield Equation(refmem.scalar_decay(**x).out, out.__array__())
    x = inputs(refmem.retention)
    gamma = x["gamma"].item()
    powers = sp.Matrix(T, T, lambda i, j: gamma ** (i - j) if j <= i else 0)
    scores = decayed_scores(x["q"], x["k"]).multiply_elementwise(powers)
    yield Equation(refmem.retention(**x).out, (scores * sp.Matrix(x["v"])).__array__())


def forgetting_by_channel_reaches_inside_the_scores():
    """GLA: the products stand inside the sum over key channels."""
    x = inputs(refmem.gla)
    yield Equation(refmem.gla(**x).out, hebbian(x, x["alpha"]).__array__())


def correcting_is_a_triangular_solve():
    """Delta, gated delta, KDA: one solve, its scores decayed by nothing, head or channel."""
    x = inputs(refmem.delta)
    yield Equation(refmem.delta(**x).out, corrected(x).__array__())
    x = inputs(refmem.gated_delta)
    out = corrected(x, every_channel(x["alpha"]))
    yield Equation(refmem.gated_delta(**x).out, out.__array__())
    x = inputs(refmem.kda)
    yield Equation(refmem.kda(**x).out, corrected(x, x["alpha"]).__array__())


def the_two_ways_to_place_the_strengths_are_one():
    """B (I + M B) = (I + B M) B: if (I + M B) C = V then U = B C solves (I + B M) U = B V."""
    n = sp.Symbol("T", integer=True, positive=True)
    M, B = sp.MatrixSymbol("M", n, n), sp.DiagMatrix(sp.MatrixSymbol("beta", n, 1))
    one = sp.Identity(n)
    yield Equation(B * (one + M * B), (one + B * M) * B)


def false_twin_that_decays_a_value_by_its_own_factor():
    """Products over j <= m <= i: a token's write would already be forgotten in part."""
    x = inputs(refmem.scalar_decay)
    factors = every_channel(x["alpha"])
    late = x | {"v": x["v"] * x["alpha"][:, None]}
    yield Equation(refmem.scalar_decay(**x).out, hebbian(late, factors).__array__())


CLAIMS = (
    adding_pairs_is_masked_attention_without_its_softmax,
    forgetting_multiplies_the_scores,
    forgetting_by_channel_reaches_inside_the_scores,
    correcting_is_a_triangular_solve,
    the_two_ways_to_place_the_strengths_are_one,
)
FALSE = (false_twin_that_decays_a_value_by_its_own_factor,)
