"""torch's operations on numbers that are more than one of `residues`.

Handlers of the table, which says what they get.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from refmem.oracle.proof import residues as n
from refmem.oracle.proof.aten.views import (
    Handler,
    copied,
    squeeze,
)
from refmem.oracle.proof.notes import NotAlgebraicError
from refmem.oracle.proof.residues import is_residues, lift


def weighted(combine: Callable[..., Any]) -> Handler:
    """Sums and differences whose second term has a factor."""

    def handler(x: Any, y: Any, alpha: Any = 1) -> Any:
        return combine(x, y if alpha == 1 else n.multiply(lift(y), alpha))

    return handler


def divide(x: Any, y: Any, rounding_mode: Any = None) -> Any:
    if rounding_mode is not None:
        raise NotAlgebraicError("a division that is rounded")
    return n.divide(x, y)


def sum_(x: Any, dims: Any = None, keepdim: bool = False, **_: Any) -> Any:
    every = dims is None or (isinstance(dims, list | tuple) and not dims)
    return n.total(lift(x), None if every else dims, keepdim)


def mean(x: Any, dims: Any = None, keepdim: bool = False, **_: Any) -> Any:
    sums = sum_(x, dims, keepdim)
    return n.divide(sums, x.size // sums.size)


def largest(x: Any, dims: Any = (), keepdim: bool = False) -> Any:
    places = sorted(d % x.ndim for d in np.atleast_1d(dims).astype(int)) or range(x.ndim)
    for place in sorted(places, reverse=True):
        x = n.largest(x, place, keepdim)
    return x


def max_dim(x: Any, dim: int, keepdim: bool = False) -> Any:
    """The greatest, and where it is: which nobody knows."""
    top = n.largest(x, dim, keepdim)
    return top, np.full(top.shape, None, object)


def softmax(x: Any, dim: int, half: bool = False) -> Any:
    weights = n.exp(n.subtract(x, n.largest(x, dim, True)))
    return n.divide(weights, n.total(weights, dim, True))


def log_softmax(x: Any, dim: int, half: bool = False) -> Any:
    return n.subtract(x, log_sum_exp(x, dim, True))


def log_sum_exp(x: Any, dims: Any, keepdim: bool = False) -> Any:
    top = largest(x, dims, True)
    finite = n.where(n.odd_entries(top), lift(0), top)
    sums = n.log(sum_(n.exp(n.subtract(x, finite)), dims, True))
    out = n.add(sums, finite)
    return out if keepdim else squeeze(out, dims)


def softmax_backward(grad: Any, out: Any, dim: int, dtype: Any) -> Any:
    return n.multiply(out, n.subtract(grad, n.total(n.multiply(grad, out), dim, True)))


def log_softmax_backward(grad: Any, out: Any, dim: int, dtype: Any) -> Any:
    return n.subtract(grad, n.multiply(n.exp(out), n.total(grad, dim, True)))


def addmm(x: Any, a: Any, b: Any, beta: Any = 1, alpha: Any = 1) -> Any:
    return n.add(n.multiply(lift(x), beta), n.multiply(n.matmul(a, b), alpha))


def vector(x: Any, y: Any) -> Any:
    return n.total(n.multiply(lift(x), y), -1)


def triangular(
    a: Any, b: Any, upper: bool = False, left: bool = True, unitriangular: bool = False
) -> Any:
    """X with A X = B, or X A = B, row by row."""
    if not left:
        turned = triangular(
            np.swapaxes(a, -1, -2), np.swapaxes(b, -1, -2), not upper, True, unitriangular
        )
        return np.swapaxes(turned, -1, -2)
    size = a.shape[-1]
    out = np.array(
        np.broadcast_to(b, (*np.broadcast_shapes(a.shape[:-2], b.shape[:-2]), *b.shape[-2:]))
    )
    for i in range(size - 1, -1, -1) if upper else range(size):
        done = slice(i + 1, size) if upper else slice(0, i)
        if done.stop > done.start:
            known = n.matmul(a[..., i, None, done], out[..., done, :])[..., 0, :]
            out[..., i, :] = n.subtract(out[..., i, :], known)
        if not unitriangular:
            out[..., i, :] = n.divide(out[..., i, :], a[..., i, i, None])
    return out


def solve(a: Any, b: Any) -> Any:
    """X with A X = B, by elimination; a pivot is never zero where numbers are drawn."""
    if b.ndim == a.ndim - 1:
        return solve(a, b[..., None])[..., 0]
    a, b = np.array(a), np.array(b)
    size = a.shape[-1]
    for c in range(size):
        b[..., c, :] = n.divide(b[..., c, :], a[..., c, c, None])
        a[..., c, :] = n.divide(a[..., c, :], a[..., c, c, None])
        for row in range(size):
            if row != c:
                times = np.array(a[..., row, c, None])
                b[..., row, :] = n.subtract(b[..., row, :], n.multiply(times, b[..., c, :]))
                a[..., row, :] = n.subtract(a[..., row, :], n.multiply(times, a[..., c, :]))
    return b


def eye_like(a: Any) -> Any:
    return np.broadcast_to(lift(np.eye(a.shape[-1], dtype=int)), a.shape)


def clamp(x: Any, least: Any = None, most: Any = None) -> Any:
    x = x if least is None else n.maximum(x, least)
    return x if most is None else n.minimum(x, most)


def gelu(x: Any, approximate: str = "none") -> Any:
    if approximate == "tanh":
        inner = n.multiply(n.add(x, n.multiply(n.power(x, 3), 0.044715)), math.sqrt(2 / math.pi))
        return n.multiply(n.multiply(x, 0.5), n.add(1, n.tanh(inner)))
    inner = n.function("erf", n.multiply(x, math.sqrt(0.5)))
    return n.multiply(n.multiply(x, 0.5), n.add(1, inner))


def silu_backward(grad: Any, x: Any) -> Any:
    s = n.sigmoid(x)
    return n.multiply(grad, n.multiply(s, n.add(1, n.multiply(x, n.subtract(1, s)))))


def norm(x: Any, order: Any = 2, dims: Any = None, keepdim: bool = False, **_: Any) -> Any:
    if order != 2:
        raise NotAlgebraicError(f"a norm of order {order}")
    return n.square_root(sum_(n.power(x, 2), dims, keepdim))


def softplus(x: Any, beta: Any = 1, threshold: Any = 20) -> Any:
    """log(1 + exp(beta x)) / beta; past the threshold torch returns x itself."""
    return n.softplus(x) if beta == 1 else n.divide(n.softplus(n.multiply(x, beta)), beta)


def finite(x: Any) -> Any:
    return ~n.odd_entries(x) if is_residues(x) else np.isfinite(x)


def masked_fill(x: Any, mask: Any, value: Any) -> Any:
    return n.where(mask, value if is_residues(value) else lift(value), lift(x))


def whole(x: Any, **options: Any) -> Any:
    """A cast: of numbers, nothing (it is noted); to whole numbers, of what is such a constant."""
    wanted = str(options.get("dtype"))
    if "int" not in wanted and "bool" not in wanted:
        return copied(lift(x), **options)
    values, known = n.small_whole(lift(x))
    if not known.all():
        raise NotAlgebraicError("a number made a whole one")
    return values != 0 if "bool" in wanted else values


def _logical(combine: Callable[..., Any]) -> Handler:
    return lambda x, y=None: combine(x, y)


def and_(x: Any, y: Any) -> Any:
    if is_residues(x) or is_residues(y):
        return n.multiply(lift(x), lift(y))
    return np.asarray(x) & np.asarray(y)


def or_(x: Any, y: Any) -> Any:
    return n.not_(and_(n.not_(x), n.not_(y)))


def safe_softmax(x: Any, dim: int) -> Any:
    """Rows in which nothing is seen are zero."""
    out = softmax(x, dim)
    unseen = (x["kind"] == n.MINUS).all(dim, keepdims=True)
    return n.where(unseen, lift(0), out)
