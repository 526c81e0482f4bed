"""Law: turning all that lives among the keys together changes no output.

A memory only ever compares keys, so an orthogonal map of every input and state row that has a key
axis cancels, unless single key channels have gates. The map is the rotation by the angle of a
3-4-5 triangle in every plane of two neighbouring channels: exact on every number system.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refmem.algebra.numbers import fractions
from refmem.memory import Cache
from tests.draws import every_form, inputs, some_shapes
from tests.exact import assert_same


def turned(x, axis):
    """The rows of `x` along `axis`, rotated in the planes (0, 1), (1, 2), ..."""
    x = np.moveaxis(x, axis, -1)
    for channel in range(x.shape[-1] - 1):
        a, b = x[..., channel], x[..., channel + 1]
        pair = np.stack([(3 * a - 4 * b) / 5, (4 * a + 3 * b) / 5], axis=-1)
        x = np.concatenate([x[..., :channel], pair, x[..., channel + 2 :]], axis=-1)
    return np.moveaxis(x, -1, axis)


def rotation_does_not_show(rule, form, x):
    x = x | {"state": x.get("state") if _has_key_rows(rule, x, x.get("state")) else None}
    call = x | {"state": _turned_state(x["state"])}
    for name, axes in _key_axes(rule).items():
        if name in x:
            call[name] = turned(x[name], axes.index("K") - len(axes))
    got, want = (rule(**c, form=form, chunk=2) for c in (call, x))
    assert_same(got.out, want.out, f"{rule.name}.{form} of rotated keys and queries")
    if _has_key_rows(rule, x, want.state):
        turned_state = _turned_state(want.state)
        assert_same(got.state, turned_state, f"{rule.name}.{form} of rotated keys: state")


def _key_axes(rule):
    axes = {name: shape.split() for name, shape in rule.inputs.items()}
    return {name: own for name, own in axes.items() if "K" in own}


def _has_key_rows(rule, x, state):
    """Whether this is a memory (K, V) or a cache of keys; any other starts empty here."""
    if not isinstance(state, np.ndarray) or "v" not in x:
        return isinstance(state, Cache)
    name, axes = next(iter(_key_axes(rule).items()))
    K = x[name].shape[axes.index("K") - len(axes)]
    return state.shape[-2:] == (K, x["v"].shape[-1])


def _turned_state(state):
    if isinstance(state, Cache):
        return state._replace(key=turned(state.key, -1))
    return None if state is None else turned(state, -2)


WITH_KEYS = [param for param in every_form("rotation") if _key_axes(param.values[0])]


@pytest.mark.parametrize(("rule", "form"), WITH_KEYS)
@some_shapes
@given(data=st.data())
def test_rotating_keys_and_queries_together_changes_nothing(rule, form, data):
    rotation_does_not_show(rule, form, data.draw(inputs(rule), label="inputs"))


def test_the_rotation_is_orthogonal():
    R = turned(fractions(np.eye(4, dtype=int)), 1)
    assert (np.eye(4, dtype=int) == R @ R.T).all()
    assert (np.eye(4, dtype=int) != R).any()
