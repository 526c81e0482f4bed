"""What goes to a foreign kernel comes back as it was."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refmem.oracle.cases import checkable_rules, find_case, names_of
from refmem.oracle.conventions import ONNX, REFMEM, pack, packed_shape, unpack
from refmem.oracle.targets.onnx_model import UPDATE_RULES

CASES = [name for rule in UPDATE_RULES for name in names_of(checkable_rules()[rule])]
AXES = (("T", "K"), ("T",), ("K", "V"))


@st.composite
def arrays(draw):
    axes = draw(st.sampled_from(AXES))
    shape = [draw(st.integers(1, 3)) for _ in range(draw(st.integers(1, 3)))]
    shape += [draw(st.integers(0, 4)) for _ in axes]
    return axes, np.arange(np.prod(shape), dtype=float).reshape(shape)


@given(case=arrays())
def test_packing_round_trips(case):
    axes, x = case
    y = pack(x, axes)
    assert y.shape == packed_shape(x.shape, axes)
    assert np.array_equal(unpack(y, x.shape, axes), x)


@given(case=arrays())
def test_packing_moves_entries_where_the_convention_says(case):
    axes, x = case
    y = pack(x, axes)
    heads = x.shape[1 : x.ndim - len(axes)]
    for index in np.ndindex(x.shape):
        batch, head, own = index[0], index[1 : 1 + len(heads)], index[1 + len(heads) :]
        h = int(np.ravel_multi_index(head, heads)) if heads else 0
        if axes == ("K", "V"):
            assert y[batch, h, *own] == x[index]
        elif axes == ("T",):
            assert y[batch, own[0], h] == x[index]
        else:
            assert y[batch, own[0], h * x.shape[-1] + own[1]] == x[index]


@pytest.mark.parametrize("name", CASES[::11])
@pytest.mark.parametrize("convention", [REFMEM, ONNX], ids=["refmem", "onnx"])
def test_inputs_round_trip(name, convention):
    """Exactly; and gates are exp of the very logarithms that were sent."""
    case = find_case(name)
    foreign = convention.to_foreign(case.inputs, case.axes, np.float32)
    back = convention.to_grammar(foreign, case.inputs, case.axes, np.float64)
    again = convention.to_foreign(back, case.axes, np.float32)
    assert foreign.keys() == again.keys()
    for name, x in foreign.items():
        assert np.array_equal(x, again[name])
        assert x.dtype == np.float32
    for name, x in case.inputs.items():
        if name != "alpha":
            assert np.array_equal(x, back[name])


def test_a_gate_of_zero_is_minus_infinity_and_comes_back():
    alpha = {"alpha": np.array([[[0.0, 1.0]]])}
    foreign = ONNX.to_foreign(alpha, {"alpha": ("T",)}, np.float32)
    assert foreign["decay"].ravel().tolist() == [-np.inf, 0]
    back = ONNX.to_grammar(foreign, alpha, {"alpha": ("T",)}, np.float64)
    assert np.array_equal(back["alpha"], alpha["alpha"])


def test_grouped_heads_repeat():
    """Two memories, six query heads: heads 0, 1, 2 read memory 0, and 3, 4, 5 memory 1."""
    q = np.arange(6.0).reshape(1, 2, 3, 1, 1)
    assert pack(q, ("T", "K")).ravel().tolist() == [0, 1, 2, 3, 4, 5]
    out, state = ONNX.result_to_grammar(
        np.arange(6.0).reshape(1, 1, 6), np.array([[[[7.0]], [[8.0]]]]), q.shape, (1, 2, 1, 1, 1)
    )
    assert np.array_equal(out, q)
    assert state[..., 0, 0].tolist() == [[[7, 7, 7], [8, 8, 8]]]


@pytest.mark.parametrize(
    ("convention", "out", "state", "message"),
    [
        (REFMEM, (1, 2, 3, 5), (1, 2, 4, 5), r"out has shape \(1, 2, 3, 5\), expected \(1, 2, 6"),
        (REFMEM, (1, 2, 6, 5), (1, 2, 5, 4), r"state has shape \(1, 2, 5, 4\), expected"),
        (ONNX, (1, 2, 6, 5), (1, 2, 4, 5), r"output has shape .* expected \(1, 6, 10\)"),
        (ONNX, (1, 6, 10), (1, 2, 5, 4), r"present_state has shape .* expected \(1, 2, 4, 5\)"),
    ],
)
def test_wrong_shapes_are_named(convention, out, state, message):
    with pytest.raises(ValueError, match=message):
        convention.result_to_grammar(np.zeros(out), np.zeros(state), (1, 2, 6, 5), (1, 2, 4, 5))
