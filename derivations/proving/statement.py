"""What a step may yield, and how it is judged: proven, refuted, or undecided.

Proven means that symbolic simplification reaches 0 (an equation) or that the signs of the symbols
decide (an inequality). Refuted means that one point was found where the statement is wrong.
Neither of the two is undecided, and nothing that is undecided is ever accepted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import sympy as sp
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanAtom, BooleanFunction


class Verdict(Enum):
    """The three ends of a judgement."""

    PROVEN = "proven"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Equation:
    """left = right. Sums, integrals and limits may be left unevaluated: judging evaluates them."""

    left: Any
    right: Any


@dataclass(frozen=True)
class Inequality:
    """smaller <= larger, to be concluded from the signs of the symbols alone."""

    smaller: Any
    larger: Any


def judge(statement: Any) -> Verdict:
    """Decide an Equation, an Inequality or a bare residue (a number, expression, matrix or array).

    Raises TypeError for floats and truth values, because neither is a residue.
    """
    if isinstance(statement, Inequality):
        return _judge_sign(_exact(statement.larger) - _exact(statement.smaller))
    if isinstance(statement, Equation):
        statement = _difference(statement.left, statement.right)
    verdicts = {_judge_residue(residue) for residue in _entries(statement)}
    for verdict in (Verdict.REFUTED, Verdict.UNDECIDED):
        if verdict in verdicts:
            return verdict
    return Verdict.PROVEN


def _difference(left: Any, right: Any) -> Any:
    if isinstance(left, np.ndarray) and np.shape(left) != np.shape(right) != ():
        raise ValueError(f"an equation has sides of shape {left.shape} and {np.shape(right)}")
    return left - right


def _entries(residue: Any) -> Iterator[sp.Basic]:
    if isinstance(residue, np.ndarray | sp.MatrixBase):
        if 0 in residue.shape:
            raise ValueError(
                f"a residue of shape {residue.shape} has no entry, so it shows nothing"
            )
        yield from map(_exact, np.asarray(residue, dtype=object).flat)
    else:
        yield _exact(residue)


_TRUTH_VALUES = (bool, np.bool_, BooleanAtom, BooleanFunction, Relational)


def _exact(residue: Any) -> sp.Basic:
    if isinstance(residue, _TRUTH_VALUES):
        raise TypeError(f"a residue is {residue}, expected an exact expression, not a truth value")
    expression = sp.sympify(residue)
    if expression.has(sp.Float):
        raise TypeError(f"a residue holds a float ({expression}), expected exact numbers only")
    return expression


def _judge_residue(residue: sp.Basic) -> Verdict:
    value = residue.doit()
    if isinstance(value, sp.MatrixExpr):
        value = sp.expand(value).doit()
        if value.is_ZeroMatrix:
            return Verdict.PROVEN
        return Verdict.REFUTED if _matrix_differs_from_zero(value) else Verdict.UNDECIDED
    if any(simplifier(value) == 0 for simplifier in (sp.expand, sp.simplify, _gammasimp)):
        return Verdict.PROVEN
    nonzero = any(abs(number) > _NOISE for number in _values(value))
    return Verdict.REFUTED if nonzero else Verdict.UNDECIDED


def _judge_sign(difference: sp.Expr) -> Verdict:
    difference = difference.doit()
    if any(form(difference).is_nonnegative for form in (sp.expand, sp.factor, sp.simplify)):
        return Verdict.PROVEN
    negative = any(number.is_real and number < -_NOISE for number in _values(difference))
    return Verdict.REFUTED if negative else Verdict.UNDECIDED


def _gammasimp(value: sp.Expr) -> sp.Expr:
    return sp.gammasimp(sp.expand_func(value))


_NOISE = sp.Rational(1, 10**12)


def _values(value: sp.Expr) -> Iterator[sp.Expr]:
    """The value at a few rational points; only ever used to refute, never to prove."""
    symbols = sorted(value.free_symbols, key=str)
    for attempt in range(4):
        point = {x: _sample(x, attempt + position) for position, x in enumerate(symbols)}
        number = value.subs(point).doit().evalf(30)
        if number.is_number and number.is_finite:
            yield number


def _sample(symbol: sp.Symbol, position: int) -> sp.Rational:
    whole = sp.Integer(2 + position)
    size = whole if symbol.is_integer else whole - sp.Rational(2, 3)
    return -size if symbol.is_negative else size


def _matrix_differs_from_zero(value: sp.MatrixExpr) -> bool:
    """Give every symbolic size the value 2 and every entry its own prime, and look."""
    matrices = value.atoms(sp.MatrixSymbol)
    sizes = set().union(*(size.free_symbols for matrix in matrices for size in matrix.shape))
    explicit = value.subs(dict.fromkeys(sizes, 2)).doit().as_explicit()
    elements = sorted(explicit.atoms(sp.matrices.expressions.matexpr.MatrixElement), key=str)
    explicit = explicit.subs({x: sp.prime(3 + place) for place, x in enumerate(elements)})
    return any(abs(number) > _NOISE for entry in explicit for number in _values(entry))
