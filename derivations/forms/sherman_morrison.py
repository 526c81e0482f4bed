"""Claim: one more pair changes an inverse by rank one, so least squares needs no solve a token.

    P = M^-1,  s = k P k'
    (gamma M + k'k)^-1 = (P - P k' k P/(gamma + s))/gamma
    S = P G  ->  S + g (v - k S)         g = P k'/(gamma + s)

The memory's own update is a delta rule whose write key, the gain g, is the key seen through P.

Used by:  refmem.least_squares, refmem.kalman_delta
Source:   Sherman and Morrison 1950; Plackett 1950
Method:   matrices of symbolic size, with the 1 x 1 matrix k P k' named s; then the shipped form on
          symbols.
"""

import sympy as sp

import refmem

from ..proving.statement import Equation
from ..proving.symbols import arguments

keys, values = sp.symbols("K V", integer=True, positive=True)
gamma, s = sp.symbols("gamma s", positive=True)
P, G = sp.MatrixSymbol("P", keys, keys), sp.MatrixSymbol("G", keys, values)
k, v = sp.MatrixSymbol("k", 1, keys), sp.MatrixSymbol("v", 1, values)
share = 1 / (gamma + s)


def the_product_leaves_one_coefficient():
    """(gamma M + k'k)(P - P k'kP c)/gamma = I + k' (1/gamma - c - c s/gamma) k P, for any c."""
    c = sp.Symbol("c", real=True)
    product = (gamma * P.I + k.T * k) * (P - c * P * k.T * k * P) / gamma
    left = k.T * k * P * (1 / gamma - c) - c / gamma * k.T * (k * P * k.T) * k * P
    yield Equation(product, sp.Identity(keys) + left)


def and_that_coefficient_is_zero():
    """1/gamma - c - c s/gamma = 0 at c = 1/(gamma + s)."""
    yield Equation(1 / gamma - share - share * s / gamma, 0)


def the_new_inverse_sees_the_key_as_the_gain():
    """P_new k' = (1 - s/(gamma + s)) P k'/gamma = P k'/(gamma + s) = g."""
    yield Equation((1 - s * share) / gamma, share)


def the_memory_moves_by_the_gain_times_its_error():
    """P_new (gamma G + k'v) = P G - g (k P G) + g v = S + g (v - k S)."""
    gain = share * P * k.T
    kept = (P - gain * k * P) * G  # P_new gamma G
    written = gain * v  # P_new k'v
    S = P * G
    yield Equation(kept + written, S + gain * (v - k * S))


def the_shipped_form_is_the_definition():
    """refmem.least_squares by sherman_morrison and by solving anew, T = 2, with forgetting."""
    x = {name: one[None] for name, one in arguments(refmem.least_squares, T=2, K=2, V=1).items()}
    yield Equation(refmem.least_squares(**x, form="sherman_morrison").out, solved_anew(x))


def solved_anew(x):
    return refmem.least_squares(**x).out


def false_twin_that_adds_what_it_should_take_away():
    """P + P k'kP/(gamma + s): seeing a key makes one surer of it, not less sure."""
    yield Equation(1 / gamma + share + share * s / gamma, 0)


CLAIMS = (
    the_product_leaves_one_coefficient,
    and_that_coefficient_is_zero,
    the_new_inverse_sees_the_key_as_the_gain,
    the_memory_moves_by_the_gain_times_its_error,
    the_shipped_form_is_the_definition,
)
FALSE = (false_twin_that_adds_what_it_should_take_away,)
