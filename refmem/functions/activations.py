"""Activations of a hidden layer, each with its slope, so that an inner gradient can be written out.

value    elementwise, or of whole rows (softmax, SoLU)
slope    its derivative, where it is elementwise
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from refmem.algebra import arccos, erf, exp, ones, relu, sigmoid, softmax, sqrt, tanh
from refmem.functions.finding import find


class Activation(NamedTuple):
    """An elementwise function and its derivative, or a function of rows (..., M), without one."""

    name: str
    equation: str
    value: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray], np.ndarray]

    def __repr__(self) -> str:
        return self.name


def _pi(like: np.ndarray) -> np.ndarray:
    return arccos(-ones((1,), like))


def _root(like: np.ndarray, square: int) -> np.ndarray:
    return sqrt(ones((1,), like) * square)


def _normal_below(x: np.ndarray) -> np.ndarray:
    """How much of a standard normal lies below x."""
    return (1 + erf(x / _root(x, 2))) / 2


def _gelu_slope(x: np.ndarray) -> np.ndarray:
    density = exp(-x * x / 2) / sqrt(2 * _pi(x))
    return _normal_below(x) + x * density


def _bent(x: np.ndarray) -> np.ndarray:
    return tanh(sqrt(2 / _pi(x)) * (x + x * x * x / 2000 * 8943 / 100))


def _gelu_tanh_slope(x: np.ndarray) -> np.ndarray:
    bent = _bent(x)
    inner = sqrt(2 / _pi(x)) * (1 + 3 * x * x / 2000 * 8943 / 100)
    return (1 + bent) / 2 + x * (1 - bent * bent) * inner / 2


def _silu_slope(x: np.ndarray) -> np.ndarray:
    gate = sigmoid(x)
    return gate * (1 + x * (1 - gate))


def _step(x: np.ndarray) -> np.ndarray:
    return np.where(np.asarray(relu(x) == 0, dtype=bool), x * 0, x * 0 + 1)


def _shares(x: np.ndarray) -> np.ndarray:
    return softmax(x, np.ones(x.shape[-1:], dtype=bool))


def _no_slope(x: np.ndarray) -> np.ndarray:
    raise TypeError(
        "activation: slope has no value, expected that of an elementwise function, because softmax "
        "and solu look at whole rows"
    )


identity = Activation("identity", "x", lambda x: x, lambda x: x * 0 + 1)
square = Activation("square", "x^2", lambda x: x * x, lambda x: 2 * x)
relu_activation = Activation("relu", "max(x, 0), of slope 0 at 0", relu, _step)
gelu = Activation("gelu", "x Phi(x)", lambda x: x * _normal_below(x), _gelu_slope)
gelu_tanh = Activation(
    "gelu_tanh",
    "x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))/2",
    lambda x: x * (1 + _bent(x)) / 2,
    _gelu_tanh_slope,
)
silu = Activation("silu", "x / (1 + exp(-x))", lambda x: x * sigmoid(x), _silu_slope)
sigmoid_activation = Activation(
    "sigmoid", "1 / (1 + exp(-x))", sigmoid, lambda x: sigmoid(x) * (1 - sigmoid(x))
)
relu_squared = Activation(
    "relu_squared", "max(x, 0)^2", lambda x: relu(x) * relu(x), lambda x: 2 * relu(x)
)
exponential = Activation("exp", "exp(x)", exp, exp)
softmax_activation = Activation("softmax", "exp(x) / sum exp(x)", _shares, _no_slope)
solu = Activation("solu", "x softmax(x)", lambda x: x * _shares(x), _no_slope)

ACTIVATIONS = {
    a.name: a
    for a in (
        identity,
        square,
        relu_activation,
        relu_squared,
        gelu,
        gelu_tanh,
        silu,
        sigmoid_activation,
        exponential,
        softmax_activation,
        solu,
    )
}


def find_activation(activation: Activation | str) -> Activation:
    """An activation, or the activation of that name."""
    return find("activation", Activation, ACTIVATIONS, activation)
