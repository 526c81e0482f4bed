"""Claim: a memory read linearly through d channels has d independent answers at most.

    O = Q S, Q (n, d) the queries: if n > d some y != 0 has y'Q = 0, so y'O = 0 too, but y'I = y

So n > d one-hot answers are never all exact, whatever was written, and a memory that holds n things
exactly and is read so has d V >= n^2 numbers. (Which entry is largest may still be right.) A kernel
that rounds has no such limit: its scores are a matrix of any rank.

Used by:  refmem.deltaformer, refmem.studies.expressivity.tracking
Source:   Xu et al. 2025, DeltaFormer (NeurIPS, OpenReview GSE3oaiDL2), which states the n^2
Method:   a vector across all queries, matrices of symbolic size; then the shipped rule on symbols.
"""

import numpy as np
import sympy as sp

import refmem

from ..proving.statement import Equation
from ..proving.symbols import array

n, d, values = sp.symbols("n d V", integer=True, positive=True)
Q, S = sp.MatrixSymbol("Q", n, d), sp.MatrixSymbol("S", d, values)
y = sp.MatrixSymbol("y", n, 1)


def what_no_query_sees_no_answer_shows():
    """y'(Q S) = (y'Q) S, which is 0 S = 0 where y'Q is."""
    yield Equation(y.T * (Q * S), (y.T * Q) * S)
    yield Equation(sp.ZeroMatrix(1, d) * S, sp.ZeroMatrix(1, values))


def there_is_such_a_vector():
    """n = d + 1: the minors of Q with their signs, which expand a determinant with a column twice;
    here d = 1, 2, 3."""
    for width in range(1, 4):
        queries = sp.Matrix(width + 1, width, sp.symbols(f"q:{(width + 1) * width}"))
        minors = []
        for row in range(width + 1):
            rest = queries.copy()
            rest.row_del(row)
            minors.append((-1) ** row * rest.det())
        yield (sp.Matrix([minors]) * queries).expand()


def answers(kernel, width):
    """Three things stored and read by refmem.deltaformer, after an exchange of the first two."""
    keys = array("k", (3, width))
    k = np.concatenate([keys, keys[[0]] - keys[[1]], 0 * keys])
    v = np.concatenate([np.eye(3, dtype=int), np.zeros((4, 3), dtype=int)]).astype(object)
    asked = np.concatenate([0 * k[:4], keys])
    plain = {"kappa1": kernel, "kappa2": kernel, "scale": 1}
    return sp.Matrix(refmem.deltaformer(asked, k, v, **plain).out[4:])


def determinant(matrix):
    """(-1)^3 times the last coefficient of the characteristic polynomial, in a ring of polynomials:
    there nothing is left to be expanded."""
    ring = matrix.applyfunc(sp.expand).to_DM()
    return -ring.domain.to_sympy(ring.charpoly()[-1])


def the_shipped_answers_are_dependent():
    """refmem.deltaformer, linear: three things in two dimensions, whatever their keys."""
    yield determinant(answers("linear", 2))


def false_twin_of_as_many_dimensions_as_things():
    """Three things in three dimensions are independent; here with small whole numbers as keys."""
    keys = dict(zip(array("k", (3, 3)).flat, (1, 2, 0, 0, 1, 3, 2, 0, 1), strict=True))
    yield determinant(answers("linear", 3).subs(keys))


CLAIMS = (
    what_no_query_sees_no_answer_shows,
    there_is_such_a_vector,
    the_shipped_answers_are_dependent,
)
FALSE = (false_twin_of_as_many_dimensions_as_things,)
