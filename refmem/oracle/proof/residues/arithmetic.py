"""Sums, products and quotients of residues.

A contraction is four products of float64 matrices of 16-bit halves, which are exact.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.algebra.modular import P, R
from refmem.oracle.proof.residues.arrays import (
    HALF,
    MINUS,
    NAN,
    NUMBER,
    ONE,
    PARTS,
    PLUS,
    exponent,
    inverse,
    is_residues,
    lift,
    made,
    odd,
    plain_kind,
    power_mod,
    zeros,
)


def add(x: Any, y: Any) -> Any:
    """x + y."""
    x, y = lift(x), lift(y)
    out = made(
        (x["first"] + y["first"]) % P,
        (x["second"] + y["second"]) % R,
        x["factor"] * y["factor"] % P,
    )
    if odd(x, y):
        out["kind"] = _kind_of_sum(x["kind"], y["kind"])
    return out


def _kind_of_sum(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    one, other = np.broadcast_arrays(plain_kind(one), plain_kind(other))
    clash = (one != NUMBER) & (other != NUMBER) & (one != other)
    return np.where(clash, NAN, np.maximum(one, other))


def negative(x: Any) -> Any:
    """-x."""
    x = lift(x)
    kind = np.array([NUMBER, PLUS, MINUS, NAN, NUMBER, NUMBER], np.uint8)[x["kind"]]
    return made((P - x["first"]) % P, (R - x["second"]) % R, inverse(x["factor"], P), kind)


def subtract(x: Any, y: Any) -> Any:
    """x - y."""
    return add(x, negative(y))


def total(x: np.ndarray, axes: Any = None, keepdims: bool = False) -> Any:
    """The sum over some axes, or all."""
    axes = tuple(range(x.ndim)) if axes is None else axes
    places = tuple(a % x.ndim for a in np.atleast_1d(axes).astype(int)) if x.ndim else ()
    parts = (x[name].sum(places, keepdims=keepdims) % m for name, m in PARTS)
    out = made(*parts)
    if (x["factor"] != 1).any():
        out["factor"] = _product_over(x["factor"], places, keepdims)
    if odd(x):
        kind = plain_kind(x["kind"])
        has = {k: (kind == k).any(places, keepdims=keepdims) for k in (MINUS, PLUS, NAN)}
        clash = has[NAN] | (has[MINUS] & has[PLUS])
        signs = np.where(has[MINUS], MINUS, np.where(has[PLUS], PLUS, NUMBER))
        out["kind"] = np.where(clash, NAN, signs)
    return out


def _product_over(factor: np.ndarray, places: tuple[int, ...], keepdims: bool) -> np.ndarray:
    for place in sorted(places, reverse=True):
        rows = np.moveaxis(factor, place, 0)
        product = np.ones(rows.shape[1:], np.uint64)
        for row in rows:
            product = product * row % P
        factor = np.expand_dims(product, place) if keepdims else product
    return factor


def accumulate(x: np.ndarray, axis: int, combine: Any = add) -> np.ndarray:
    """Running sums, or other combinations, along an axis."""
    out = x.copy()
    rows = np.moveaxis(out, axis, 0)
    for t in range(1, len(rows)):
        rows[t] = combine(rows[t - 1], rows[t])
    return out


def multiply(x: Any, y: Any) -> Any:
    """x y; a logarithm times whole numbers stays one."""
    if not is_residues(x):
        x, y = y, x
    if not is_residues(y) and (odd(x) or (x["factor"] != 1).any()):
        return _times(x, np.asarray(y))
    x, y = lift(x), lift(y)
    out = made(x["first"] * y["first"] % P, exponent(x) * exponent(y) % R)
    if odd(x, y):
        plain = (plain_kind(x["kind"]) == NUMBER) & (plain_kind(y["kind"]) == NUMBER)
        out["kind"] = np.where(plain, NUMBER, NAN)
    return out


def _times(x: np.ndarray, y: np.ndarray) -> Any:
    """Logarithms and infinities times plain numbers, whose signs are known."""
    if y.dtype == object:
        return multiply(x, lift(y))
    whole = y == np.floor(y)
    if not whole.all() and (x["factor"] != 1).any():
        x = made(x["first"], exponent(x), ONE, x["kind"])
    times = lift(y)
    out = made(x["first"] * times["first"] % P, x["second"] * times["second"] % R)
    if (x["factor"] != 1).any():
        size = np.abs(y).astype(np.uint64)[..., None] + np.zeros(3, np.uint64)
        powered = power_mod(x["factor"], size, P)
        out["factor"] = np.where((y < 0)[..., None], inverse(powered, P), powered)
    kind, y = np.broadcast_arrays(plain_kind(x["kind"]), y)
    turned = np.array([NUMBER, PLUS, MINUS, NAN], np.uint8)[kind]
    infinite = np.where(y > 0, kind, np.where(y < 0, turned, NAN))
    out["kind"] = np.where(kind == NUMBER, NUMBER, infinite)
    return out


def divide(x: Any, y: Any) -> Any:
    """x / y; by zero, not a number."""
    x, y = lift(x), lift(y)
    out = multiply(x, made(inverse(y["first"], P), inverse(exponent(y), R), ONE, NUMBER))
    gone = (y["kind"] == MINUS) | (y["kind"] == PLUS)
    bad = (y["first"] == 0).any(-1) & ~gone | (y["kind"] == NAN)
    if gone.any() or bad.any():
        out[np.broadcast_to(gone, out.shape)] = zeros(())
        out["kind"] = np.where(bad, NAN, out["kind"])
    return out


def product(x: np.ndarray, axis: int, keepdims: bool = False) -> Any:
    """The product along an axis."""
    rows = np.moveaxis(x, axis, 0)
    out = lift(np.ones(rows.shape[1:], int))
    for row in rows:
        out = multiply(out, row)
    return np.expand_dims(out, axis) if keepdims else out


def matmul(x: Any, y: Any) -> Any:
    """Matrices times matrices, over leading axes that broadcast."""
    x, y = lift(x), lift(y)
    if odd(x, y):
        return total(multiply(x[..., :, :, None], y[..., None, :, :]), -2)
    first = _matmul_mod(x["first"], y["first"], P)
    return made(first, _matmul_mod(exponent(x), exponent(y), R))


def _matmul_mod(x: np.ndarray, y: np.ndarray, moduli: np.ndarray) -> np.ndarray:
    """(..., I, K, 3) and (..., K, J, 3): float64 holds sums of products of 16-bit halves exactly,
    for K up to 2^20."""
    x, y = np.moveaxis(x, -1, 0), np.moveaxis(y, -1, 0)
    moduli = moduli.reshape((3,) + (1,) * (max(x.ndim, y.ndim) - 1))
    if x.ndim != y.ndim:  # the axis of residues stays first
        x, y = (z.reshape(3, *(1,) * (moduli.ndim - z.ndim), *z.shape[1:]) for z in (x, y))
    (x1, x0), (y1, y0) = (
        ((z >> np.uint64(16)).astype(float), (z & (HALF - ONE)).astype(float)) for z in (x, y)
    )
    high, middle, low = x1 @ y1, x1 @ y0 + x0 @ y1, x0 @ y0
    parts = [(z.astype(np.uint64)) % moduli for z in (high, middle, low)]
    shift = np.uint64(1 << 32) % moduli
    joined = (parts[0] * shift % moduli + parts[1] * HALF % moduli + parts[2]) % moduli
    return np.moveaxis(joined, 0, -1)
