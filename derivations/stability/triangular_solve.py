"""Claim: a triangular solve errs by rounding times its own condition, and the read adds no other.

    (I + A + E)^-1 - (I + A)^-1 = -(I + A + E)^-1 E (I + A)^-1                 exactly
    (I + A + E) u' = b  gives  u' - u = -(I + A)^-1 E u'    so  |u' - u| <= |(I + A)^-1| |E| |u'|
    o = A2 u:   do = A2 du + dA2 (u + du)                                      no inverse

A strictly lower, |E| <= g |I + A| for a substitution row by row. The weights of a softmax add up to
1; the rows of its inverse do not, from the second token on. With a linear kernel, alpha = beta and
beta |k|^2 <= 2 nothing grows faster than the number of tokens, by stability/state_norm:

    u[t] = beta[t] (v[t] - k[t] S[t-1]),       |S[t]| <= |S[t-1]| + beta[t] |k[t]| |v[t]|

Used by:  refmem.condition, refmem.deltaformer
Source:   Xu et al. 2025, DeltaFormer (NeurIPS, OpenReview GSE3oaiDL2), appendix F; Higham 2002,
          Theorem 8.5, for substitution; worked out here to the entry
Method:   products of matrices of symbolic size; then the shipped condition of keys that are exact.
Assumes:  - forward substitution in floats solves a system with |E| <= g |I + A|, g = T e/(1 - T e)
"""

import numpy as np
import sympy as sp

import refmem

from ..proving.statement import Equation, Inequality
from ..proving.symbols import array

n, values = sp.symbols("T V", integer=True, positive=True)
one = sp.Identity(n)
A, E, M, P = (sp.MatrixSymbol(name, n, n) for name in "AEMP")  # M, P inverses of I + A, I + A + E
u, U = sp.MatrixSymbol("u", n, values), sp.MatrixSymbol("u'", n, values)
A2, D2 = sp.MatrixSymbol("A2", n, n), sp.MatrixSymbol("dA2", n, n)


def inverses_differ_by_a_product():
    """P (I + A + E) = I and (I + A) M = I: P - M + P E M = P (I + A) M + P E M - M = 0, since
    P (I + A + E) M is M."""
    between = P * (one + A + E) * M
    spelt = (P * (one + A) * M + P * E * M).expand()
    yield Equation(between.expand(), spelt)
    yield Equation((P * (one + A) * M).expand(), P * M + P * A * M)


def what_was_solved_instead_says_the_error():
    """(I + A) u = b = (I + A + E) u': (I + A) (u' - u) = -E u'."""
    b = (one + A + E) * U
    yield Equation(((one + A) * U - b).expand(), -E * U)


def a_read_takes_no_inverse():
    """(A2 + dA2) u' - A2 u = A2 (u' - u) + dA2 u'."""
    yield Equation(((A2 + D2) * U - A2 * u).expand(), (A2 * (U - u) + D2 * U).expand())


def the_shipped_condition_of_equal_keys_is_this():
    """refmem.condition, linear, three equal unit keys: the inverse takes out the token before, and
    |(I + A)^-1| |I + A| has rows (1), (2, 1), (2, 2, 1)."""
    found = refmem.condition(np.ones((3, 1)), "linear", scale=1)
    takes_out = sp.Matrix([[1, 0, 0], [-1, 1, 0], [0, -1, 1]])
    yield sp.Matrix(found.inverse.astype(int)) - takes_out
    yield sp.Matrix(found.amplification.astype(int)) - sp.Matrix([[1, 0, 0], [2, 1, 0], [2, 2, 1]])
    yield sp.Integer(int(found.skeel)) - 5
    yield takes_out * sp.Matrix([[1, 0, 0], [1, 1, 0], [1, 1, 1]]) - sp.eye(3)


def the_shipped_inverse_of_a_softmax_grows():
    """refmem.condition, softmax, three equal keys: rows 0, (1), (1/2, 1/2) of A, and the second row
    of the inverse adds up to 2."""
    found = refmem.condition(np.ones((3, 1)))
    erased = sp.Matrix([[0, 0, 0], [2, 0, 0], [1, 1, 0]]) / 2
    yield sp.Matrix((2 * found.erase).round(9).astype(int)) - 2 * erased
    inverse = (sp.eye(3) + erased) ** -1
    yield sp.Matrix((2 * found.inverse).round(9).astype(int)) - 2 * inverse
    yield Inequality(1, sum(map(abs, inverse.row(1))))


def what_a_linear_memory_writes_is_what_it_still_misses():
    """u = beta (v - k S), S the states of refmem.delta: what refmem.deltaformer holds, T = 3."""
    k, v, beta = array("k", (3, 2)), array("v", (3, 1)), array("beta", (3,))
    plain = {"kappa1": "linear", "kappa2": "linear", "scale": 1}
    written = refmem.deltaformer(k, k, v, alpha=beta, beta=beta, **plain).state.value
    states = refmem.delta(k, k, v, beta, states=True).states
    for t in range(1, 3):
        yield Equation(written[t], beta[t] * (v[t] - k[t] @ states[t - 1]))


def false_twin_of_weights_that_add_up_to_one():
    """A softmax's rows are at most 1 in sum; its inverse's are not."""
    erased = sp.Matrix([[0, 0, 0], [2, 0, 0], [1, 1, 0]]) / 2
    yield Inequality(sum(map(abs, ((sp.eye(3) + erased) ** -1).row(1))), 1)


CLAIMS = (
    inverses_differ_by_a_product,
    what_was_solved_instead_says_the_error,
    a_read_takes_no_inverse,
    the_shipped_condition_of_equal_keys_is_this,
    the_shipped_inverse_of_a_softmax_grows,
    what_a_linear_memory_writes_is_what_it_still_misses,
)
FALSE = (false_twin_of_weights_that_add_up_to_one,)
