"""exp, which takes the second part to the first; and functions of which nothing else is known."""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.algebra.modular import GENERATOR, SMALL, P, R, guessed, root_exists
from refmem.algebra.pairs import lifted
from refmem.oracle.proof.residues.arithmetic import add, divide, multiply, negative, subtract
from refmem.oracle.proof.residues.arrays import (
    MINUS,
    NAN,
    NUMBER,
    ONE,
    exponent,
    is_one,
    is_residues,
    lift,
    made,
    odd,
    of_number,
    plain_kind,
    power_mod,
)


def exp(x: Any) -> Any:
    """e to the x: from the second part to the first; exp of minus infinity is 0."""
    x = lift(x)
    base = np.full(3, GENERATOR, np.uint64)
    first = power_mod(base, x["second"], P) * x["factor"] % P
    second = np.where(is_one(first), ONE, guessed("exp", first, R))
    out = made(first, second)
    if odd(x):
        gone = x["kind"] == MINUS
        out["first"][gone], out["second"][gone] = 0, 0
        out["kind"] = np.where(gone, NUMBER, plain_kind(x["kind"]))
    return out


def log(x: Any) -> Any:
    """The exponent whose exp is x; of 0, minus infinity."""
    x = lift(x)
    first = np.where(is_one(x["first"]), np.uint64(0), guessed("log", x["first"], P))
    nothing = (x["first"] == 0).all(-1)
    kind = np.where(nothing, MINUS, plain_kind(x["kind"]))
    factor = np.where(nothing[..., None], ONE, x["first"])
    return made(first, np.zeros_like(first), factor, kind)


def function(name: str, x: Any) -> Any:
    """An unknown function of that name."""
    x = lift(x)
    out = free(name, x["first"])
    out["kind"] = np.where(plain_kind(x["kind"]) == NUMBER, NUMBER, NAN)
    return out


def free(name: str, key: np.ndarray) -> Any:
    """Numbers of which nothing is known but their names."""
    return made(guessed(name, key, P), guessed(name, key, R))


def square_root(x: np.ndarray) -> Any:
    """sqrt(x), which is exact for whole numbers that have only small prime factors."""
    out = function("sqrt", x)
    n = x["first"][..., 0]
    whole = (x["first"] == n[..., None]).all(-1) & (x["second"] == n[..., None]).all(-1)
    for index in np.argwhere(whole & (n < SMALL)):
        at = tuple(index)
        if root_exists(int(n[at])):
            out[at] = of_number(lifted(int(n[at])).sqrt())
    return out


def tanh(x: Any) -> Any:
    """The hyperbolic tangent, by exp."""
    twice = exp(add(x, x))
    return divide(subtract(twice, 1), add(twice, 1))


def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x))."""
    return divide(1, add(1, exp(negative(x))))


def softplus(x: Any) -> Any:
    """log(1 + exp(x))."""
    return log(add(1, exp(x)))


def power(x: Any, n: Any) -> Any:
    """x^n for one number n."""
    if not is_residues(n) and np.ndim(n) == 0 and float(n).is_integer():
        n = int(n)
        size = np.full(3, abs(n), np.uint64)
        x = lift(x)
        out = made(power_mod(x["first"], size, P), power_mod(exponent(x), size, R))
        out["kind"] = np.where(plain_kind(x["kind"]) == NUMBER, NUMBER, NAN)
        return divide(1, out) if n < 0 else out
    if not is_residues(n) and np.ndim(n) == 0 and abs(n) == 0.5:
        root = square_root(lift(x))
        return root if n > 0 else divide(1, root)
    return exp(multiply(log(lift(x)), n))
