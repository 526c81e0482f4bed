"""Claim: the gradient of attention needs of a whole row only its output and its log-sum-exp.

    o = x/l,  x = sum_j e^(s_j) v_j,  l = sum_j e^(s_j),  p_j = e^(s_j)/l = e^(s_j - log l)
    do/ds_j = p_j (v_j - o)          ds_j = p_j (do . v_j - do . o)          dv_j = p_j do
    a gate g[m] adds to the score (i, j) where j < m <= i:  dg[m] = sum of those ds

Used by:  refmem.softmax_attention, refmem.forgetting_attention
Source:   Dao et al. 2022, arXiv:2205.14135; Lin et al. 2025, arXiv:2503.02130, for the gate
Method:   one score against the sums over all others, which are symbols, so for any number of keys;
          then the shipped gradients beside SymPy's derivatives of the shipped outputs.
"""

import sympy as sp

import refmem

from ..proving.cotangents import gradients_are_derivatives
from ..proving.statement import Equation, Inequality
from ..proving.symbols import arguments

s, v, do, x_others = sp.symbols("s v do x", real=True)
l_others = sp.Symbol("l", positive=True)
total = l_others + sp.exp(s)
out = (x_others + sp.exp(s) * v) / total
share = sp.exp(s) / total


def a_greater_score_pulls_the_output_to_its_value():
    """do/ds_j = p_j (v_j - o): 0 if the value is what is said already."""
    yield Equation(sp.Derivative(out, s), share * (v - out))


def the_gradient_of_a_score_compares_a_value_with_the_output():
    """ds_j = do . do/ds_j = p_j (do . v_j - do . o): one number do . o for a whole row."""
    yield Equation(do * sp.Derivative(out, s), share * (do * v - do * out))


def the_gradient_of_a_value_is_its_weight():
    """dv_j = p_j do."""
    yield Equation(do * sp.Derivative(out, v), share * do)


def weights_are_found_again_from_the_log_sum_exp():
    """p_j = exp(s_j - log l), and d(log l)/ds_j = p_j: no row of weights has to be kept."""
    yield Equation(sp.exp(s - sp.log(total)), share)
    yield Equation(sp.Derivative(sp.log(total), s), share)


def gradients_of_a_row_add_up_to_nothing():
    """sum_j ds_j = do . (sum_j p_j v_j - o) = 0: adding a number to all scores changes nothing."""
    a, b, value_a, value_b = sp.symbols("a b v_a v_b", real=True)
    both = (sp.exp(a) * value_a + sp.exp(b) * value_b) / (sp.exp(a) + sp.exp(b))
    yield Equation(both.diff(a) + both.diff(b), 0)


def a_scale_sees_every_score():
    """With s = c r: do/dc = r do/ds, so dc = sum over all r ds."""
    c, r = sp.symbols("c r", real=True)
    scaled = out.subs(s, c * r)
    yield Equation(sp.Derivative(scaled, c), (r * share * (v - out)).subs(s, c * r))


def a_weight_is_between_nothing_and_everything():
    """0 <= p_j <= 1, so a gradient of a score is at most the distance of a value and the output."""
    yield Inequality(0, share)
    yield Inequality(0, sp.factor(1 - share))


def the_shipped_gradients_are_derivatives():
    """Both rules, T = 2: queries, keys, values, gates and the other inputs of the scores."""
    for rule in (refmem.softmax_attention, refmem.forgetting_attention):
        x = arguments(rule, T=2, K=1, V=1)
        yield from gradients_are_derivatives(rule, x)


def false_twin_that_leaves_out_the_normaliser():
    """ds_j = p_j do . v_j forgets that a greater share of one is a smaller share of all others."""
    yield Equation(do * sp.Derivative(out, s), share * do * v)


CLAIMS = (
    a_greater_score_pulls_the_output_to_its_value,
    the_gradient_of_a_score_compares_a_value_with_the_output,
    the_gradient_of_a_value_is_its_weight,
    weights_are_found_again_from_the_log_sum_exp,
    gradients_of_a_row_add_up_to_nothing,
    a_scale_sees_every_score,
    a_weight_is_between_nothing_and_everything,
    the_shipped_gradients_are_derivatives,
)
FALSE = (false_twin_that_leaves_out_the_normaliser,)
