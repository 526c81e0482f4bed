"""What values an input or an option may have, by its name: checked before any arithmetic."""

from __future__ import annotations

from typing import Any

import numpy as np

ABOVE_ZERO = float(np.nextafter(0, 1))
"""The least float above zero, for what may not be zero."""

RANGES: dict[str, tuple[float, float, str]] = {
    "alpha": (0, 1, "alpha is the factor itself; exponentiate a gate given as a logarithm"),
    "gamma": (0, 1, "gamma is the factor itself, not its logarithm"),
    "log_alpha": (-np.inf, 0, "it is the natural logarithm of a factor in [0, 1]"),
    "f": (0, 1, "f is the factor that the memory is multiplied by"),
    "dt": (0, np.inf, "it is the length of a step"),
    "A": (-np.inf, 0, "exp(dt A) is a factor in [0, 1]"),
    "count": (1, np.inf, "the token itself is counted"),
    "fade": (0, 1, "it is a factor, not its logarithm"),
    "forget": (0, 1, "it is the part of the memory that is lost"),
    "drift": (0, np.inf, "it is a variance"),
    "noise": (ABOVE_ZERO, np.inf, "it is a variance that divides"),
    "lam": (ABOVE_ZERO, np.inf, "without a ridge the solution need not exist"),
    "slopes": (0, np.inf, "a score falls with distance"),
    "rwkv7.w": (0, 1, "w is the factor itself; exponentiate a gate given as a logarithm"),
    "rwkv4.w": (-np.inf, 0, "it is the logarithm of a factor in [0, 1]"),
    "mlstm.log_f": (-np.inf, 0, "it is the logarithm of a factor in [0, 1]"),
    "deltaformer.alpha": (-np.inf, np.inf, "it is how much of a value is put in"),
    "implicit_delta.beta": (0, np.inf, "it weighs an error"),
    "longhorn.beta": (0, np.inf, "it weighs an error"),
    "preconditioned_delta.weight": (0, np.inf, "a moment is a sum of squares"),
    "preconditioned_kda.weight": (0, np.inf, "a moment is a sum of squares"),
    "hopfield_modern.inverse_temperature": (ABOVE_ZERO, np.inf, "the nearest pattern wins"),
}
"""Least and greatest value of real inputs, and why: by name, or by `rule.name` where a rule says
more of it."""

GATES = (
    *("beta", "erase", "write", "eta", "theta", "mu", "tau", "momentum", "weight", "decay", "a"),
    *("rate", "rate0", "rate1", "rate2", "log_i", "levels"),
)
"""Inputs that may be any number but not NaN, which would spread to every later token."""


def range_of(rule: str, name: str) -> tuple[float, float, str] | None:
    """Least and greatest value of a rule's input and why, or None where anything goes."""
    found = RANGES.get(f"{rule}.{name}") or RANGES.get(name)
    if found is None and name in GATES:
        return -np.inf, np.inf, "NaN would spread to every later token"
    return found


def check_option(rule: str, name: str, value: Any, default: Any) -> None:
    """An option that counts is a whole number, one that switches is True or False."""
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise TypeError(
                f"{rule}: {name} has value {value!r}, expected True or False, because it switches"
            )
        return
    if not isinstance(default, int) and (name != "iterations" or value is None):
        return
    may_be_zero = ("steps", "layer", "order", "p", "iterations")
    least = 0 if default is not None and name in may_be_zero else 1
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < least:
        raise ValueError(
            f"{rule}: {name} has value {value!r}, expected a whole number of at least {least}, "
            "because it counts"
        )


def check_range(rule: str, name: str, x: np.ndarray) -> None:
    """Gates of real floats are in their range, and never NaN."""
    found = range_of(rule, name)
    if found is None or x.dtype == object or not x.size:
        return
    low, high, why = found
    least, most = x.min(), x.max()
    if np.isnan(least):
        raise ValueError(f"{rule}: {name} has NaN, expected numbers, because a gate is a number")
    if x.dtype.kind == "f" and (least < low or most > high):
        raise ValueError(
            f"{rule}: {name} has values from {least:.3g} to {most:.3g}, expected "
            f"{_interval(low, high)}, because {why}"
        )


def _interval(low: float, high: float) -> str:
    if low == ABOVE_ZERO:
        return "more than 0"
    if np.isinf(low):
        return f"at most {high:g}"
    return f"at least {low:g}" if np.isinf(high) else f"[{low:g}, {high:g}]"
