"""Claim: a normaliser is one more value column of ones.

    [S, z][t] = A [S, z][t-1] + phi(k)' [v, 1]      z[t] = A z[t-1] + phi(k)'
    q [S, z] = [q S, q z]         o = (q S)/(q z) = sum_j w_j v_j,  the w_j adding up to 1

This is also the exact form of softmax attention: with phi a feature map of exp, two states and no
row of scores. Dividing by t instead of q z gives averaged_memory, which is another rule.

Used by:  refmem.normalized_linear_attention, refmem.taylor_attention, refmem.power_attention,
          refmem.performer, refmem.mlstm
Source:   Katharopoulos et al. 2020, arXiv:2006.16236; Zhong et al. 2025, arXiv:2505.19488
Method:   block columns of symbolic size; then the shipped rules on symbols.
"""

import numpy as np
import sympy as sp

import refmem

from ..proving.statement import Equation
from ..proving.symbols import arguments

keys, values, past = sp.symbols("K V n", integer=True, positive=True)
A, q, k = (sp.MatrixSymbol(name, rows, keys) for name, rows in (("A", keys), ("q", 1), ("k", 1)))
S, v = sp.MatrixSymbol("S", keys, values), sp.MatrixSymbol("v", 1, values)
z, one = sp.MatrixSymbol("z", keys, 1), sp.Identity(1)
both = sp.BlockMatrix([[S, z]])


def the_columns_of_a_memory_do_not_see_each_other():
    """A [S, z] + k'[v, 1] = [A S + k'v, A z + k']: one transition, two memories."""
    written = sp.block_collapse(A * both + k.T * sp.BlockMatrix([[v, one]]))
    yield Equation(written.blocks[0, 0], A * S + k.T * v)
    yield Equation(written.blocks[0, 1], A * z + k.T)


def one_read_has_numerator_and_denominator():
    """q [S, z] = [q S, q z]."""
    read = sp.block_collapse(q * both)
    yield Equation(read.blocks[0, 0], q * S)
    yield Equation(read.blocks[0, 1], q * z)


def values_that_agree_are_returned_as_they_are():
    """If every v_j is c then S = z c, so q S = (q z) c: the weights add up to 1."""
    c = sp.MatrixSymbol("c", 1, values)
    K_past, ones = sp.MatrixSymbol("K", past, keys), sp.OneMatrix(past, 1)
    yield Equation(K_past.T * (ones * c), (K_past.T * ones) * c)


def the_shipped_rule_is_the_plain_one_divided():
    """refmem.normalized_linear_attention = linear_attention of v over that of ones, T = 2."""
    x = arguments(refmem.linear_attention, T=2, K=2, V=2)
    normalised = refmem.normalized_linear_attention(**x, feature_map="identity")
    plain = refmem.linear_attention(**x).out
    weights = refmem.linear_attention(**x | {"v": 0 * x["v"] + 1}).out
    yield Equation(normalised.out, plain / weights)


def shipped_polynomial_attention_is_the_attention_of_its_kernel():
    """refmem.taylor_attention and refmem.power_attention: weights kernel(q . k) over their sum."""
    x = arguments(refmem.linear_attention, T=2, K=2, V=1)
    scores, v = x["q"] @ x["k"].T, x["v"]
    for rule, kernel in (
        (refmem.taylor_attention, lambda s: 1 + s + s**2 / 2),
        (refmem.power_attention, lambda s: s**2),
    ):
        weights = kernel(scores[1])
        out = rule(**x).out
        yield Equation(out[0], v[0])
        yield Equation(out[1], (weights @ v) / weights.sum())


def false_twin_that_divides_by_the_number_of_tokens():
    """averaged_memory divides by t: the query no longer decides what the weights add up to."""
    x = arguments(refmem.linear_attention, T=2, K=1, V=1)
    normalised = refmem.normalized_linear_attention(**x, feature_map="identity").out
    count = np.array([sp.S.One, sp.Integer(2)])
    yield Equation(normalised, refmem.averaged_memory(**x, count=count).out)


CLAIMS = (
    the_columns_of_a_memory_do_not_see_each_other,
    one_read_has_numerator_and_denominator,
    values_that_agree_are_returned_as_they_are,
    the_shipped_rule_is_the_plain_one_divided,
    shipped_polynomial_attention_is_the_attention_of_its_kernel,
)
FALSE = (false_twin_that_divides_by_the_number_of_tokens,)
