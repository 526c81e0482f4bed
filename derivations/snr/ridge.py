"""Claim: ridge memory recalls N <= d independent keys exactly, and of more of them a part d/N.

    S = (K'K + lambda I)^-1 K'V           K (N, d) the keys, V (N, d_v) the values
    K S - V = -lambda (K K' + lambda I)^-1 V                          the error of recall
    lambda -> 0, K K' invertible (needs N <= d): the error is 0
    lambda -> 0, K'K invertible (needs N >= d):  K S = P V, P a projection with trace d

Linear attention has noise (N - 1)/d at the same load: solving for the memory removes the crosstalk.

Used by:  refmem.mesa, refmem.studies.capacity.memories.ridge, snr/ridge_beyond
Source:   classical (ridge regression); von Oswald et al. 2025, arXiv:2506.05233, for the memory
Method:   the push-through identity with matrices of symbolic size; eigenvalues for the limit; the
          cyclic trace.
"""

import sympy as sp

from refmem.studies.capacity.memories import ridge as shipped_ridge

from ..proving.statement import Equation

N, d, width = sp.symbols("N d d_v", integer=True, positive=True)
ridge, g = sp.symbols("lambda g", positive=True)
K, V = sp.MatrixSymbol("K", N, d), sp.MatrixSymbol("V", N, width)
keys_by_keys = K * K.T + ridge * sp.Identity(N)
width_by_width = K.T * K + ridge * sp.Identity(d)
recalled_fraction = d / N


def a_memory_of_keys_is_a_memory_of_pairs():
    """(K'K + lambda I) K' = K' (K K' + lambda I), so either inverse passes through K'."""
    yield Equation(sp.expand(width_by_width * K.T), sp.expand(K.T * keys_by_keys))


def the_error_of_recall_is_what_the_ridge_holds_back():
    """K S = K K' M V with M = (K K' + lambda I)^-1, and K K' M = I - lambda M."""
    inverse = sp.Inverse(keys_by_keys)
    yield Equation((keys_by_keys * inverse).doit(), sp.Identity(N))
    gram = keys_by_keys - ridge * sp.Identity(N)
    yield Equation(gram, K * K.T)
    M = sp.MatrixSymbol("M", N, N)
    yield Equation(sp.expand(gram * M - keys_by_keys * M), -ridge * M)


def without_a_ridge_every_independent_key_is_exact():
    """Along an eigenvector of K K' with eigenvalue g > 0 the error is lambda/(g + lambda) -> 0."""
    error = ridge / (g + ridge)
    yield Equation(1 - g / (g + ridge), error)
    yield Equation(sp.Limit(error, ridge, 0), 0)


def along_a_missing_direction_nothing_is_recalled():
    """An eigenvalue g = 0, which N > d keys must have, keeps the error at 1 for every lambda."""
    yield Equation((ridge / (g + ridge)).subs(g, 0), 1)


def beyond_the_width_recall_is_a_projection():
    """P = K G^-1 K' with G = K'K: P P = P, and tr P = tr G^-1 K'K = tr I_d = d, so d/N a pair."""
    G, A, B = sp.MatrixSymbol("G", d, d), sp.MatrixSymbol("A", N, d), sp.MatrixSymbol("B", d, N)
    yield Equation(K * G.I * G * G.I * K.T, K * G.I * K.T)
    i, a = sp.symbols("i a", integer=True)
    yield Equation(A[i, a] * B[a, i], B[a, i] * A[i, a])  # the terms of tr A B and of tr B A
    yield Equation(sp.Trace(G.I * G) / N, recalled_fraction)


def the_shipped_closed_form_is_exact_up_to_the_width():
    """refmem.studies.capacity.memories.ridge is 0 for N <= d; beyond it, snr/ridge_beyond."""
    yield Equation(sum(shipped_ridge(sp.Integer(writes), 4) for writes in range(1, 5)), 0)


def false_twin_with_the_ridge_forgotten():
    """K K' (K K' + lambda I)^-1 is not the identity while lambda > 0."""
    yield Equation(g / (g + ridge), 1)


CLAIMS = (
    a_memory_of_keys_is_a_memory_of_pairs,
    the_error_of_recall_is_what_the_ridge_holds_back,
    without_a_ridge_every_independent_key_is_exact,
    along_a_missing_direction_nothing_is_recalled,
    beyond_the_width_recall_is_a_projection,
    the_shipped_closed_form_is_exact_up_to_the_width,
)
FALSE = (false_twin_with_the_ridge_forgotten,)
