"""Claim: seven memories are seven choices of A, B, C, and each objective gives its recurrence.

    model               A                B         C             objective L(S)
    linear attention    I                I         v k'          -<S k, v>
    and gated           diag(g)          I         v k'          |diag(sqrt(1-g)) S|^2/2 - <S k, v>
    delta rule          I                I - k k'  v k'          |S k - v|^2/2
    and momentum        I                I - k k'  eta C + v k'  |S k|^2/2 - <C, S>
    softmax attention   I                I         v phi(k)'     -<S phi(k), v>
    and averaged        (t-1)/t I        I         v phi(k)'/t   |S|^2/(2t) - <S phi(k), v>/t
    and gated as well   (t-1)/t diag(g)  I         v phi(k)'/t   see the last steps

Used by:  refmem.linear_attention, refmem.value_gated, refmem.delta, refmem.momentum_delta,
          refmem.averaged_memory
Source:   Zhong et al. 2025, arXiv:2505.19488; the last row's objective is corrected here
Method:   the gradient of a trace (updates/general), with matrices of symbolic size; then the
          shipped value_gated on symbols. Memories are (d_v, d_k) here, as in the source.
"""

import numpy as np
import sympy as sp

import refmem

from ..proving.statement import Equation
from ..proving.symbols import arguments, array
from ..proving.traces import gradient

rows, columns, past = sp.symbols("d_v d_k n", integer=True, positive=True)
t, eta = sp.symbols("t eta", positive=True)
S, C = sp.MatrixSymbol("S", rows, columns), sp.MatrixSymbol("C", rows, columns)
v, k = sp.MatrixSymbol("v", rows, 1), sp.MatrixSymbol("k", columns, 1)  # k or phi(k): any column
gates = sp.DiagMatrix(sp.MatrixSymbol("g", rows, 1))
keep_all = sp.Identity(rows)
fit = v.T * S * k  # tr(v'S k) = <S k, v>


def recurrence(inside):
    """What one gradient step on L = tr(inside) makes of S."""
    return sp.expand(S - gradient(inside, S))


def weighted_norm(weights):
    """|diag(sqrt(weights)) S|^2, as (sqrt(w) s)^2 = w s^2 in every entry, is the trace of this."""
    return S.T * weights * S


def fitting_a_value_adds_it():
    """L = -<S k, v> gives S + v k'; with phi(k) for k, softmax attention without its norm."""
    yield Equation(recurrence(-fit), S + v * k.T)


def a_norm_of_the_memory_forgets():
    """|diag(sqrt(1-g)) S|^2/2 more gives diag(g) S + v k'."""
    yield Equation(recurrence(weighted_norm(keep_all - gates) / 2 - fit), gates * S + v * k.T)


def an_error_corrects():
    """L = |S k - v|^2/2 gives S (I - k k') + v k'."""
    error = S * k - v
    wanted = S * (sp.Identity(columns) - k * k.T) + v * k.T
    yield Equation(recurrence(error.T * error / 2), wanted)


def momentum_fits_all_values_so_far():
    """L = |S k|^2/2 - <C, S> gives S (I - k k') + C."""
    wanted = S * (sp.Identity(columns) - k * k.T) + C
    yield Equation(recurrence((S * k).T * S * k / 2 - C.T * S), wanted)


def momentum_unrolls_into_products_of_its_factors():
    """C[t] = sum_i (prod_{j>i} eta_j) v_i k_i': one token more scales all weights w by its eta."""
    V, keys = sp.MatrixSymbol("V", rows, past), sp.MatrixSymbol("K", past, columns)
    w = sp.DiagMatrix(sp.MatrixSymbol("w", past, 1))
    yield Equation(gradient(V.T * S * keys.T * w, S), V * w * keys)  # sum_i w_i <S k_i, v_i>
    yield Equation(eta * V * w * keys + v * k.T, V * (eta * w) * keys + v * k.T)


def an_average_fits_less_and_forgets_more():
    """L = -<S k, v>/t + |S|^2/(2t) gives (t-1)/t S + v k'/t."""
    wanted = (t - 1) / t * S + v * k.T / t
    yield Equation(recurrence(weighted_norm(keep_all) / (2 * t) - fit / t), wanted)


gated_average = (t - 1) / t * gates * S + v * k.T / t


def a_gated_average_has_the_weights_t_less_the_gates_before():
    """L = -<S k, v>/t + |diag(sqrt(t - (t-1) g)) S|^2/(2t) gives (t-1)/t diag(g) S + v k'/t."""
    weights = t * keep_all - (t - 1) * gates
    yield Equation(recurrence(weighted_norm(weights) / (2 * t) - fit / t), gated_average)


def the_shipped_memory_is_the_gated_average():
    """refmem.value_gated with gates (t-1)/t g and values v/t, its memory transposed."""
    x = arguments(refmem.value_gated, T=1, K=2, V=2)
    S0, g = array("S", (2, 2)), x["alpha"][0].copy()
    v0, k0 = x["v"][0].copy(), x["k"][0]
    x["alpha"], x["v"] = x["alpha"] * (t - 1) / t, x["v"] / t
    state = refmem.value_gated(**x, state=S0).state
    yield Equation(state.T, (t - 1) / t * np.diag(g) @ S0.T + np.outer(v0, k0) / t)


def false_twin_with_the_weights_that_circulate():
    """|diag(sqrt(1 - g)) S|^2/(2t) keeps S/2 too much at t = 2, whatever the gates."""
    circulating = weighted_norm(keep_all - gates) / (2 * t) - fit / t
    yield Equation(recurrence(circulating).subs(t, 2), gated_average.subs(t, 2))


CLAIMS = (
    fitting_a_value_adds_it,
    a_norm_of_the_memory_forgets,
    an_error_corrects,
    momentum_fits_all_values_so_far,
    momentum_unrolls_into_products_of_its_factors,
    an_average_fits_less_and_forgets_more,
    a_gated_average_has_the_weights_t_less_the_gates_before,
    the_shipped_memory_is_the_gated_average,
)
FALSE = (false_twin_with_the_weights_that_circulate,)
