"""Claim: to forget is to have a ridge: where the gated delta rule rests on average.

    S[t] = alpha (I - beta k'k) S[t-1] + beta k'v        constant alpha and beta
    E S  = S*,  M = E k'k,  G = E k'v                    keys independent of the past
    S*   = (M + lambda I)^-1 G/alpha,                    lambda = (1 - alpha)/(alpha beta)

It is a ridge memory's optimum, 1/alpha as large: a gate of 0.99 with a step of 0.1 holds the memory
as near zero as a ridge of 0.1 a token. Without a gate nothing is held: S* = M^-1 G, the optimum of
least squares. A memory that only decays rests at E k'v/(1 - alpha).

Used by:  refmem.studies.longcontext.gated_delta_limit, refmem.gated_delta, refmem.scalar_decay
Source:   worked out here
Method:   the mean of a product of independent factors; a fixed point with matrices of symbolic
          size; then the shipped rule and the shipped limit on symbols.
"""

import numpy as np
import sympy as sp

import refmem
from refmem.studies.longcontext.limits import gated_delta_limit

from ..proving.statement import Equation
from ..proving.symbols import arguments, array
from .regression import optimum

keys, values = sp.symbols("K V", integer=True, positive=True)
alpha, beta = sp.symbols("alpha beta", positive=True)
M, G = sp.MatrixSymbol("M", keys, keys), sp.MatrixSymbol("G", keys, values)
S = sp.MatrixSymbol("S", keys, values)

ridge = (1 - alpha) / (alpha * beta)


def what_the_mean_step_leaves_is_a_ridge():
    """I - alpha (I - beta M) = alpha beta (M + lambda I), as alpha beta lambda = 1 - alpha."""
    yield Equation(alpha * beta * ridge, 1 - alpha)
    left = S - alpha * (S - beta * M * S)
    yield Equation(sp.expand(left), sp.expand(alpha * beta * M * S + (1 - alpha) * S))


def the_limit_is_the_fixed_point():
    """beta G = alpha beta (M + lambda I) S* with S* = (M + lambda I)^-1 G/alpha."""
    normal = sp.MatrixSymbol("N", keys, keys)  # M + lambda I
    yield Equation(alpha * beta * normal * (normal.I * G / alpha), beta * G)


def without_a_gate_it_is_least_squares():
    """alpha = 1: no ridge."""
    yield Equation(ridge.subs(alpha, 1), 0)


def decay_alone_rests_at_a_sum_of_weights():
    """alpha S + G = S at S = G/(1 - alpha)."""
    rest = G / (1 - alpha)
    yield Equation(sp.expand(alpha * rest + G - rest).simplify(), sp.ZeroMatrix(keys, values))


def the_shipped_rule_takes_this_step():
    """refmem.gated_delta, one token: linear in S, k'k and k'v; the mean is taken of each."""
    x, old = arguments(refmem.gated_delta, T=1, K=2, V=1), array("S", (2, 1))
    k, v = sp.Matrix(x["k"]), sp.Matrix(x["v"])
    a, b = x["alpha"][0], x["beta"][0]
    step = a * (sp.eye(2) - b * k.T * k) * sp.Matrix(old) + b * k.T * v
    yield Equation(sp.Matrix(refmem.gated_delta(**x, state=old).state), step)


def the_shipped_limit_is_this_ridge():
    """gated_delta_limit, alpha = 1/2 and beta = 1/3: a ridge of 3, and twice as large."""
    W_k, W_v, C = array("W_k", (2, 2)), array("W_v", (2, 1)), sp.diag(1, sp.Symbol("c"))
    half, third = sp.Rational(1, 2), sp.Rational(1, 3)
    shipped = gated_delta_limit(W_k, W_v, np.array(C), half, third)
    yield Equation(ridge.subs({alpha: half, beta: third}), 3)
    yield Equation(sp.Matrix(shipped), 2 * optimum(sp.Matrix(W_k), sp.Matrix(W_v), C, 3))


def false_twin_that_forgets_nothing_of_the_size():
    """S* without 1/alpha: the fixed point of a step whose write is forgotten as well."""
    yield Equation(alpha * beta * (M * (M.I * G)), beta * G)


CLAIMS = (
    what_the_mean_step_leaves_is_a_ridge,
    the_limit_is_the_fixed_point,
    without_a_gate_it_is_least_squares,
    decay_alone_rests_at_a_sum_of_weights,
    the_shipped_rule_takes_this_step,
    the_shipped_limit_is_this_ridge,
)
FALSE = (false_twin_that_forgets_nothing_of_the_size,)
