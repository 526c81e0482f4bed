"""Gates as models parametrise them: from raw numbers of any size to what a rule takes.

    softplus_gate     alpha = exp(-exp(A_log) softplus(a + dt_bias))         Mamba-2, GDN, KDA
    bounded_gate      alpha = exp(bound sigmoid(exp(A_log) (g + dt_bias)))   KDA (safe), RWKV-7
    logsigmoid_gate   alpha = sigmoid(f)^(1/divisor)                         GLA, mLSTM, FoX
    exp_exp_gate      alpha = exp(-exp(w))                                   RWKV-4 to RWKV-7
    sigmoid_strength  beta  = most sigmoid(b)                                delta rules
    softplus_step     dt    = softplus(dt + dt_bias), held within limits     Mamba-1, Mamba-2
    decay_rate        A     = -exp(A_log)                                    Mamba-1, Mamba-2

The four gates return `log_alpha`, natural: a rule that takes the factor gets its `exp`. Arguments
broadcast as in NumPy, so one number per head, (H,), stands before tokens as `A_log[:, None]`.
Numbers may be of any system that has exponentials. What is left out is not there: no bias, a rate
of one.

    >>> a, A_log, dt_bias = np.array([0., -2.]), np.array(0.), np.array(2.)
    >>> np.exp(softplus_gate(a, A_log, dt_bias)).round(3)              # 1 / (1 + e^2), 1/2
    array([0.119, 0.5  ])

ValueError for a bound, a divisor or limits that leave no gate; TypeError for whole numbers or mixed
kinds.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from refmem.algebra import exp, greater, logsigmoid, sigmoid, softplus, zeros
from refmem.grammar.binding import as_arrays
from refmem.support.arguments import check_number


def _given(name: str, **values: Any) -> list[Any]:
    """Arrays of one kind; None of what was left out."""
    arrays = as_arrays(name, {n: x for n, x in values.items() if x is not None})
    return [arrays.get(n) for n in values]


def _plus(x: np.ndarray, bias: np.ndarray | None) -> np.ndarray:
    return x if bias is None else x + bias


def softplus_gate(a: Any, A_log: Any = None, dt_bias: Any = None) -> np.ndarray:
    """log_alpha = -exp(A_log) softplus(a + dt_bias), at most 0.

    Source: Dao and Gu 2024 (Mamba-2), arXiv:2405.21060; Yang et al. 2024 (Gated DeltaNet),
    arXiv:2412.06464.
    """
    x, rate, bias = _given("softplus_gate", a=a, A_log=A_log, dt_bias=dt_bias)
    size = softplus(_plus(x, bias))
    return -size if rate is None else -exp(rate) * size


def bounded_gate(g: Any, lower_bound: float, A_log: Any = None, dt_bias: Any = None) -> np.ndarray:
    """log_alpha = lower_bound sigmoid(exp(A_log) (g + dt_bias)), between lower_bound and 0.

    With lower_bound = -exp(-1/2) and neither rate nor bias it is the gate of RWKV-7.

    Source: flash-linear-attention, fla/ops/kda/gate.py; Peng et al. 2025, arXiv:2503.14456.

    >>> bounded_gate(np.array([0.]), -5.)
    array([-2.5])
    """
    bound = check_number(
        "bounded_gate", "lower_bound", lower_bound, "a gate's logarithm is at most 0", below=0
    )
    x, rate, bias = _given("bounded_gate", g=g, A_log=A_log, dt_bias=dt_bias)
    x = _plus(x, bias)
    return _times(bound, sigmoid(x if rate is None else exp(rate) * x))


def logsigmoid_gate(f: Any, divisor: float = 1) -> np.ndarray:
    """log_alpha = logsigmoid(f) / divisor, at most 0.

    Source: Yang et al. 2023 (GLA), arXiv:2312.06635, which divides by 16.

    >>> np.exp(logsigmoid_gate(np.array([0.]), 2)).round(4)            # sqrt(1/2)
    array([0.7071])
    """
    check_number("logsigmoid_gate", "divisor", divisor, "it divides a logarithm", above=0)
    (x,) = _given("logsigmoid_gate", f=f)
    return logsigmoid(x) / _number(divisor, x)


def exp_exp_gate(w: Any) -> np.ndarray:
    """log_alpha = -exp(w), at most 0.

    Source: Peng et al. 2023 (RWKV-4), arXiv:2305.13048, where w is a parameter; of every token in
    Peng et al. 2024 (RWKV-6), arXiv:2404.05892.
    """
    (x,) = _given("exp_exp_gate", w=w)
    return -exp(x)


def sigmoid_strength(b: Any, most: float = 1) -> np.ndarray:
    """beta = most sigmoid(b): with most = 2 a write may reflect.

    Source: Yang et al. 2024, arXiv:2406.06484; with 2, Grazzi et al. 2024, arXiv:2411.12537.

    >>> sigmoid_strength(np.array([0.]), 2)
    array([1.])
    """
    check_number("sigmoid_strength", "most", most, "it is the greatest strength", above=0)
    (x,) = _given("sigmoid_strength", b=b)
    return _times(most, sigmoid(x))


def softplus_step(
    dt: Any, dt_bias: Any = None, dt_min: float = 0, dt_max: float = math.inf
) -> np.ndarray:
    """dt = softplus(dt + dt_bias), then no less than dt_min and no more than dt_max.

    At a limit itself the slope is that of the step, beyond it zero.

    Source: Gu and Dao 2023 (Mamba), arXiv:2312.00752; the limits are `dt_limit` of its code.

    >>> softplus_step(np.array([-9., 0., 9.]), dt_min=0.1, dt_max=2.).round(3)
    array([0.1  , 0.693, 2.   ])
    """
    if not 0 <= dt_min < dt_max:
        raise ValueError(
            f"softplus_step: dt_min has value {dt_min}, expected at least 0 and less than dt_max = "
            f"{dt_max}, because a step lies between them"
        )
    x, bias = _given("softplus_step", dt=dt, dt_bias=dt_bias)
    step = softplus(_plus(x, bias))
    if dt_min > 0:
        step = greater(step, _full(dt_min, step))
    return step if math.isinf(dt_max) else -greater(-step, _full(-dt_max, step))


def decay_rate(A_log: Any) -> np.ndarray:
    """A = -exp(A_log), less than 0."""
    (x,) = _given("decay_rate", A_log=A_log)
    return -exp(x)


def _number(value: float, like: np.ndarray) -> Any:
    """A number of the kind of an array's: a float of its dtype, as it is among exact numbers."""
    return value if like.dtype == object else like.dtype.type(value)


def _times(value: float, x: np.ndarray) -> np.ndarray:
    return x if value == 1 else x * _number(value, x)


def _full(value: float, like: np.ndarray) -> np.ndarray:
    """An array of one number, in the numbers of another array."""
    return zeros(like.shape, like) + _number(value, like)
