"""What a rule is called with: names, shapes, number systems, and the wording of every error.

An input's shape is a string of axes, time first: "T K", "T", "K", or "" for a number per head. Any
leading axes broadcast. `n*T` is n rows per token. Every error reads

    rule: argument has X, expected Y, because Z
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from refmem.algebra.numbers import NumberSystem, UnsupportedNumberError, is_neutral, system_of
from refmem.grammar.inputs import Inputs
from refmem.support.wording import nearest_name


def bind_names(
    rule: str,
    names: tuple[str, ...],
    args: tuple[Any, ...],
    given: dict[str, Any],
    keywords: Iterable[str] = (),
) -> dict[str, Any]:
    """Match positional and keyword arguments to a rule's inputs by name.

    `keywords` are the other arguments that a call may have, to be offered for a misspelt one.
    """
    if len(args) > len(names):
        raise TypeError(
            f"{rule}: call has {len(args)} positional arguments, expected at most {len(names)} "
            f"({', '.join(names)}), because everything else is passed by name"
        )
    bound = dict(zip(names, args, strict=False))
    for name, value in given.items():
        if name not in names:
            raise TypeError(
                f"{rule}: argument {name} has no meaning here, expected one of {', '.join(names)}"
                f", because these are its inputs{nearest_name(name, (*names, *keywords))}"
            )
        if name in bound:
            raise TypeError(
                f"{rule}: {name} has two values, expected one, because it was passed by position "
                "and by name"
            )
        bound[name] = value
    return {name: value for name, value in bound.items() if value is not None}


def as_array(rule: str, name: str, x: Any) -> tuple[np.ndarray, NumberSystem]:
    """`x` as an array, and its number system; a lone exact number becomes a 0-d object array."""
    if hasattr(x, "__word__"):  # a traced array stays one
        return x, system_of(x)
    if not isinstance(x, np.ndarray | np.generic | float | complex | list | tuple):
        cell = np.empty((), dtype=object)
        cell[()] = x
        x = cell
    array = np.asarray(x)
    try:
        return array, system_of(array)
    except UnsupportedNumberError as error:
        raise TypeError(f"{rule}: {name} has {error}") from None


def as_arrays(rule: str, values: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Every input as an array, all of one number system; whole numbers fit any exact one.

    A lone Python number takes the kind of the arrays beside it, as in NumPy.
    """
    kinds = {value.dtype for value in values.values() if isinstance(value, np.ndarray)}
    if len(kinds) == 1:
        kind = kinds.pop()
        values = {name: _weak(value, kind) for name, value in values.items()}
    pairs = {name: as_array(rule, name, value) for name, value in values.items()}
    arrays = {name: array for name, (array, _) in pairs.items()}
    systems = {name: system for name, (_, system) in pairs.items()}
    first = next((n for n, s in systems.items() if not is_neutral(s)), None)
    if first is None:
        filled = [name for name, array in arrays.items() if array.size]
        if filled:
            raise TypeError(
                f"{rule}: {filled[0]} has whole numbers only, expected floats or exact numbers "
                "such as fractions, because division would leave the whole numbers"
            )
        return arrays
    for name, system in systems.items():
        if not fits(system, systems[first]):
            raise wrong_kind(rule, name, system, systems[first], first)
    return arrays


def _weak(value: Any, kind: np.dtype) -> Any:
    lone = isinstance(value, int | float | complex) and not isinstance(value, np.generic)
    return np.asarray(value, dtype=kind) if lone else value


def fits(system: NumberSystem, expected: NumberSystem) -> bool:
    """Whether numbers of one system can stand beside those of another."""
    return system.name == expected.name or (is_neutral(system) and not expected.floating)


def wrong_kind(
    rule: str, name: str, system: NumberSystem, expected: NumberSystem, of: str
) -> TypeError:
    """What is raised for numbers that cannot stand beside those `of` something else."""
    return TypeError(
        f"{rule}: {name} has numbers of kind {system.name}, expected {expected.name} as in {of}, "
        "because nothing is cast silently"
    )


def bind_shapes(
    rule: str,
    arrays: Mapping[str, np.ndarray],
    shapes: Mapping[str, str],
    options: Mapping[str, Any],
) -> Inputs:
    """Solve the axes of all inputs, in order, and broadcast their leading axes."""
    axes = {name: tuple(shape.split()) for name, shape in shapes.items()}
    known = {name: value for name, value in options.items() if isinstance(value, int)}
    source: dict[str, str] = {}
    lead: tuple[int, ...] = ()
    for name, x in arrays.items():
        expected = "(..., " + ", ".join(axes[name]) + ")" if axes[name] else "(...)"
        if x.ndim < len(axes[name]):
            raise ValueError(
                f"{rule}: {name} has shape {x.shape}, expected {expected}, because it needs "
                f"{len(axes[name])} or more axes"
            )
        split = x.ndim - len(axes[name])
        for axis, length in zip(axes[name], x.shape[split:], strict=True):
            if not _solve(axis, length, known, source, name):
                raise ValueError(
                    f"{rule}: {name} has shape {x.shape}, expected {expected} with "
                    f"{_demand(axis, known, source)}, because inputs describe the same tokens"
                )
        lead = _common_lead(rule, name, x.shape[:split], lead)
    return Inputs(arrays, axes, known, lead, options).broadcast(lead)


def _common_lead(
    rule: str, name: str, own: tuple[int, ...], lead: tuple[int, ...]
) -> tuple[int, ...]:
    """The leading axes of an array and of those before it."""
    try:
        return lead if own == lead else np.broadcast_shapes(lead, own)
    except ValueError:
        raise ValueError(
            f"{rule}: {name} has leading axes {own}, expected axes that broadcast with {lead}, "
            "because batch and heads are shared"
        ) from None


def _solve(
    axis: str, length: int, known: dict[str, int], source: dict[str, str], name: str
) -> bool:
    """Learn the one unknown factor of an axis such as `n*T`, or check that it fits."""
    product, unknown = 1, []
    for factor in axis.split("*"):
        if factor in known:
            product *= known[factor]
        else:
            unknown.append(factor)
    if not unknown:
        return product == length
    if len(unknown) > 1 or product == 0 or length % product:
        return False
    known[unknown[0]] = length // product
    source[unknown[0]] = name
    return True


def _demand(axis: str, known: Mapping[str, int], source: Mapping[str, str]) -> str:
    return " and ".join(
        f"{factor} = {known[factor]}" + (f" as in {source[factor]}" if factor in source else "")
        for factor in axis.split("*")
        if factor in known
    )


def check_scale(rule: str, scale: Any, like: np.ndarray) -> Any:
    """One finite number of the kind of `like`, or of its dtype."""
    cell = np.asarray(scale) if isinstance(scale, np.ndarray | np.generic) else None
    number = scale if cell is None or cell.ndim else cell[()]
    if like.dtype == object:
        lone = not isinstance(number, np.ndarray | np.generic | float | complex | bool | str)
        if lone and fits(as_array(rule, "scale", number)[1], system_of(like)):
            return number
    else:
        kinds = (int, float, np.integer, np.floating) + (
            (complex, np.complexfloating) if like.dtype.kind == "c" else ()
        )
        if isinstance(number, kinds) and not isinstance(number, bool):
            scaled = like.dtype.type(number)
            if np.isfinite(scaled):
                return scaled
    raise TypeError(
        f"{rule}: scale has value {scale!r}, expected one finite number of kind "
        f"{system_of(like).name}, because it multiplies every query"
    )


def bind_state(rule: str, state: Any, empty: Any, x: Inputs) -> tuple[Any, Inputs]:
    """A copy of `state` with the structure and shapes of the `empty` one, and the inputs, both
    broadcast to their common leading axes. No state is the empty one."""
    if state is None:
        return empty, x
    if not isinstance(empty, tuple):
        (state,), x = _bind_arrays(rule, {"state": (state, empty)}, x)
        return state, x
    names = empty._fields  # type: ignore[attr-defined]
    if not isinstance(state, tuple) or len(state) != len(names):
        raise TypeError(
            f"{rule}: state has type {type(state).__name__}, expected {type(empty).__name__} with "
            f"fields {', '.join(names)}, because this memory is made of several arrays"
        )
    pairs = {}
    for name, part, blank in zip(names, state, empty, strict=True):
        if (part is None) != (blank is None):
            raise TypeError(
                f"{rule}: state.{name} has {'no' if part is None else 'a'} value, expected "
                f"{'one' if part is None else 'none'}, because the call "
                f"{'has' if part is None else 'does not have'} what it is made of"
            )
        if part is not None:
            pairs[f"state.{name}"] = (part, blank)
    parts, x = _bind_arrays(rule, pairs, x)
    found: dict[str, Any] = dict(zip(pairs, parts, strict=True))
    fields: Iterable[Any] = (found.get(f"state.{name}") for name in names)
    return type(empty)(*fields), x


def _bind_arrays(
    rule: str, pairs: Mapping[str, tuple[Any, np.ndarray]], x: Inputs
) -> tuple[list[np.ndarray], Inputs]:
    expected = system_of(x.like)
    arrays, lead = [], x.lead
    for name, (state, empty) in pairs.items():
        array, system = as_array(rule, name, state)
        if not fits(system, expected) and not fits(expected, system):
            raise wrong_kind(rule, name, system, expected, "the inputs")
        core = empty.shape[len(x.lead) :]
        split = array.ndim - len(core)
        if split < 0 or array.shape[split:] != core:
            raise ValueError(
                f"{rule}: {name} has shape {array.shape}, expected (..., "
                f"{', '.join(map(str, core))}), because keys and values have these sizes"
            )
        lead = _common_lead(rule, name, array.shape[:split], lead)
        arrays.append((array, core))
    whole = [np.broadcast_to(array, lead + core).copy() for array, core in arrays]
    return whole, x.broadcast(lead)
