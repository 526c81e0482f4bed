"""Derivatives of anything computed on arrays: note every operation, then walk over the notes.

A `Traced` array computes as any array does. Beside its value it keeps where that came from: for
each argument of the operation that made it, the linear map from a small change of the argument to
the change of the result. Two walks over these maps are all of automatic differentiation:

    push   from what was given on    d(result)    = sum over its arguments of map(d(argument))
    pull   from the results back     d(argument) += transpose of map(d(result))

Pulling one number back gives its derivatives by everything at once: reverse mode.

>>> x, y = traced((np.array([2., 3.]), np.array([5., 7.])))
>>> z = (x * y).sum()
>>> z.value
array(31.)
>>> pull(z, np.array(1.), (x, y))
(array([5., 7.]), array([2., 3.]))
>>> push((x, y), (np.array([1., 0.]), np.array([0., 1.])), z)
array(8.)

The maps of the operations are in `maps` and `moves`. Numbers of every system work, complex
ones without conjugation. A comparison has no derivative: what it chooses is constant nearby.
"""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from refmem.algebra import zeros
from refmem.derivative import maps, moves
from refmem.derivative.linear_map import Map, Table, summed_to

MAPS = Table(maps.MAPS | moves.MAPS)
"""The derivative of every function that rules are written in."""


class Traced(np.lib.mixins.NDArrayOperatorsMixin):
    """An array that notes where it came from; `traced` makes one that came from nowhere."""

    numbers = itertools.count()

    def __init__(self, value: Any, sources: list[tuple[Traced, Map]] | None = None) -> None:
        self.value, self.sources = boxed(value), sources or []
        self.number = next(Traced.numbers)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *args: Any, **kwargs: Any) -> Any:
        """Every operator and elementwise function of NumPy comes through here."""
        if method == "reduce" and ufunc is np.add:
            return apply(np.sum, args, {"axis": kwargs.pop("axis", 0)} | kwargs)
        return apply(ufunc if method == "__call__" else getattr(ufunc, method), args, kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """Every other function of NumPy comes through here."""
        return apply(function, args, kwargs)

    def __word__(self, function: Any, args: Any, kwargs: Any) -> Any:
        """The words of `algebra.py` that are not made of NumPy's come through here."""
        return apply(function, args, kwargs)

    def __getitem__(self, index: Any) -> Any:
        return apply(operator.getitem, (self, index), {})

    def __getattr__(self, name: str) -> Any:
        """A method is NumPy's function of that name."""
        return functools.partial(getattr(np, name), self)

    def reshape(self, *shape: Any) -> Any:
        """The same entries in another shape, given as one tuple or as several numbers."""
        return np.reshape(self, shape[0] if len(shape) == 1 else shape)

    def __array__(self, *_: Any, **__: Any) -> np.ndarray:
        raise TypeError(
            "tape: a traced array has no plain one, because its derivative would be lost"
        )

    def __len__(self) -> int:
        return len(self.value)

    shape = property(lambda self: self.value.shape)
    ndim = property(lambda self: self.value.ndim)
    size = property(lambda self: self.value.size)
    dtype = property(lambda self: self.value.dtype)
    flat = property(lambda self: self.value.flat, doc="Values, to be looked at.")
    real = property(lambda self: self.value.real, doc="Values, to be compared.")


def apply(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Compute on the values; note the maps."""
    plain = values(args)
    if function in maps.CONSTANT:
        return function(*plain, **kwargs)
    if function not in MAPS or "out" in kwargs:
        raise TypeError(
            f"tape: {getattr(function, '__name__', function)} has no derivative, expected one of "
            f"{', '.join(sorted({f.__name__ for f in MAPS}))}, because rules are written in these"
        )
    result = boxed(function(*plain, **kwargs))
    by_argument = MAPS[function](result, *plain, **kwargs)
    pairs = zip(leaves(args), by_argument, strict=False)
    return Traced(result, [(x, m) for x, m in pairs if isinstance(x, Traced) and m is not None])


def pull(results: Any, cotangents: Any, wanted: Any) -> Any:
    """What is `wanted` of a sum's derivatives, given its derivatives by the `results`."""
    flow: dict[int, np.ndarray] = {}
    for node, cotangent in zip(leaves(results), leaves(cotangents), strict=True):
        if isinstance(node, Traced):
            add_to(flow, node, summed_to(cotangent, node.shape))
    kept = {node.number for node in leaves(wanted) if isinstance(node, Traced)}
    for node in reversed(notes(leaves(results))):
        cotangent = flow[node.number] if node.number in kept else flow.pop(node.number)
        for source, map_ in node.sources:
            add_to(flow, source, map_.pull(cotangent))
    return each_leaf(lambda node: derivative(flow, node), wanted)


def push(given: Any, tangents: Any, wanted: Any) -> Any:
    """How what is `wanted` changes as what is `given` changes by the tangents."""
    pairs = zip(leaves(given), leaves(tangents), strict=True)
    flow = {node.number: d for node, d in pairs if isinstance(node, Traced)}
    for node in notes(leaves(wanted)):
        for source, map_ in node.sources:
            if source.number in flow:
                add_to(flow, node, map_.push(flow[source.number]))
    return each_leaf(lambda node: derivative(flow, node), wanted)


def notes(results: list[Any]) -> list[Traced]:
    """Everything the results were made from, and they themselves, in the order it was made."""
    found: dict[int, Traced] = {}
    ahead = [node for node in results if isinstance(node, Traced)]
    while ahead:
        node = ahead.pop()
        if node.number not in found:
            found[node.number] = node
            ahead.extend(source for source, _ in node.sources)
    return [found[number] for number in sorted(found)]


def add_to(flow: dict[int, np.ndarray], node: Traced, part: np.ndarray) -> None:
    """Derivatives that reach a node by several ways add."""
    flow[node.number] = boxed(flow[node.number] + part if node.number in flow else part)


def derivative(flow: dict[int, np.ndarray], node: Any) -> Any:
    """What has reached a node; zero if nothing has; None of what is not an array."""
    if isinstance(node, Traced):
        found = flow.get(node.number)
        return zeros(node.shape, node.value) if found is None else found
    return zeros(node.shape, node) if is_number_array(node) else None


# ---- arrays within tuples, lists and dictionaries


def leaves(tree: Any) -> list[Any]:
    """Everything in a structure, in order."""
    if isinstance(tree, dict):
        tree = list(tree.values())
    if isinstance(tree, tuple | list):
        return [leaf for branch in tree for leaf in leaves(branch)]
    return [tree]


def each_leaf(function: Callable[[Any], Any], tree: Any) -> Any:
    """The same structure with a function applied to everything in it."""
    if isinstance(tree, dict):
        return {name: each_leaf(function, branch) for name, branch in tree.items()}
    if isinstance(tree, tuple | list):
        branches: Iterator[Any] = (each_leaf(function, branch) for branch in tree)
        return type(tree)(*branches) if hasattr(tree, "_fields") else type(tree)(branches)
    return function(tree)


def traced(tree: Any) -> Any:
    """Every array of numbers in a structure, from now on noted."""
    return each_leaf(lambda x: Traced(x) if is_number_array(x) else x, tree)


def values(tree: Any) -> Any:
    """The same structure of plain arrays."""
    return each_leaf(lambda x: x.value if isinstance(x, Traced) else x, tree)


def is_number_array(x: Any) -> bool:
    """Whether x is an array of floats, complex or exact numbers: whole numbers only count."""
    return isinstance(x, np.ndarray) and x.dtype.kind in "fcO"


def boxed(x: Any) -> np.ndarray:
    """`x` as an array; a lone exact number as one of no axes, placed by index as some are lists."""
    if isinstance(x, np.ndarray | np.generic | float | complex):
        return np.asarray(x)
    cell = np.empty((), dtype=object)
    cell[()] = x
    return cell
