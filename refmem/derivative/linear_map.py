"""A linear map of arrays with its transpose, and tables that say which belong to a function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np


class Map(NamedTuple):
    """A linear map of arrays, and its transpose: sum of g * push(d) = sum of pull(g) * d."""

    push: Callable[[np.ndarray], np.ndarray]
    pull: Callable[[np.ndarray], np.ndarray]


class Table(dict[Any, Callable[..., Sequence[Map | None]]]):
    """function -> maker(result, *arguments) of the maps by its arguments in turn, None for one that
    is constant."""

    def of(self, *functions: Any) -> Callable[[Any], Any]:
        """Note the maker of maps that follows as that of these functions."""

        def note(maker: Any) -> Any:
            self.update(dict.fromkeys(functions, maker))
            return maker

        return note


def summed_to(x: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The transpose of broadcasting from `shape`: sum over every axis that was repeated."""
    if x.shape == shape:
        return x
    x = np.broadcast_to(x, np.broadcast_shapes(x.shape, shape))
    new = x.ndim - len(shape)
    axes = [new + axis for axis, n in enumerate(shape) if n == 1 != x.shape[new + axis]]
    return x.sum(axis=(*range(new), *axes), keepdims=True).reshape(shape)
