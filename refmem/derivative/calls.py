"""Gradients and tangents of a call of a rule: `rule.vjp` and `rule.jvp`.

A call is taped in two parts. The first is what makes a rule's arrays from what was given (defaults,
broadcasting, scale). The second is the memory's run, a `Recording`: what it put out, and how to
carry derivatives by that back to the first part.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np

from refmem.algebra import join, zeros
from refmem.derivative.tape import Traced, boxed, leaves, pull, push, summed_to, traced, values
from refmem.numbers import system_of
from refmem.signature import Inputs, as_array, fits, nearest_name
from refmem.states import each


class Tangents(NamedTuple):
    """What a rule returns, and how that changes: out (..., T, V), the last state, and both's d."""

    out: np.ndarray
    state: Any
    dout: np.ndarray
    dstate: Any


class Recording(Protocol):
    """A run that can be pulled back: its outputs, its last state, and how."""

    out: np.ndarray
    state: Any

    def pull(self, dout: np.ndarray, dS: Any, /) -> tuple[Any, Any]:
        """Arrays made from the traced ones of the call, and the derivatives by them."""


class Call:
    """A rule bound to traced arrays.

    given  input name -> what was given, or made in its own right where it was left out; and scale
    x      the inputs made from these
    S      the memory before the first token
    """

    def __init__(self, rule: Any, args: tuple[Any, ...], given: Any, state: Any, scale: Any):
        self.given: dict[str, Traced] = {}
        if scale is None and rule.scale_default is None and rule.scaled:
            scale = 1
        x = rule.bind(args, given, state, scale, self.watch)
        S, self.x = rule.start(state, x)
        self.S = traced(S)

    def watch(self, name: str, array: Any) -> Traced:
        """Note an array from now on; one that is made from others is noted already."""
        if isinstance(array, Traced):
            return array
        self.given[name] = Traced(array)
        return self.given[name]


def vjp(
    rule: Any,
    args: tuple[Any, ...],
    given: Any,
    state: Any,
    scale: Any,
    dout: Any,
    dstate: Any,
    record: Callable[[Inputs, Any], Recording],
) -> Any:
    """Derivatives of <dout, out> + <dstate, state> by everything given; see `Rule.vjp`."""
    if dout is None and dstate is None:
        raise TypeError(
            f"{rule.name}: vjp has no cotangent, expected dout, dstate or both, because gradients "
            "are of a number made from these"
        )
    call = Call(rule, args, given, state, scale)
    run = record(call.x, call.S)
    dout = cotangent(rule.name, "dout", dout, run.out, "the output")
    dstate = cotangents(rule.name, "dstate", dstate, run.state, "the last state")
    results, by_results = run.pull(dout, dstate)
    grads, by_state = pull(results, by_results, (call.given, call.S))
    if state is not None:
        by_state = each(lambda g, S: summed_to(g, np.shape(S)), by_state, state)
    given_arrays = leaves((values(call.given), state, dout, dstate))
    return gradients(rule, call, grads, by_state, given_arrays)


def gradients(
    rule: Any, call: Call, grads: dict[str, np.ndarray], by_state: Any, others: list[Any]
) -> Any:
    """A named tuple: each input's gradient, None where it is made from others; scale; state.

    None of them shares memory with another, nor with the `others`.
    """
    fields: dict[str, Any] = {name: grads.get(name) for name in rule.inputs}
    if "alpha" in fields and "log_alpha" not in fields and "alpha" in grads:
        fields["log_alpha"] = call.given["alpha"].value * grads["alpha"]
    if "scale" in grads:
        fields["scale"] = grads["scale"]
    for name, grad in fields.items():
        if grad is not None:
            fields[name] = apart(boxed(grad), others)
            others = [*others, fields[name]]
    fields["state"] = each(np.copy, by_state)
    return namedtuple("Gradients", fields)(**fields)


def apart(x: np.ndarray, others: list[Any]) -> np.ndarray:
    """The array, or a copy if it is part of a larger one or shares memory with others."""
    arrays = (other for other in others if isinstance(other, np.ndarray))
    alone = x.flags.owndata and not any(np.may_share_memory(x, other) for other in arrays)
    return x if alone else x.copy()


def jvp(rule: Any, args: tuple[Any, ...], given: Any, state: Any, scale: Any) -> Tangents:
    """The memory and its tangent; see `Rule.jvp`."""
    names = (*rule.inputs, "scale", "state")
    changes = {name: given.pop(f"d{name}") for name in names if f"d{name}" in given}
    call = Call(rule, args, given, state, scale)
    d_state = changes.pop("state", None)
    before = values(call.S) if state is None else state
    dS = cotangents(rule.name, "dstate", d_state, before, "the first state")
    dS = each(lambda d, S: np.broadcast_to(d, S.shape), dS, values(call.S))
    for name in changes:
        if name not in call.given:
            raise TypeError(
                f"{rule.name}: d{name} has a value, expected none, because {name} was left out and "
                f"is made from the other inputs{nearest_name(name, call.given)}"
            )
    dgiven = {
        name: cotangent(rule.name, f"d{name}", changes.get(name), node.value, name)
        for name, node in call.given.items()
    }
    dx, d_made = push(call.given, dgiven, (call.x.arrays, call.S))
    dS = each(np.add, dS, d_made)
    return forward(rule, call, dx, dS)


def forward(rule: Any, call: Call, dx: dict[str, np.ndarray], dS: Any) -> Tangents:
    """Run the definition a unit at a time, and beside every unit its tangent."""
    x, S = plain(call.x), values(call.S)
    changes, outs, d_outs = x.replace(**dx), [], []
    for span in spans(x, rule.unit(x)):
        part = tokens(x, span)
        before, arrays = traced((S, part.arrays))
        after, out = rule.advance(before, part.replace(**arrays))
        d_before = dS, tokens(changes, span).arrays
        dS, d_out = push((before, arrays), d_before, (after, out))
        S = values(after)
        outs.append(values(out))
        d_outs.append(d_out)
    copies = (each(np.copy, state) for state in (S, dS))
    return Tangents(joined(outs, x), next(copies), joined(d_outs, x), next(copies))


class Definition:
    """A run of a rule's definition, a unit of tokens at a time, to be taped and pulled back.

    The memory is kept every so many units, and run again in between: of T units and c between two
    kept memories, T/c + c memories and the tape of one unit.
    """

    def __init__(self, rule: Any, x: Inputs, S: Any, unit: int | None, every: int) -> None:
        self.rule, self.traced, self.x = rule, (x.arrays, S), plain(x)
        S, units = values(S), spans(self.x, unit)
        self.blocks, outs = [], []
        for first in range(0, len(units), every):
            block = units[first : first + every]
            self.blocks.append((block, S))
            for span in block:
                S, out = rule.advance(S, tokens(self.x, span))
                outs.append(out)
        self.out, self.state = joined(outs, self.x), S

    def pull(self, dout: np.ndarray, dS: Any) -> tuple[Any, Any]:
        """The arrays of the call and its first memory, and the derivatives by them."""
        empty = {name: zeros(array.shape, array) for name, array in self.x.arrays.items()}
        dx = self.x.replace(**empty)
        for units, S in reversed(self.blocks):
            before = [S]
            for span in units[:-1]:
                before.append(self.rule.advance(before[-1], tokens(self.x, span))[0])
            for span in reversed(units):
                dS, by_part = self.pull_unit(before.pop(), span, dout[..., span, :], dS)
                for name, total in tokens(dx, span).arrays.items():
                    total[...] += by_part[name]
        return self.traced, (dx.arrays, dS)

    def pull_unit(self, S: Any, span: slice, dout: np.ndarray, dS: Any) -> Any:
        """Tape one unit, and walk back over it at once."""
        part = tokens(self.x, span)
        S, arrays = traced((S, part.arrays))
        results = self.rule.advance(S, part.replace(**arrays))
        return pull(results, (dS, dout), (S, arrays))


def plain(x: Inputs) -> Inputs:
    """The same inputs, no longer traced."""
    return x.replace(**values(x.arrays))


def spans(x: Inputs, unit: int | None) -> list[slice]:
    """The tokens of every unit, in order; None is everything at once."""
    if unit is None:
        return [slice(None)]
    return [slice(start, min(start + unit, x.T)) for start in range(0, x.T, unit)]


def tokens(x: Inputs, span: slice) -> Inputs:
    """The inputs of one unit; arrays are views."""
    return x if span == slice(None) else x.tokens(span.start, span.stop)


def joined(outs: list[np.ndarray], x: Inputs) -> np.ndarray:
    """The outputs of all units."""
    return join(*outs) if outs else zeros((*x.lead, 0, x.V), x.like)


# ---- cotangents and tangents as they are given


def cotangent(rule: str, name: str, given: Any, like: np.ndarray, of: str) -> np.ndarray:
    """`given` as an array of the shape and numbers of what it belongs to; None is zero."""
    if given is None:
        return zeros(like.shape, like)
    array, system = as_array(rule, name, given)
    expected = system_of(like)
    if not fits(system, expected) and not fits(expected, system):
        raise TypeError(
            f"{rule}: {name} has numbers of kind {system.name}, expected {expected.name} as in "
            f"{of}, because nothing is cast silently"
        )
    if array.shape != like.shape:
        raise ValueError(
            f"{rule}: {name} has shape {array.shape}, expected {like.shape} as {of}, because it "
            "holds a number for every entry of that"
        )
    return array


def cotangents(rule: str, name: str, given: Any, like: Any, of: str) -> Any:
    """The same for a state: an array, or a named tuple of arrays any of which may be None."""
    if not isinstance(like, tuple):
        return None if like is None else cotangent(rule, name, given, like, of)
    fields = like._fields  # type: ignore[attr-defined]
    if given is None:
        given = (None,) * len(fields)
    if not isinstance(given, tuple) or len(given) != len(fields):
        raise TypeError(
            f"{rule}: {name} has type {type(given).__name__}, expected {type(like).__name__} with "
            f"fields {', '.join(fields)}, because it holds a number for every entry of {of}"
        )
    triples = zip(fields, given, like, strict=True)
    return type(like)(*(cotangents(rule, f"{name}.{n}", g, S, of) for n, g, S in triples))
