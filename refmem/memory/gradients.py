"""Gradients and tangents of a call of a rule: `rule.vjp` and `rule.jvp`.

A call is taped in two parts. The first is what makes a rule's arrays from what was given (defaults,
broadcasting, scale). The second is the memory's run, a `Recording`: what it put out, and how to
carry derivatives by that back to the first part.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from refmem.algebra import zeros
from refmem.algebra.numbers import system_of
from refmem.derivative.linear_map import summed_to
from refmem.derivative.recording import Recording
from refmem.derivative.tape import Traced, boxed, leaves, pull, push, traced, values
from refmem.forms.taped import joined, plain, spans, tokens
from refmem.grammar.binding import as_array, fits, wrong_kind
from refmem.grammar.inputs import Inputs
from refmem.grammar.state import each
from refmem.support.wording import nearest_name


class Tangents(NamedTuple):
    """What a rule returns, and how that changes: out (..., T, V), the last state, and both's d."""

    out: np.ndarray
    state: Any
    dout: np.ndarray
    dstate: Any


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


# ---- cotangents and tangents as they are given


def cotangent(rule: str, name: str, given: Any, like: np.ndarray, of: str) -> np.ndarray:
    """`given` as an array of the shape and numbers of what it belongs to; None is zero."""
    if given is None:
        return zeros(like.shape, like)
    array, system = as_array(rule, name, given)
    expected = system_of(like)
    if not fits(system, expected) and not fits(expected, system):
        raise wrong_kind(rule, name, system, expected, of)
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
