"""A gate and a norm after a memory: by hand, derivatives, other numbers, what is refused."""

import numpy as np
import pytest
import sympy as sp

from refmem import gated_norm, gated_read
from refmem.algebra.numbers import intervals
from refmem.derivative.tape import pull, push, traced
from refmem.laws.exact import assert_enclosures_overlap, assert_same

READ, GATE = np.array([[3.0, -1.0], [0.5, 2.0]]), np.array([[0.25, -1.5], [2.0, 0.5]])
WEIGHT = np.array([0.75, -1.25])


def symbolic(rows):
    return np.vectorize(sp.sympify, otypes=[object])(rows)


def test_by_hand():
    # sigmoid(log 3) = 3/4 and sigmoid(0) = 1/2; (6, 8) has the mean square 50, with eps 14: 8^2
    read, gate, weight = symbolic([[6, 8]]), symbolic([["log(3)", 0]]), symbolic([2, 1])
    assert_same(gated_read(read, gate), symbolic([["9/2", 4]]), "gated_read")
    got = gated_norm(read, gate, weight, 14, "sigmoid")
    assert_same(got, symbolic([["9/8", "1/2"]]), "norm first")
    # gated first (9/2, 4): the mean square is 145/8, with eps 143/8: 6^2
    got = gated_norm(read, gate, weight, sp.Rational(143, 8), "sigmoid", norm_first=False)
    assert_same(got, symbolic([["3/2", "2/3"]]), "gate first")


CALLS = {
    "gated_read": gated_read,
    "norm first": lambda x, g: gated_norm(x, g, x[0] * 0 + 2, 0.5),
    "gate first": lambda x, g: gated_norm(x, g, x[0] * 0 + 2, 0.5, norm_first=False),
}


@pytest.mark.parametrize("call", CALLS)
def test_the_derivatives_are_differences_in_long_doubles(call):
    """(f(x + h) - f(x - h)) / 2h is off by h^2 times a third derivative of at most 64, over 6."""
    x = [np.longdouble(READ), np.longdouble(GATE)]
    along = [np.longdouble(np.cos(1 + n + np.arange(4)).reshape(2, 2)) for n in range(2)]
    nodes, h = traced(x), np.longdouble(2.0**-20)
    y = CALLS[call](*nodes)
    up, down = (CALLS[call](*(a + s * d for a, d in zip(x, along, strict=True))) for s in (h, -h))
    assert abs(push(nodes, along, y) - (up - down) / (2 * h)).max() <= 11 * h**2
    g = np.longdouble(np.sin(1 + np.arange(4)).reshape(2, 2))
    both = sum((b * d).sum() for b, d in zip(pull(y, g, nodes), along, strict=True))
    assert abs(both - (g * push(nodes, along, y)).sum()) <= 64 * np.finfo(np.longdouble).eps


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_other_numbers_give_the_same(call, dtype):
    got = CALLS[call](READ.astype(dtype), GATE.astype(dtype))
    assert got.dtype == dtype
    want = CALLS[call](intervals(READ), intervals(GATE))
    assert all(
        abs(intervals(got) - want).flat[n] < 16 * float(np.finfo(dtype).eps) for n in range(4)
    )


def test_a_gate_that_is_the_same_for_all_channels_is_lost_where_it_comes_first():
    """Of its size nothing is left, for eps = 0; norm first keeps it."""
    x, one = intervals(READ), intervals(np.ones(2))
    gate = intervals([[1], [2]]) + 0 * x
    first = gated_norm(x, gate, one, 0, "sigmoid", norm_first=False)
    assert_enclosures_overlap(first, gated_norm(x, 0 * gate, one, 0, "sigmoid") * 2, "gate first")


@pytest.mark.parametrize(
    ("kind", "call", "message"),
    [
        (
            ValueError,
            lambda: gated_norm(READ, GATE, WEIGHT, -1.0),
            "gated_norm: eps has value -1.0",
        ),
        (ValueError, lambda: gated_read(READ, GATE, "sigmod"), "did you mean 'sigmoid'"),
        (TypeError, lambda: gated_read(READ.astype(int), GATE), "gated_read: read has dtype int64"),
        (TypeError, lambda: gated_read(READ, np.float32(GATE)), "gated_read: gate has numbers of"),
    ],
)
def test_what_is_refused(kind, call, message):
    with pytest.raises(kind, match=message):
        call()
