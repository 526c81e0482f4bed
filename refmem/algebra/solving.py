"""Linear systems: triangular, any, and by conjugate gradients."""

from __future__ import annotations

import numpy as np

from refmem.algebra.arrays import join
from refmem.algebra.numbers import system_of
from refmem.algebra.products import recall
from refmem.algebra.softmax import over
from refmem.algebra.word import word


@word
def unit_lower_solve(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """X with (I + A) X = B, for `A` (..., T, T) strictly lower: row t needs only the rows above."""
    T = B.shape[-2]
    if T > 32:
        half = T // 2
        top = unit_lower_solve(A[..., :half, :half], B[..., :half, :])
        below = B[..., half:, :] - A[..., half:, :half] @ top
        return join(top, unit_lower_solve(A[..., half:, half:], below))
    X = B.copy()
    for t in range(1, T):
        X[..., t, :] -= (A[..., t, None, :t] @ X[..., :t, :])[..., 0, :]
    return X


@word
def solve(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """X with A X = B, for `A` (..., K, K) and `B` (..., K, V); exact where the numbers are.

    A matrix without an inverse raises `np.linalg.LinAlgError`. Half and long doubles, which LAPACK
    does not have, are eliminated like exact numbers.

    >>> solve(np.array([[2., 1.], [0., 4.]]), np.array([[4.], [8.]]))[:, 0]
    array([1., 2.])
    """
    if A.dtype.char in "fdFD":
        return np.linalg.solve(A, B)
    lead = np.broadcast_shapes(A.shape[:-2], B.shape[:-2])
    A, X = np.broadcast_to(A, lead + A.shape[-2:]).copy(), np.broadcast_to(B, lead + B.shape[-2:])
    X = X.copy()
    for index in np.ndindex(lead):
        _eliminate(A[index], X[index])
    return X


def _eliminate(A: np.ndarray, X: np.ndarray) -> None:
    """Gauss-Jordan in place: A becomes the identity, X what it was solved for."""
    for c in range(len(A)):
        pivot = c + pivot_of(A[c:, c])
        A[[c, pivot]], X[[c, pivot]] = A[[pivot, c]], X[[pivot, c]]
        one = A[c, c : c + 1]  # an array: a lone series would be taken apart
        A[c], X[c] = A[c] / one, X[c] / one
        rest = A[:, c].copy()
        rest[c] = rest[c] * 0
        A -= rest[:, None] * A[c]
        X -= rest[:, None] * X[c]


def pivot_of(column: np.ndarray) -> int:
    """Where the entry to divide by is: the largest where there is an order, else any but zero."""
    if column.dtype != object or "middle" in system_of(column).functions:
        sizes = abs(column if column.dtype != object else system_of(column).apply("middle", column))
        best = int(np.argmax(sizes))
        usable = bool(column[best] != 0)
    else:
        found = np.flatnonzero(np.asarray(column != 0, dtype=bool))
        best, usable = (int(found[0]), True) if len(found) else (0, False)
    if not usable:
        raise np.linalg.LinAlgError("Singular matrix")
    return best


def conjugate_gradients(A: np.ndarray, b: np.ndarray, iterations: int) -> np.ndarray:
    """x with A x = b by so many steps of conjugate gradients from 0; `A` symmetric, `b` (..., K).

    K steps are exact but for rounding. A residual of zero stays zero, and so does, of floats, one
    that is less than a rounding of `b`; there is no other eps.
    """
    return (all_gradients if iterations >= b.shape[-1] else _descend)(A, b, iterations)


@word
def all_gradients(A: np.ndarray, b: np.ndarray, iterations: int) -> np.ndarray:
    """`conjugate_gradients` that solve, by K steps or more: a word, for its slope is that of
    `solve`, where fewer steps were enough for this `b`, and would not be for one near it."""
    return _descend(A, b, iterations)


def _descend(A: np.ndarray, b: np.ndarray, iterations: int) -> np.ndarray:
    x, residual = b * 0, b
    direction, size = b, (b * b).sum(-1, keepdims=True)
    for _ in range(iterations):
        image = recall(A, direction)
        length = over(size, (direction * image).sum(-1, keepdims=True))
        x, residual = x + length * direction, residual - length * image
        before, size = size, (residual * residual).sum(-1, keepdims=True)
        if b.dtype != object:
            least = np.finfo(b.dtype).eps ** 2 * abs((b * b).sum(-1, keepdims=True))
            size = np.where(abs(size) > least, size, b.dtype.type(0))
        direction = residual + over(size, before) * direction
    return x
