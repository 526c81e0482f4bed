"""Claim: a memory that solves is at the minimum of everything it has seen.

    L(S) = tr (V - K S)' W (V - K S) + tr S' Lam S        K (T, K), V (T, V), W the tokens' weights
    grad L = 0   at   S = (H + Lam)^-1 G     with H = K'W K,  G = K'W V

Fading all weights by alpha and adding a token gives H = alpha H + beta k'k, G = alpha G + beta k'v.

Used by:  refmem.mesa, refmem.least_squares
Source:   classical (normal equations); von Oswald et al. 2025, arXiv:2506.05233
Method:   the gradient of a trace, with matrices of symbolic size; then the shipped objectives,
          differentiated, at the memory that the shipped step solves for.
"""

import numpy as np
import sympy as sp

import refmem

from ..proving.descent import slopes
from ..proving.statement import Equation
from ..proving.symbols import arguments
from ..proving.traces import gradient

T, keys, values = sp.symbols("T K V", integer=True, positive=True)
alpha, beta = sp.symbols("alpha beta", real=True)
K, V = sp.MatrixSymbol("K", T, keys), sp.MatrixSymbol("V", T, values)
S = sp.MatrixSymbol("S", keys, values)
W, ridge = (sp.DiagMatrix(sp.MatrixSymbol(name, n, 1)) for name, n in (("w", T), ("lam", keys)))
k, v = sp.MatrixSymbol("k", 1, keys), sp.MatrixSymbol("v", 1, values)


def the_gradient_is_what_the_moments_do_not_explain():
    """grad L / 2 = (H + Lam) S - G, which is 0 at S = (H + Lam)^-1 G and, convex, only there."""
    inside = (V - K * S).T * W * (V - K * S) + S.T * ridge * S
    normal = (K.T * W * K + ridge) * S - K.T * W * V
    yield Equation(gradient(inside, S) / 2, normal)


def moments_of_a_longer_past_are_updated_by_one_token():
    """With weights (alpha w, beta) and rows (K; k), (V; v), in blocks: H and G are those of the
    rule."""
    weights = sp.BlockDiagMatrix(alpha * W, beta * sp.Identity(1))
    rows = sp.BlockMatrix([[K], [k]])
    for others, last, each in ((K, k, K), (V, v, V)):
        whole = sp.block_collapse(rows.T * weights * sp.BlockMatrix([[others], [last]]))
        block = whole.blocks[0, 0] if isinstance(whole, sp.BlockMatrix) else whole
        yield Equation(block, alpha * K.T * W * each + beta * k.T * last)


def solved(rule, T, **fixed):
    """The rule's inputs on symbols, and its memory: what it answers to the axes as queries."""
    x = arguments(rule, T=T, K=2, V=1) | fixed
    x = {name: one[None] for name, one in x.items()}
    asked = np.eye(2, dtype=int).astype(object)
    answers = [rule(**x | {"q": np.broadcast_to(axis, (T, 2))}).out[:, -1] for axis in asked]
    return x, np.stack(answers, axis=1)


def the_shipped_mesa_is_at_the_minimum_of_its_objective():
    """refmem.mesa for T = 1, 2: its objective with the weights that fading left has slope 0."""
    for T in (1, 2):
        x, memory = solved(refmem.mesa, T)
        left = [sp.prod(x["alpha"][0, t + 1 :]) for t in range(T)]
        (slope,) = slopes(refmem.mesa, (memory,), x | {"beta": x["beta"] * left})
        yield from slope.flat


def the_shipped_least_squares_is_at_the_minimum_of_its_objective():
    """refmem.least_squares, with nothing forgotten, for T = 1, 2."""
    for T in (1, 2):
        keep = np.array([sp.S.One] * T)
        x, memory = solved(refmem.least_squares, T, gamma=keep)
        (slope,) = slopes(refmem.least_squares, (memory,), x)
        yield from slope.flat


def false_twin_without_the_ridge():
    """The slope of the objective with lam = 0 is not 0 where the memory solves with a ridge."""
    x, memory = solved(refmem.mesa, 1)
    (slope,) = slopes(refmem.mesa, (memory,), x | {"lam": 0 * x["lam"]})
    yield from slope.flat


CLAIMS = (
    the_gradient_is_what_the_moments_do_not_explain,
    moments_of_a_longer_past_are_updated_by_one_token,
    the_shipped_mesa_is_at_the_minimum_of_its_objective,
    the_shipped_least_squares_is_at_the_minimum_of_its_objective,
)
FALSE = (false_twin_without_the_ridge,)
