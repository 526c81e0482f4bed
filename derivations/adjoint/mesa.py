"""Claim: the gradient through a solve is one more solve with the same matrix.

    M X = G,  o = q X                     M = H + diag(lam), symmetric
    Y = M^-1 q' do = x' do,  x = q M^-1   the multiplier of M X = G
    dG = Y        dM = -Y X'        dq = do X'        dlam = -rowsum(Y * X)
    a token later:  k enters H as beta k'k, so dk = beta (k (dH + dH') + v dG'),  dv = beta k dG

The forward pass has x already where it solves for the query instead of the memory.

Used by:  refmem.mesa, refmem.least_squares
Source:   von Oswald et al. 2025, arXiv:2506.05233, for the memory; its adjoint is worked out here
Method:   the Lagrangian's stationary points by the gradient of a trace (matrices of symbolic size);
          then the shipped gradients beside SymPy's derivatives of the shipped outputs.
"""

import sympy as sp

import refmem

from ..proving.cotangents import gradients_are_derivatives
from ..proving.statement import Equation
from ..proving.symbols import arguments
from ..proving.traces import gradient

keys, values = sp.symbols("K V", integer=True, positive=True)
alpha, beta = sp.symbols("alpha beta", real=True)
M, H, H_slope = (sp.MatrixSymbol(name, keys, keys) for name in ("M", "H", "dH"))
G, X, Y, G_slope = (sp.MatrixSymbol(name, keys, values) for name in ("G", "X", "Y", "dG"))
q, k = sp.MatrixSymbol("q", 1, keys), sp.MatrixSymbol("k", 1, keys)
v, do = sp.MatrixSymbol("v", 1, values), sp.MatrixSymbol("do", 1, values)

lagrangian = do.T * (q * X) + Y.T * (G - M * X)  # its trace


def the_multiplier_solves_with_the_same_matrix():
    """Stationary in X: q'do - M'Y = 0, so Y = M^-1 q'do for a symmetric M."""
    slope = gradient(lagrangian, X).subs(M.T, M)
    yield Equation(slope, q.T * do - M * Y)


def it_is_the_solved_query_times_what_is_asked_of_the_output():
    """M (x'do) = q'do if M x' = q': of rank one, so one solve does for all value columns."""
    x = q * M.I
    yield Equation((M * (x.T * do)).doit().subs(M.T, M).doit(), q.T * do)


def every_part_has_its_gradient_from_the_two_solutions():
    """dG = Y, dM = -Y X', dq = do X'."""
    yield Equation(gradient(lagrangian, G), Y)
    yield Equation(gradient(lagrangian, M), -Y * X.T)
    yield Equation(gradient(lagrangian, q), do * X.T)


def a_ridge_of_every_channel_reads_the_diagonal():
    """dlam_c = (dM)_cc = -sum_j Y[c, j] X[c, j]."""
    c, j = sp.symbols("c j", integer=True, nonnegative=True)
    row = sp.Sum(Y[c, j] * X[c, j], (j, 0, values - 1))
    yield Equation(-(Y * X.T)[c, c].as_dummy(), -row.as_dummy())


def moments_hand_their_gradients_back_to_the_tokens():
    """<dH, alpha H + beta k'k> + <dG, alpha G + beta k'v>, in k, v and the moments before."""
    inside = H_slope.T * (alpha * H + beta * k.T * k)
    more = G_slope.T * (alpha * G + beta * k.T * v)
    by_key = beta * (k * H_slope + k * H_slope.T + v * G_slope.T)
    yield Equation(gradient(inside, k) + gradient(more, k), by_key)
    yield Equation(gradient(more, v), beta * k * G_slope)
    yield Equation(gradient(inside, H), alpha * H_slope)


def the_shipped_gradients_are_derivatives():
    """refmem.mesa and refmem.least_squares: one key channel for T = 2, two for T = 1."""
    for rule in (refmem.mesa, refmem.least_squares):
        for T, K in ((2, 1), (1, 2)):
            x = arguments(rule, T=T, K=K, V=1)
            x = {name: one[None] for name, one in x.items()}
            yield from gradients_are_derivatives(rule, x)


def false_twin_that_takes_the_memory_for_fixed():
    """Without dM = -Y X' the ridge and the keys of H would have no gradient."""
    yield Equation(gradient(lagrangian, M), sp.ZeroMatrix(keys, keys))


CLAIMS = (
    the_multiplier_solves_with_the_same_matrix,
    it_is_the_solved_query_times_what_is_asked_of_the_output,
    every_part_has_its_gradient_from_the_two_solutions,
    a_ridge_of_every_channel_reads_the_diagonal,
    moments_hand_their_gradients_back_to_the_tokens,
    the_shipped_gradients_are_derivatives,
)
FALSE = (false_twin_that_takes_the_memory_for_fixed,)
