"""Claim: an endless context gives a ridge memory the map from keys to values, and nothing more.

    k = x W_k, v = x W_v, C = E x'x (Sigma)                       rows: W_k (D, K), W_v (D, V)
    S* = (W_k' C W_k + lambda I)^-1 W_k' C W_v                    least E |v - k S|^2 + lambda |S|^2
       = W_k' (W_k W_k' + lambda C^-1)^-1 W_v                     C invertible
    lambda -> 0, W_k W_k' invertible:  S* = pinv(W_k) W_v,  W_k S* = W_v

The context enters through C alone; without a ridge, and keys wide enough to hold all of x, not even
through C. The optimum of the delta rule's objective is the same with lambda = 0.

Used by:  refmem.mesa, refmem.least_squares, refmem.delta, refmem.studies.longcontext.ridge_limit,
          refmem.studies.longcontext.ridge_limit_pushed_through,
          refmem.studies.longcontext.interpolation_limit
Source:   worked out here; Zhong et al. 2025, arXiv:2505.19488, for the question
Method:   the gradient of a trace at every size; the push-through identity; the shipped rule.
"""

import numpy as np
import sympy as sp

import refmem

from ..proving.statement import Equation
from ..proving.symbols import array
from ..proving.traces import gradient

D, keys, values = sp.symbols("D K V", integer=True, positive=True)
ridge = sp.Symbol("lambda", positive=True)
W_k, W_v = sp.MatrixSymbol("W_k", D, keys), sp.MatrixSymbol("W_v", D, values)
S, C = sp.MatrixSymbol("S", keys, values), sp.MatrixSymbol("C", D, D)
normal = W_k.T * C * W_k + ridge * sp.Identity(keys)


def optimum(mapped_to_keys, mapped_to_values, covariance, lam):
    """S* of explicit matrices."""
    moment = mapped_to_keys.T * covariance
    size = mapped_to_keys.shape[1]
    return (moment * mapped_to_keys + lam * sp.eye(size)).inv() * moment * mapped_to_values


def the_mean_objective_sees_only_the_covariance():
    """E |x (W_v - W_k S)|^2 = tr (W_v - W_k S)' C (W_v - W_k S); its gradient and the ridge's, both
    halved, are the normal equations (C' = C)."""
    error = W_v - W_k * S
    slope = gradient(error.T * C * error + ridge * S.T * S, S).subs(C.T, C) / 2
    yield Equation(slope, normal * S - W_k.T * C * W_v)


def the_mean_step_of_the_delta_rule_rests_there_too():
    """E k'(v - k S) = W_k' C (W_v - W_k S), which is minus that gradient at lambda = 0."""
    error = W_v - W_k * S
    slope = gradient(error.T * C * error, S).subs(C.T, C) / 2
    yield Equation(W_k.T * C * error, -slope)


def the_inverse_passes_through_the_keys():
    """(W_k' C W_k + lambda I) W_k' = W_k' C (W_k W_k' + lambda C^-1)."""
    other = W_k * W_k.T + ridge * C.I
    yield Equation(normal * W_k.T, (W_k.T * C * other).expand().doit())


def without_a_ridge_the_context_is_gone():
    """With R = W_k' G^-1, G = W_k W_k': W_k R = G G^-1 = I, so S = R W_v leaves no error, whatever
    C is. R is the pseudo-inverse of a W_k with independent rows."""
    G = sp.MatrixSymbol("G", D, D)
    yield Equation((G * G.I) * W_v, W_v)
    rows = sp.Matrix(2, 3, [1, 0, 2, 0, 1, 1])
    yield Equation(rows.T * (rows * rows.T).inv(), rows.pinv())


def the_ridge_fades_from_it_continuously():
    """D = 1, K = 2: the limit of S* is pinv(W_k) W_v, in which C no longer stands."""
    w, c = sp.Matrix([sp.symbols("w:2", positive=True)]), sp.Symbol("c", positive=True)
    target = sp.Matrix([[sp.Symbol("t")]])
    best = optimum(w, target, sp.Matrix([[c]]), ridge)
    for entry, end in zip(best, w.T * target / w.dot(w), strict=True):
        yield Equation(sp.Limit(sp.cancel(entry), ridge, 0), end)


def context(T):
    """T tokens x of width 2, and maps to keys of width 1 and values of width 1."""
    return array("x", (T, 2)), array("W_k", (2, 1)), array("W_v", (2, 1))


def read(x, to_keys, to_values):
    """The last read of refmem.mesa with alpha = beta = 1, for the query 1: its memory."""
    ones = np.array([sp.S.One] * len(x))
    k = x @ to_keys
    return refmem.mesa(0 * k + 1, k, x @ to_values, ones, ones, np.array([ridge])).out[-1]


def the_shipped_rule_sees_only_the_covariance():
    """refmem.mesa of two tokens = S* with C = X'X; and X once more = S* with C twice as large."""
    x, to_keys, to_values = context(2)
    W, target, X = sp.Matrix(to_keys), sp.Matrix(to_values), sp.Matrix(x)
    once = optimum(W, target, X.T * X, ridge)
    yield Equation(read(x, to_keys, to_values), once[0])
    twice = optimum(W, target, 2 * X.T * X, ridge)
    yield Equation(read(np.concatenate([x, x[::-1]]), to_keys, to_values), twice[0])


def false_twin_with_keys_too_narrow():
    """D = 2, K = 1, no ridge: what the key leaves out of x is guessed from C."""
    to_keys, to_values = sp.Matrix([1, 1]), sp.Matrix([1, 0])
    c = sp.Symbol("c", positive=True)
    plain, tilted = (optimum(to_keys, to_values, sp.diag(1, other), 0) for other in (1, c))
    yield Equation(plain, tilted)


CLAIMS = (
    the_mean_objective_sees_only_the_covariance,
    the_mean_step_of_the_delta_rule_rests_there_too,
    the_inverse_passes_through_the_keys,
    without_a_ridge_the_context_is_gone,
    the_ridge_fades_from_it_continuously,
    the_shipped_rule_sees_only_the_covariance,
)
FALSE = (false_twin_with_keys_too_narrow,)
