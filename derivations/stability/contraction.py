"""Claim: a delta step scales along its key by 1 - beta |k|^2 and leaves everything else alone.

    k (I - beta k'k) = (1 - beta |k|^2) k        y (I - beta k'k) = y for y across k
    1 - (1 - beta |k|^2)^2 = beta |k|^2 (2 - beta |k|^2)

so the eigenvalues are 1 - beta |k|^2 once and 1 everywhere else, and no memory grows as long as
0 <= beta |k|^2 <= 2. What a key recalls wrongly is left by the same eigenvalue: nothing of it is
left when beta |k|^2 = 1, such as beta = 1 and |k| = 1.

Used by:  refmem.delta, refmem.delta_product, refmem.gated_delta
Source:   classical; Yang et al. 2024, arXiv:2406.06484
Method:   matrices of symbolic size; n = |k|^2 along the key; then the shipped rule on symbols.
"""

import numpy as np
import sympy as sp

import refmem

from ..proving.statement import Equation, Inequality
from ..proving.symbols import arguments, array

keys, values = sp.symbols("K V", integer=True, positive=True)
beta = sp.Symbol("beta", real=True)
n, h = sp.symbols("n h", positive=True)
k, y = sp.MatrixSymbol("k", 1, keys), sp.MatrixSymbol("y", 1, keys)
v, S = sp.MatrixSymbol("v", 1, values), sp.MatrixSymbol("S", keys, values)
factor = sp.Identity(keys) - beta * k.T * k

along_key = 1 - beta * n
lost_power = beta * n * (2 - beta * n)


def the_key_is_an_eigenvector():
    """k (I - beta k'k) = k - beta (k k') k, which is (1 - beta n) k."""
    yield Equation(k * factor, k - beta * (k * k.T) * k)


def whatever_is_across_the_key_is_kept():
    """y (I - beta k'k) - y = -beta (y k') k: nothing where y k' = 0, which K - 1 directions are."""
    yield Equation(y * factor - y, -beta * (y * k.T) * k)


def so_these_are_all_the_eigenvalues():
    """Written out for K = 2, 3, 4: det(x I - (I - beta k'k)) = (x - 1)^(K-1) (x - 1 + beta n)."""
    x = sp.Symbol("x")
    for size in (2, 3, 4):
        row = sp.Matrix([sp.symbols(f"k:{size}", real=True)])
        matrix = x * sp.eye(size) - (sp.eye(size) - beta * row.T * row)
        closed = (x - 1) ** (size - 1) * (x - along_key.subs(n, row.dot(row)))
        yield Equation(matrix.det(method="berkowitz"), closed)


def the_power_along_the_key_shrinks_between_zero_and_two():
    """1 - (1 - beta n)^2 = beta n (2 - beta n); beta n = 2/(1 + h) is every value in (0, 2)."""
    yield Equation(1 - along_key**2, lost_power)
    yield Inequality(0, sp.factor(lost_power.subs(beta, 2 / (1 + h) / n)))


def and_nowhere_else():
    """beta n = 2 keeps it, as beta = 0 does; beta n = 2 + h and beta n = -h make it larger."""
    yield Equation(lost_power.subs(beta, 2 / n), 0)
    yield Equation(lost_power.subs(beta, 0), 0)
    for outside in ((2 + h) / n, -h / n):
        yield Inequality(sp.expand(lost_power.subs(beta, outside)), 0)


def an_error_is_left_by_the_same_factor():
    """v - k S' = (1 - beta (k k')) (v - k S) for S' = S + beta k'(v - k S)."""
    error = v - k * S
    yield Equation(v - k * (S + beta * k.T * error), error - beta * (k * k.T) * error)


def recall_is_exact_when_the_factor_is_zero():
    """1 - beta n = 0 at beta = 1/n, and at beta = 1 with n = 1."""
    yield Equation(along_key.subs(beta, 1 / n), 0)
    yield Equation(along_key.subs({beta: 1, n: 1}), 0)


def the_shipped_rule_recalls_exactly():
    """refmem.delta from any state S, read with its key: v, for beta = 1/|k|^2 and for all beta
    (1 - beta n) k S + beta n v."""
    x = arguments(refmem.delta, T=1, K=2, V=2)
    x["q"], before = x["k"], array("S", (2, 2))
    size = (x["k"] ** 2).sum(-1)
    yield Equation(refmem.delta(**x | {"beta": 1 / size}, state=before).out, x["v"])
    weight = (x["beta"] * size)[:, None]
    expected = (1 - weight) * (x["k"] @ before) + weight * x["v"]
    yield Equation(refmem.delta(**x, state=before).out, expected)


def the_shipped_rule_needs_no_division_for_unit_keys():
    """k = (2a, 1 - a^2)/(1 + a^2) is every unit key but one: beta = 1 recalls v."""
    a = sp.Symbol("a", real=True)
    x = arguments(refmem.delta, T=1, K=2, V=1)
    x["q"] = x["k"] = np.array([[2 * a / (1 + a**2), (1 - a**2) / (1 + a**2)]])
    x["beta"] = np.array([sp.S.One])
    yield Equation(refmem.delta(**x, state=array("S", (2, 1))).out, x["v"])


def false_twin_that_forgets_the_length_of_the_key():
    """1 - beta is the eigenvalue of unit keys only."""
    yield Equation(along_key, 1 - beta)


CLAIMS = (
    the_key_is_an_eigenvector,
    whatever_is_across_the_key_is_kept,
    so_these_are_all_the_eigenvalues,
    the_power_along_the_key_shrinks_between_zero_and_two,
    and_nowhere_else,
    an_error_is_left_by_the_same_factor,
    recall_is_exact_when_the_factor_is_zero,
    the_shipped_rule_recalls_exactly,
    the_shipped_rule_needs_no_division_for_unit_keys,
)
FALSE = (false_twin_that_forgets_the_length_of_the_key,)
