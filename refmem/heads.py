"""Grouped heads: several query heads share one key head, in either order that is in use.

    repeat   query head h asks key head h // G      torch's repeat_interleave, ONNX, Hugging Face
    tile     query head h asks key head h % H       ggml

for H key heads and H G query heads. A group becomes an axis of its own, (..., H, G) in place of
(..., H G), along which keys broadcast.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.signature import bind_names, nearest_name

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
    """The call of a cache rule with as many key heads as its `k` has, and more query heads."""

    def __init__(self, rule: Any, heads: str, arrays: dict[str, Any]) -> None:
        if heads not in HEAD_MAPS:
            raise ValueError(
                f"{rule.name}: heads has value {heads!r}, expected one of {', '.join(HEAD_MAPS)}, "
                f"because these orders are in use{nearest_name(str(heads), HEAD_MAPS)}"
            )
        shape = np.shape(arrays["k"])
        self.rule, self.heads = rule, heads
        self.keys = shape[-3] if len(shape) > 2 else 1

    def divided(self, name: str, x: Any, own: int) -> Any:
        """An array with an axis for groups: folded if it belongs to queries, else of length one."""
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

    def divided_state(self, cache: Any) -> Any:
        """A cache with an axis for groups."""
        return type(cache)(
            *(
                None if part is None else self.divided(name, part, CACHE_AXES[name])
                for name, part in cache._asdict().items()
            )
        )

    def joined_state(self, cache: Any) -> Any:
        """A cache without its axis for groups, along which what belongs to keys is the same."""

        def joined(name: str, part: np.ndarray) -> np.ndarray:
            own = CACHE_AXES[name]
            if name in self.rule.queries:
                return unfold(part, own, self.heads)
            return np.take(part, 0, axis=part.ndim - own - 1)

        return type(cache)(
            *(None if part is None else joined(n, part) for n, part in cache._asdict().items())
        )


def call_in_groups(
    rule: Any, heads: str, args: tuple[Any, ...], given: dict[str, Any], state: Any, **call: Any
) -> Any:
    """Call a cache rule whose queries may have more heads than its keys."""
    options = {name: given.pop(name) for name in rule.options.keys() & given.keys()}
    arrays = bind_names(rule.name, rule.argument_order, args, given)
    if "k" not in arrays:
        return rule(**arrays, **options, state=state, **call)
    groups = Groups(rule, heads, arrays)
    inputs = {
        name: groups.divided(name, x, len(rule.inputs[name].split())) for name, x in arrays.items()
    }
    if isinstance(state, tuple) and hasattr(state, "_asdict"):
        state = groups.divided_state(state)
    result = rule(**inputs, **options, state=state, **call)
    parts = {"out": unfold(result.out, 2, heads), "state": groups.joined_state(result.state)}
    if call["states"]:
        parts["states"] = [groups.joined_state(after) for after in result.states]
    return result._replace(**parts)
