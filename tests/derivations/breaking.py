"""Break what refmem ships, and see whether a derivation notices."""

import contextlib
import functools
import importlib
import inspect
import sys
from fractions import Fraction
from unittest.mock import patch

import numpy as np
import sympy as sp

from derivations.proving.statement import Equation, Verdict, judge

PARTS = ("step", "attend", "read")
"""The definitions of rules, one each."""


def found(dotted):
    """A shipped rule or function by its dotted name, its owner, and its name there."""
    module, _, rest = dotted.partition(".")
    value, parts = importlib.import_module(module), rest.split(".")
    for place, part in enumerate(parts):
        if inspect.ismodule(value) and not hasattr(value, part):
            importlib.import_module(".".join([module, *parts[: place + 1]]))
        elif not hasattr(value, part):  # a rule, beside the module of the same name
            value = importlib.import_module(".".join([module, *parts[:place]]))
        owner, value = value, getattr(value, part)
    return owner, parts[-1], value


def wrong(value):
    """The same kind of thing, one more of it: a number, symbol, array, or what is made of them."""
    if isinstance(value, bool | np.bool_):
        return not value
    if isinstance(value, np.ndarray) and value.dtype == bool:
        return ~value
    if isinstance(value, int | float | complex | Fraction | np.ndarray | np.number | sp.Basic):
        return value + 1
    if isinstance(value, tuple):
        parts = [
            part if part is None else _wronger(part, place) for place, part in enumerate(value)
        ]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if isinstance(value, list):
        return [wrong(part) for part in value]
    if isinstance(value, dict):
        return {name: wrong(part) for name, part in value.items()}
    if callable(value):
        return functools.wraps(value)(lambda *args, **given: wrong(value(*args, **given)))
    raise NotImplementedError(f"nothing is known that is a wrong {type(value).__name__}")


def _wronger(part, place):
    """A wrong part, and not in the way of its neighbour: errors of a ratio may cancel."""
    for _ in range(place + 1):
        part = wrong(part)
    return part


@contextlib.contextmanager
def broken(dotted):
    """That thing wrong, wherever refmem and its derivations have it."""
    owner, name, value = found(dotted)
    part = next((part for part in PARTS if hasattr(value, part)), None)
    with contextlib.ExitStack() as stack:
        if part or inspect.isclass(owner) or not inspect.isfunction(value):
            target = (value, part) if part else (owner, name)
            stack.enter_context(patch.object(*target, wrong(getattr(*target))))
        else:
            for place, key in _places(value):
                change = patch.dict if isinstance(place, dict) else patch.object
                given = ({key: wrong(value)},) if isinstance(place, dict) else (key, wrong(value))
                stack.enter_context(change(place, *given))
        yield


def _places(value):
    """Modules and their dicts that hold it, and under what name."""
    ours = ("refmem", "derivations")
    for module in [one for name, one in sys.modules.items() if name.startswith(ours)]:
        for key, held in list(vars(module).items()):
            if held is value:
                yield module, key
            elif isinstance(held, dict) and not key.startswith("__"):
                yield from ((held, inner) for inner, one in held.items() if one is value)


def fails(module):
    """Whether a claim is refuted, cannot be decided or raises; the last ones first."""
    for step in reversed(module.CLAIMS):
        try:
            if any(_is_wrong(statement) for statement in step()):
                return True
        except Exception:  # whatever it raises, it has not been shown
            return True
    return False


def _is_wrong(statement):
    """A number decides at once what takes long to be simplified."""
    if isinstance(statement, Equation) and not isinstance(statement.left, sp.MatrixBase):
        residues = np.atleast_1d(np.asarray(statement.left - statement.right, dtype=object))
        for residue in map(sp.sympify, residues.flat):
            if residue.is_Matrix or residue.has(*LEFT_OPEN):
                break
            points = {x: sp.Rational(7 + 2 * n, 5) for n, x in enumerate(residue.free_symbols)}
            number = residue.subs(points).evalf(20)
            if number.is_number and abs(number) > sp.Rational(1, 10**9):
                return True
    return judge(statement) is not Verdict.PROVEN


LEFT_OPEN = (sp.Integral, sp.Sum, sp.Limit, sp.Derivative, sp.Subs)
