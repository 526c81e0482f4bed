"""Law: turning all that lives among the keys together changes no output.

A memory only ever compares keys, so an orthogonal map of every input and state row that has a key
axis cancels, unless single key channels have gates. The map is the rotation by the angle of a
3-4-5 triangle in every plane of two neighbouring channels: exact on every number system.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.laws.calls import Call
from refmem.laws.draws import drawn
from refmem.laws.exact import assert_same
from refmem.laws.law import Law
from refmem.memory import Cache
from refmem.memory.rule import Rule


def turned(x: np.ndarray, axis: int) -> np.ndarray:
    """The rows of `x` along `axis`, rotated in the planes (0, 1), (1, 2), ..."""
    x = np.moveaxis(x, axis, -1)
    for channel in range(x.shape[-1] - 1):
        a, b = x[..., channel], x[..., channel + 1]
        pair = np.stack([(3 * a - 4 * b) / 5, (4 * a + 3 * b) / 5], axis=-1)
        x = np.concatenate([x[..., :channel], pair, x[..., channel + 2 :]], axis=-1)
    return np.moveaxis(x, -1, axis)


def rotation_does_not_show(rule: Rule, form: str, x: Call) -> None:
    x = x | {"state": x.get("state") if _has_key_rows(rule, x, x.get("state")) else None}
    call = x | {"state": _turned_state(x["state"])}
    for name, axes in key_axes(rule).items():
        if name in x:
            call[name] = turned(x[name], axes.index("K") - len(axes))
    got, want = (rule(**c, form=form, chunk=2) for c in (call, x))
    assert_same(got.out, want.out, f"{rule.name}.{form} of rotated keys and queries")
    if _has_key_rows(rule, x, want.state):
        turned_state = _turned_state(want.state)
        assert_same(got.state, turned_state, f"{rule.name}.{form} of rotated keys: state")


def key_axes(rule: Rule) -> dict[str, list[str]]:
    """Inputs that have a key axis, and all their axes."""
    axes = {name: shape.split() for name, shape in rule.inputs.items()}
    return {name: own for name, own in axes.items() if "K" in own}


def _has_key_rows(rule: Rule, x: Call, state: Any) -> bool:
    """Whether this is a memory (K, V) or a cache of keys; any other starts empty here."""
    if not isinstance(state, np.ndarray) or "v" not in x:
        return isinstance(state, Cache)
    name, axes = next(iter(key_axes(rule).items()))
    K = x[name].shape[axes.index("K") - len(axes)]
    return bool(state.shape[-2:] == (K, x["v"].shape[-1]))


def _turned_state(state: Any) -> Any:
    if isinstance(state, Cache):
        return state._replace(key=turned(state.key, -1))
    return None if state is None else turned(state, -2)


def _try(rule: Rule, form: str, seed: int) -> None:
    rotation_does_not_show(rule, form, drawn(rule, seed))


LAW = Law(
    "rotation",
    __doc__,
    _try,
    "numbers that belong to one key channel: an input with a key axis says its kind, or the rule "
    'why it is exempt: exempt={"rotation": "..."}',
    lacks=lambda rule: "" if key_axes(rule) else "it has no key axis",
)
