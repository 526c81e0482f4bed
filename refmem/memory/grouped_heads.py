"""Grouped heads: several query heads share one key head, in either order that is in use.

    repeat   query head h asks key head h // G      torch's repeat_interleave, ONNX, Hugging Face
    tile     query head h asks key head h % H       ggml

for H key heads and H G query heads. Calls, gradients and tangents of every rule that keeps a cache
take `heads`. A group becomes an axis of its own, (..., H, G) in place of
(..., H G), along which keys broadcast.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refmem.algebra import zeros
from refmem.derivative.recording import Recording
from refmem.grammar.binding import as_array, as_arrays, bind_names, bind_shapes
from refmem.memory.gradients import Tangents, cotangent, vjp
from refmem.support.wording import nearest_name

HEAD_MAPS = ("repeat", "tile")

CACHE_AXES = {"key": 2, "value": 2, "log_alpha": 1}
"""How many axes of its own each field of a cache has, after its leading ones."""


def fold(x: np.ndarray, own: int, keys: int, heads: str) -> np.ndarray:
    """(..., H G, ...) as (..., H, G, ...) for H = `keys`, before the last `own` axes.

    >>> fold(np.arange(6.), 0, 2, "repeat")
    array([[0., 1., 2.],
           [3., 4., 5.]])
    >>> fold(np.arange(6.), 0, 2, "tile")
    array([[0., 2., 4.],
           [1., 3., 5.]])
    """
    split = x.ndim - own
    lead, count, rest = x.shape[: split - 1], x.shape[split - 1], x.shape[split:]
    if heads == "repeat":
        return x.reshape(*lead, keys, count // keys, *rest)
    return x.reshape(*lead, count // keys, keys, *rest).swapaxes(split - 1, split)


def unfold(x: np.ndarray, own: int, heads: str) -> np.ndarray:
    """(..., H, G, ...) as (..., H G, ...), the inverse of `fold`."""
    split = x.ndim - own
    if heads == "tile":
        x = x.swapaxes(split - 2, split - 1)
    shape = (*x.shape[: split - 2], x.shape[split - 2] * x.shape[split - 1], *x.shape[split:])
    return x.reshape(shape)


class Groups:
    """The call of a cache rule with as many key heads as its `k` has, and more query heads.

    given     the inputs of the call, and of those left out the defaults that query heads have
    options   its arguments that are not arrays
    """

    def __init__(self, rule: Any, heads: str, args: tuple[Any, ...], given: dict[str, Any]) -> None:
        if heads not in HEAD_MAPS:
            raise ValueError(
                f"{rule.name}: heads has value {heads!r}, expected one of {', '.join(HEAD_MAPS)}, "
                f"because these orders are in use{nearest_name(str(heads), HEAD_MAPS)}"
            )
        self.rule, self.heads = rule, heads
        self.options = {name: given[name] for name in rule.options.keys() & given.keys()}
        inputs = {name: x for name, x in given.items() if name not in self.options}
        self.given = bind_names(
            rule.name, rule.argument_order, args, inputs, (*rule.options, *rule.arguments)
        )
        self.given |= self._defaults()
        shape = np.shape(self.given.get("k", ()))
        self.keys = shape[-3] if len(shape) > 2 else 1

    def _defaults(self) -> dict[str, np.ndarray]:
        """Query inputs that were left out, made for the heads of q before it is divided."""
        makers = {name: self.rule.defaults.get(name) for name in self.rule.queries}
        missing = {n: make for n, make in makers.items() if make and n not in self.given}
        if not missing or "q" not in self.given:
            return {}
        q = as_arrays(self.rule.name, {"q": self.given["q"]})
        x = bind_shapes(self.rule.name, q, {"q": self.rule.inputs["q"]}, {})
        return {name: make(x, None) for name, make in missing.items()}

    @property
    def inputs(self) -> dict[str, Any]:
        """Everything given by name, arrays with an axis for groups."""
        return self.options | {name: self.divided(name, x) for name, x in self.given.items()}

    def divided(self, name: str, x: Any) -> Any:
        """An input with an axis for groups: folded if it belongs to queries, else of length one."""
        return self._divided(name, x, len(self.rule.inputs[name].split()))

    def _divided(self, name: str, x: Any, own: int) -> Any:
        shape = np.shape(x)
        if len(shape) <= own:
            return x
        if name not in self.rule.queries:
            return np.expand_dims(x, len(shape) - own)
        count = shape[-own - 1]
        if count % self.keys and count != 1:
            raise ValueError(
                f"{self.rule.name}: {name} has {count} heads, expected a multiple of {self.keys} "
                "as in k, because every key head serves as many query heads"
            )
        return fold(np.asarray(x), own, min(self.keys, count), self.heads)

    def joined(self, name: str, x: np.ndarray | None) -> np.ndarray | None:
        """What has the shape of a divided input, in the shape in which that was given."""
        return None if x is None else self._joined(name, x, len(self.rule.inputs[name].split()))

    def _joined(self, name: str, x: np.ndarray, own: int) -> np.ndarray:
        if x.ndim <= own:
            return x
        if name in self.rule.queries:
            return unfold(x, own, self.heads)
        return np.take(x, 0, axis=x.ndim - own - 1)

    def divided_state(self, cache: Any) -> Any:
        """A cache with an axis for groups; anything else as it is, for the rule to refuse."""
        if not (isinstance(cache, tuple) and hasattr(cache, "_asdict")):
            return cache
        return self._each_field(self._divided, cache)

    def joined_state(self, cache: Any) -> Any:
        """A cache without its axis for groups, along which what belongs to keys is the same."""
        return self._each_field(self._joined, cache)

    def first_of_state(self, cotangent: Any, like: Any) -> Any:
        """The cotangent of a cache that `joined_state` made of one `like` this."""

        def of_field(name: str, x: np.ndarray, own: int) -> np.ndarray:
            if name in self.rule.queries:
                return fold(x, own, self.keys, self.heads)
            whole = zeros(getattr(like, name).shape, x)
            np.moveaxis(whole, -own - 1, 0)[0] = x
            return whole

        return self._each_field(of_field, cotangent)

    def _each_field(self, function: Callable[[str, Any, int], Any], cache: Any) -> Any:
        fields = cache._asdict().items()
        return type(cache)(
            *(None if x is None else function(name, x, CACHE_AXES[name]) for name, x in fields)
        )


def call_in_groups(rule: Any, heads: str, args: tuple[Any, ...], given: dict[str, Any]) -> Any:
    """Call a cache rule whose queries may have more heads than its keys."""
    others = {name: x for name, x in rule.arguments.items() if name not in ("state", "heads")}
    call = {name: given.pop(name, default) for name, default in others.items()}
    state = given.pop("state", None)
    groups = Groups(rule, heads, args, given)
    result = rule(**groups.inputs, state=groups.divided_state(state), **call)
    parts = {"out": unfold(result.out, 2, heads), "state": groups.joined_state(result.state)}
    if call["states"]:
        parts["states"] = [groups.joined_state(after) for after in result.states]
    return result._replace(**parts)


class JoinedRun:
    """A recording of such a call: what it put out, without the axis for groups."""

    def __init__(self, groups: Groups, run: Recording) -> None:
        self.groups, self.run = groups, run
        self.out = unfold(run.out, 2, groups.heads)
        self.state = groups.joined_state(run.state)

    def pull(self, dout: np.ndarray, dS: Any) -> tuple[Any, Any]:
        """Arrays made from the traced ones of the call, and the derivatives by them."""
        groups = self.groups
        return self.run.pull(groups.divided("q", dout), groups.first_of_state(dS, self.run.state))


def vjp_in_groups(rule: Any, heads: str, args: tuple[Any, ...], given: dict[str, Any]) -> Any:
    """Gradients of such a call by everything that it was given, as it was given."""
    call = {name: given.pop(name, None) for name in ("scale", "dout", "dstate")}
    state = given.pop("state", None)
    record = rule.recorder(given.pop("form", None), given.pop("chunk", None))
    groups = Groups(rule, heads, args, given)
    grads = vjp(
        rule,
        (),
        groups.inputs,
        groups.divided_state(state),
        record=lambda x, S: JoinedRun(groups, record(x, S)),
        **call,
    )
    fields = {name: groups.joined(name, getattr(grads, name)) for name in rule.inputs}
    if "alpha" in rule.inputs:
        fields["log_alpha"] = groups.joined("alpha", grads.log_alpha)
    return grads._replace(**fields, state=groups.joined_state(grads.state))


def jvp_in_groups(rule: Any, heads: str, args: tuple[Any, ...], given: dict[str, Any]) -> Tangents:
    """Tangents of such a call."""
    changes = {name: given.pop(f"d{name}") for name in rule.inputs if f"d{name}" in given}
    states = {name: given.pop(name, None) for name in ("state", "dstate")}
    scales = {name: given.pop(name) for name in ("scale", "dscale") if name in given}
    groups = Groups(rule, heads, args, given)
    for name in changes.keys() & groups.given.keys():
        like, _ = as_array(rule.name, name, groups.given[name])
        changes[name] = cotangent(rule.name, f"d{name}", changes[name], like, name)
    tangents = rule.jvp(
        **groups.inputs,
        **{f"d{name}": groups.divided(name, change) for name, change in changes.items()},
        **{name: groups.divided_state(cache) for name, cache in states.items()},
        **scales,
    )
    out, dout = (unfold(x, 2, heads) for x in (tangents.out, tangents.dout))
    state, dstate = (groups.joined_state(cache) for cache in (tangents.state, tangents.dstate))
    return Tangents(out, state, dout, dstate)
