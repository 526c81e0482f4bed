"""What it takes to compare a shipped step with the shipped objective: one token, and a gradient."""

import inspect
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy as sp

import refmem
from refmem.functions.activations import Activation
from refmem.functions.layer_norm import mean

from .symbols import arguments, array

SIZES = {"T": 1, "K": 2, "V": 3, "M": 2, "C": 2, "n*T": 2}


class Slope(sp.Function):
    """The derivative of an activation that can be any."""

    __module__ = "sympy"  # refmem.algebra.numbers tells symbols by it


class Value(sp.Function):
    """An activation that can be any."""

    __module__ = "sympy"

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        return Slope(*self.args)


ANY_ACTIVATION = Activation(
    "any", "f(x)", *(np.vectorize(function, otypes=[object]) for function in (Value, Slope))
)


eps, width = sp.symbols("eps w", positive=True)


def in_widths(slope: np.ndarray, z: np.ndarray, bias: np.ndarray | None = None) -> np.ndarray:
    """A slope through a layer norm of z, with its eps written as width^2 less the variance of z.

    Its roots then are the symbol width, and what is left to compare are fractions of polynomials;
    of short ones where z has a bias, which is written as z less everything else.
    """
    point = {}
    if bias is not None:
        names = array("z", z.shape)
        point = dict(zip(bias.flat, (names - (z - bias)).flat, strict=True))
        z = names
    centred = z - mean(z)
    norm = {eps: width**2 - mean(centred * centred).item()}
    return np.vectorize(lambda x: x.subs(point).subs(norm), otypes=[object])(slope)


def named(docstring: str) -> list[Any]:
    """The rules that a text names, as in `refmem.delta`, in the order of refmem.RULES."""
    names = re.findall(r"refmem\.(\w+)", docstring)
    return [rule for rule in refmem.RULES if rule.name in names]


def with_objective() -> list[Any]:
    """The rules that ship an objective."""
    return [rule for rule in refmem.RULES if getattr(rule, "objective", None)]


def one_token(
    rule: Any, left_out: tuple[str, ...] = (), sizes: Mapping[str, int] = SIZES, **options: Any
) -> tuple[Any, dict[str, Any]]:
    """A symbolic state of a rule and the symbolic inputs of one token, of one head: (1, ...)."""
    given = {name: x[None] for name, x in arguments(rule, **sizes).items() if name not in left_out}
    x = rule.bind((), given | options, None, None)
    empty = rule.initial(x)
    if isinstance(empty, tuple):
        parts = {name: array(name, part.shape) for name, part in empty._asdict().items()}
        return type(empty)(**parts), x.token(0)
    return array("S", empty.shape), x.token(0)


def slopes(rule: Any, memories: tuple[np.ndarray, ...], token: Mapping[str, Any]) -> list[Any]:
    """The gradient of the shipped objective in each of its memories, at these memories.

    The objective takes the memories first, and then what it asks of a token by name.
    """
    free = [array(f"X{place}", at.shape) for place, at in enumerate(memories)]
    wanted = list(inspect.signature(rule.objective).parameters)[len(memories) :]
    value = np.asarray(rule.objective(*free, **{name: token[name] for name in wanted})).item()
    pairs = zip(free, memories, strict=True)
    point = {x: at for X, A in pairs for x, at in zip(X.flat, A.flat, strict=True)}
    by_entry = np.vectorize(lambda x: value.diff(x).subs(point), otypes=[object])
    return [by_entry(X) for X in free]
