import numpy as np
import pytest

from refmem import Result, short_convolution
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same

weight, bias = fractions([[1, 2, 3], [0, 1, -1]]), fractions([0, 10])
x = fractions([[1, 1], [2, 0], [3, 5], [4, 7]])
state = fractions([[5, 1], [6, 2]])


def test_by_hand():
    # channel 0: 5 + 2 6 + 3 1, 6 + 2 1 + 3 2, 1 + 2 2 + 3 3, 2 + 2 3 + 3 4
    # channel 1: 10 + what came one before, less the token itself
    got = short_convolution(x, weight, bias, state=state)
    want = fractions([[20, 10 + 2 - 1], [14, 10 + 1], [14, 10 - 5], [20, 10 + 5 - 7]])
    assert_same(got, Result(want, x[2:]), "short_convolution")


@pytest.mark.parametrize("at", range(5))
def test_a_cut_sequence_is_the_whole(at):
    """Also where a part is shorter than the weight, and where there is no state at first."""
    for first_state in (None, state):
        whole = short_convolution(x, weight, bias, state=first_state)
        first = short_convolution(x[:at], weight, bias, state=first_state)
        rest = short_convolution(x[at:], weight, bias, state=first.state)
        joined = Result(np.concatenate([first.out, rest.out]), rest.state)
        assert_same(joined, whole, f"cut before token {at}")


def test_a_weight_of_one_token_needs_no_state():
    got = short_convolution(x, weight[:, 2:])
    assert_same(got, Result(x * weight[:, 2], x[:0]), "short_convolution")


def test_leading_axes_broadcast():
    out, after = short_convolution(np.stack([x, 2 * x]), weight)
    alone = short_convolution(2 * x, weight)
    assert_same(Result(out[1], after[1]), alone, "the second of two")


def test_nothing_is_aliased():
    floats = np.ones((3, 2))
    out, after = short_convolution(floats, np.ones((2, 3)))
    assert not np.shares_memory(after, floats)
    assert not np.shares_memory(out, floats)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"short_convolution: weight has shape \(3, 2\)"):
        short_convolution(np.ones((4, 2)), np.ones((3, 2)))
    with pytest.raises(ValueError, match=r"with W at least 1, because its last column"):
        short_convolution(np.ones((4, 2)), np.ones((2, 0)))
    with pytest.raises(ValueError, match=r"short_convolution: state has shape \(3, 2\)"):
        short_convolution(np.ones((4, 2)), np.ones((2, 3)), state=np.ones((3, 2)))
