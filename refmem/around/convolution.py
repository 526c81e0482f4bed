"""Short convolution: each channel a weighted sum of its last few inputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.algebra import join, zeros
from refmem.grammar.binding import as_arrays, bind_shapes, bind_state
from refmem.memory import Result


def short_convolution(x: Any, weight: Any, bias: Any = None, *, state: Any = None) -> Result:
    """A causal depthwise convolution over time, and what the next call needs of this one.

        out[t, c] = sum over j < W of weight[c, j] * x[t - (W - 1) + j, c] + bias[c]

    x        (..., T, C)       inputs
    weight   (..., C, W)       the last column is the token's own, as in published kernels
    bias     (..., C)          none if left out
    state    (..., W - 1, C)   the inputs before the first, oldest first; zeros if left out

    Returns Result(out, state) with the state after the last token; any T, also below W. No
    activation: published layers apply SiLU afterwards.

    >>> x, weight = np.array([[1.], [3.], [5.]]), np.array([[0.5, 1.]])
    >>> out, state = short_convolution(x, weight)
    >>> out[:, 0], state
    (array([1. , 3.5, 6.5]), array([[5.]]))

    Raises ValueError for shapes that do not fit, TypeError for whole numbers or mixed kinds.
    """
    name = "short_convolution"
    given = {"x": x, "weight": weight, "bias": bias}
    arrays = as_arrays(name, {n: value for n, value in given.items() if value is not None})
    shapes = {"x": "T C", "weight": "C W", "bias": "C"}
    inputs = bind_shapes(name, arrays, {n: shapes[n] for n in arrays}, {})
    W, T = inputs.sizes["W"], inputs.sizes["T"]
    if W == 0:
        raise ValueError(
            f"{name}: weight has shape {arrays['weight'].shape}, expected (..., C, W) with W at "
            "least 1, because its last column weighs the token itself"
        )
    empty = zeros((*inputs.lead, W - 1, inputs.sizes["C"]), inputs.like)
    state, inputs = bind_state(name, state, empty, inputs)
    seen = join(state, inputs.x)
    out = zeros((*inputs.lead, T, inputs.sizes["C"]), inputs.like)
    for j in range(W):
        out = out + inputs.weight[..., None, :, j] * seen[..., j : j + T, :]
    if bias is not None:
        out = out + inputs.bias[..., None, :]
    return Result(out, np.copy(seen[..., T:, :]))
