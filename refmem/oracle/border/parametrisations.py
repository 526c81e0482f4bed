"""How a kernel computes what a rule takes from raw numbers that it is passed.

A convention names one parametrisation for each kind of input; "own" is the input itself.

    gate       of factors and of logarithms of such
               factor, log, log2         the gate itself, in one of three spaces
               softplus                  exp(-exp(A_log) softplus(a + dt_bias))
               bounded                   exp(lower_bound sigmoid(exp(A_log) (g + dt_bias)))
               logsigmoid                sigmoid(f)^(1/divisor)
               exp-exp                   exp(-exp(w))
    strength   of write strengths: sigmoid, 2-sigmoid
    step       of lengths of a step: softplus, with a bias, between dt_min and dt_max
    rate       of rates of decay: log, -exp(A_log)

The raw input has the name, the axes and the layout of the one it stands for. Parameters beside it,
A_log and dt_bias, have no time: one number per head, and dt_bias one per channel if the gate has.

Cases draw gates, and `raw` inverts them, so that a regime keeps its meaning. What has no raw number
gets a large one: a factor of exactly zero is sent as exp(-200), which float32 does not tell from
zero, and a softplus or sigmoid that is exactly 0 or 1 as that of -120 or 120.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from refmem import algebra
from refmem.around.gates import (
    bounded_gate,
    decay_rate,
    exp_exp_gate,
    logsigmoid_gate,
    sigmoid_strength,
    softplus_gate,
    softplus_step,
)

CLOSED = -200.0
"""The logarithm that a factor of zero is sent with."""

FAR = 120.0
"""Where softplus and sigmoid are 0 or 1 up to any rounding."""


def as_it_is(x: np.ndarray) -> np.ndarray:
    """The input itself."""
    return x


def anything(x: np.ndarray, **constants: float) -> np.ndarray:
    """Every number can be said."""
    return np.ones(x.shape, dtype=bool)


def not_positive(x: np.ndarray, **constants: float) -> np.ndarray:
    """A logarithm of a factor in [0, 1], or a rate of decay."""
    return x <= 0


@dataclass(frozen=True)
class Parametrisation:
    """One way from raw numbers to an input, and back.

    value       value(x, **parameters, **constants): the input; of a gate, its natural logarithm
    raw         raw(value, **parameters, **constants): x again, of floats
    says        what is computed, in a line; brackets go with a parameter that is not there
    parameters  those that it may have; None is passed for one that the kernel has not
    constants   numbers of the kernel's own, with their defaults
    unit        what x is, where nothing is computed
    sayable     sayable(value, **constants): which values have raw numbers
    """

    value: Callable[..., np.ndarray]
    raw: Callable[..., np.ndarray]
    says: str
    parameters: tuple[str, ...] = ()
    constants: Mapping[str, float] = field(default_factory=dict)
    unit: str = ""
    sayable: Callable[..., np.ndarray] = anything

    def written(self, x: str, parameters: Mapping[str, str], constants: Mapping[str, float]) -> str:
        """What is computed, in the names of x and of the parameters that the kernel has.

        >>> GATES["softplus"].written("a", {"A_log": "A_log"}, {})
        'exp(-exp(A_log) softplus(a))'
        """
        known = {"x": x, **parameters, **{name: f"{c:g}" for name, c in constants.items()}}

        def kept(part: re.Match[str]) -> str:
            return part[1] if set(re.findall(r"{(\w+)}", part[1])) <= known.keys() else ""

        return re.sub(r"\[([^]]*)]", kept, self.says).format(**known)


OWN = Parametrisation(as_it_is, as_it_is, "{x}")

# ---- inverses, in floats


def inverse_softplus(y: np.ndarray) -> np.ndarray:
    """x of y = log(1 + exp(x)).

    >>> inverse_softplus(np.array([np.log(2), 300.0, 0.0]))
    array([   0.,  300., -120.])
    """
    with np.errstate(divide="ignore"):
        return np.maximum(y + np.log(-np.expm1(-y)), -FAR)


def logit(p: np.ndarray) -> np.ndarray:
    """x of p = 1 / (1 + exp(-x)).

    >>> logit(np.array([0.5, 0.0, 1.0]))
    array([   0., -120.,  120.])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.clip(np.log(p) - np.log1p(-p), -FAR, FAR)


def _less(x: np.ndarray, bias: Any) -> np.ndarray:
    return x if bias is None else x - bias


def _over_rate(x: np.ndarray, A_log: Any) -> np.ndarray:
    return x if A_log is None else x / np.exp(A_log)


def _closed(log: np.ndarray) -> np.ndarray:
    """Minus infinity as a number."""
    return np.maximum(log, CLOSED)


def _raw_exp_exp(log: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return np.maximum(np.log(-_closed(log)), -FAR)


def _raw_softplus(log: np.ndarray, A_log: Any, dt_bias: Any) -> np.ndarray:
    return _less(inverse_softplus(_over_rate(-_closed(log), A_log)), dt_bias)


def _raw_bounded(log: np.ndarray, A_log: Any, dt_bias: Any, lower_bound: float) -> np.ndarray:
    return _less(_over_rate(logit(log / lower_bound), A_log), dt_bias)


def _raw_step(dt: np.ndarray, dt_bias: Any, dt_min: float, dt_max: float) -> np.ndarray:
    """Of the steps beyond a limit every second one is brought between them: both are asked."""
    beyond = (dt < dt_min) | (dt > dt_max)
    beyond &= np.arange(dt.size).reshape(dt.shape) % 2 == 0
    width = min(dt_max, dt_min + 1) - dt_min
    return _less(inverse_softplus(np.where(beyond, dt_min + width * dt / (1 + dt), dt)), dt_bias)


# ---- the parametrisations


def log_of_2(like: np.ndarray) -> Any:
    """The natural logarithm of 2, a number of the kind of an array's."""
    return algebra.log(algebra.ones((1,), like) * 2)[0]


RATE_AND_BIAS = ("A_log", "dt_bias")

GATES = {
    "own": OWN,
    "factor": Parametrisation(algebra.log, np.exp, "{x}", unit="factor"),
    "log": Parametrisation(as_it_is, as_it_is, "exp({x})", unit="natural logarithm of a factor"),
    "log2": Parametrisation(
        lambda x: x * log_of_2(x),
        lambda log: log / np.log(2),
        "2^{x}",
        unit="base-2 logarithm of a factor",
    ),
    "softplus": Parametrisation(
        softplus_gate,
        _raw_softplus,
        "exp(-[exp({A_log}) ]softplus({x}[ + {dt_bias}]))",
        RATE_AND_BIAS,
        sayable=not_positive,
    ),
    "bounded": Parametrisation(
        bounded_gate,
        _raw_bounded,
        "exp({lower_bound} sigmoid([exp({A_log}) ]({x}[ + {dt_bias}])))",
        RATE_AND_BIAS,
        {"lower_bound": -5.0},
        sayable=lambda log, lower_bound: (log >= lower_bound) & (log <= 0),
    ),
    "logsigmoid": Parametrisation(
        logsigmoid_gate,
        lambda log, divisor: -inverse_softplus(-_closed(log) * divisor),
        "sigmoid({x})^(1/{divisor})",
        constants={"divisor": 1.0},
        sayable=not_positive,
    ),
    "exp-exp": Parametrisation(exp_exp_gate, _raw_exp_exp, "exp(-exp({x}))", sayable=not_positive),
}
"""Of gates; all but the first go by way of the natural logarithm."""

PLAIN_GATES = ("own", "factor", "log", "log2")
"""Spaces that every gate of a rule is passed in. What is computed is the forget gate alone."""


def _sigmoid(most: float) -> Parametrisation:
    return Parametrisation(
        lambda x: sigmoid_strength(x, most),
        lambda beta: logit(beta / most),
        f"{most if most > 1 else ''} sigmoid({{x}})".lstrip(),
        sayable=lambda beta: (beta >= 0) & (beta <= most),
    )


STRENGTHS = {"own": OWN, "sigmoid": _sigmoid(1), "2-sigmoid": _sigmoid(2)}

STEPS = {
    "own": OWN,
    "softplus": Parametrisation(
        softplus_step,
        _raw_step,
        "softplus({x}[ + {dt_bias}]), no less than {dt_min} and no more than {dt_max}",
        ("dt_bias",),
        {"dt_min": 0.0, "dt_max": math.inf},
    ),
}

RATES = {
    "own": OWN,
    "log": Parametrisation(decay_rate, _raw_exp_exp, "-exp({x})", sayable=not_positive),
}

OF_FACT = {"gate": GATES, "strength": STRENGTHS, "step": STEPS, "rate": RATES}
"""Fact of a convention -> what it may be."""

FACT_OF_KIND = {
    "factor": "gate",
    "logarithm of a factor": "gate",
    "write strength": "strength",
    "length of a step": "step",
    "rate of decay": "rate",
}
"""Kind of an input -> fact of a convention that says how it is passed."""
