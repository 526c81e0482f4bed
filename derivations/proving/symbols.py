"""The symbols that derivations share, and symbolic arguments for the shipped rules.

N     pairs stored
d     width of a key
s     norm of the key that is read with
tau   temperature: scores are divided by it
z     a standard normal variable
"""

from typing import Any

import numpy as np
import sympy as sp

N, d = sp.symbols("N d", integer=True, positive=True)
s, tau = sp.symbols("s tau", positive=True)
z = sp.Symbol("z", real=True)


def array(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """An object array of real symbols named by their place, such as q[0,1]."""
    symbols = np.empty(shape, dtype=object)
    for place in np.ndindex(*shape):
        index = ",".join(map(str, place))
        symbols[place] = sp.Symbol(f"{name}[{index}]" if place else name, real=True)
    return symbols


def arguments(rule: Any, **sizes: int) -> dict[str, np.ndarray]:
    """One array of real symbols for each input of a rule: arguments(delta, T=2, K=2, V=1).

    Raises ValueError if an input has an axis that is given no size.
    """
    return {name: array(name, _shape(name, axes, sizes)) for name, axes in rule.inputs.items()}


def _shape(name: str, axes: str, sizes: dict[str, int]) -> tuple[int, ...]:
    missing = [axis for axis in axes.split() if axis not in sizes]
    if missing:
        raise ValueError(f"arguments: {name} has axes {axes}, expected a size for {missing[0]}")
    return tuple(sizes[axis] for axis in axes.split())
