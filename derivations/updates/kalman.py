"""Claim: the Kalman gain is an exact step on the objective that weighs what is known.

    L(S) = tr (S - S0)' P^-1 (S - S0) + |v - k S|^2 / r         P what is not known, r the noise
    S = S0 + g (v - k S0),   g = P k'/(k P k' + r)              its minimum
    (P^-1 + k'k/r)^-1 = P - g k P                               what is not known afterwards

With P = I it is the implicit delta rule at beta = 1/r. With no drift and nothing forgotten it is
recursive least squares with ridge r.

Used by:  refmem.kalman_delta, refmem.least_squares
Source:   classical (Kalman 1960)
Method:   matrices of symbolic size, with s for the 1 x 1 matrix k P k'; the inverse by
          forms/sherman_morrison; then the shipped rules on symbols.
"""

import numpy as np
import sympy as sp

import refmem

from ..proving.statement import Equation
from ..proving.symbols import arguments
from ..proving.traces import gradient

keys, values = sp.symbols("K V", integer=True, positive=True)
r, s = sp.symbols("r s", positive=True)
k, v = sp.MatrixSymbol("k", 1, keys), sp.MatrixSymbol("v", 1, values)
S, S0 = sp.MatrixSymbol("S", keys, values), sp.MatrixSymbol("S0", keys, values)
Q = sp.MatrixSymbol("Q", keys, keys)  # P^-1


def the_minimum_balances_what_is_known_and_what_is_seen():
    """grad L/2 = P^-1 (S - S0) - k'(v - k S)/r, for a symmetric P."""
    inside = (S - S0).T * Q * (S - S0) + (v - k * S).T * (v - k * S) / r
    slope = gradient(inside, S).subs(Q.T, Q) / 2
    yield Equation(slope, Q * (S - S0) - k.T * (v - k * S) / r)


def the_gain_is_where_they_balance():
    """P^-1 g e = k'e/(s + r), and v - k S = e - s e/(s + r) = r e/(s + r): the two terms agree."""
    seen = 1 - s / (s + r)
    yield Equation(seen, r / (s + r))
    yield Equation(1 / (s + r), seen / r)


def with_nothing_known_it_is_the_implicit_step():
    """P = I: s = |k|^2, and g = k'/(|k|^2 + r) = rate k' with beta = 1/r."""
    beta = 1 / r
    yield Equation(1 / (s + r), beta / (1 + beta * s))


def stationary(T):
    """Inputs of refmem.kalman_delta with alpha = 1, no drift and the same noise for every token."""
    x = arguments(refmem.kalman_delta, T=T, K=2, V=1)
    one = sp.S.One
    x["alpha"], x["noise"] = np.array([one] * T), np.array([r] * T)
    return x | {"drift": 0 * x["drift"]}


def the_shipped_filter_begins_as_the_implicit_delta_rule():
    """refmem.kalman_delta from P = I: its first token is refmem.implicit_delta with beta = 1/r."""
    x = stationary(1)
    implicit = refmem.implicit_delta(x["q"], x["k"], x["v"], np.array([1 / r]))
    yield Equation(refmem.kalman_delta(**x).out, implicit.out)


def the_shipped_filter_is_recursive_least_squares():
    """refmem.kalman_delta without drift = refmem.least_squares with lam = r, T = 2."""
    x = stationary(2)
    gamma, lam = np.array([[sp.S.One] * 2]), np.array([r])
    q, k, v = (x[name][None] for name in ("q", "k", "v"))
    yield Equation(
        refmem.kalman_delta(**x).out, refmem.least_squares(q, k, v, lam=lam, gamma=gamma).out[0]
    )


def false_twin_that_trusts_what_it_sees():
    """g = P k'/(k P k') leaves no error at all: right only for r = 0."""
    yield Equation(1 - s / s, r / (s + r))


CLAIMS = (
    the_minimum_balances_what_is_known_and_what_is_seen,
    the_gain_is_where_they_balance,
    with_nothing_known_it_is_the_implicit_step,
    the_shipped_filter_begins_as_the_implicit_delta_rule,
    the_shipped_filter_is_recursive_least_squares,
)
FALSE = (false_twin_that_trusts_what_it_sees,)
