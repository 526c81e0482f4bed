import flint
import numpy as np
import pytest

from refmem import ffn
from refmem.algebra.numbers import fractions, intervals
from refmem.functions.activations import square
from tests.exact import assert_enclosures_overlap, assert_same

x, w_in = fractions([[2, 1]]), fractions([[1, 0], [1, -1], [-1, 1]])
w_out = fractions([[1], [10], [100]])


def test_ffn_by_hand():
    # the keys score 2, 1, -1: relu lets 2*1 + 1*10 = 12 through, its square 4*1 + 1*10 = 14
    assert_same(ffn(x, w_in, w_out).out, fractions([[12]]), "ffn")
    assert_same(ffn(x, w_in, w_out, activation="relu_squared").out, fractions([[14]]), "relu^2")
    assert_same(ffn(x, w_in, w_out, activation=square).out, fractions([[114]]), "square")
    assert ffn(x, w_in, w_out).state is None


def log(n):
    return flint.arb(n).log()


# one key that scores log 3, then what an activation makes of it; e^(log 3) = 3
ONE_KEY = {
    "exp": lambda: flint.arb(3),
    "sigmoid": lambda: flint.arb(3) / 4,
    "silu": lambda: log(3) * 3 / 4,
    "softmax": lambda: flint.arb(1),
    "solu": lambda: log(3),
    "gelu": lambda: log(3) * (1 + (log(3) / flint.arb(2).sqrt()).erf()) / 2,
}


@pytest.mark.parametrize("activation", ONE_KEY)
def test_activations_of_log_3(activation):
    one = intervals([[1]])
    out = ffn(np.array([[log(3)]]), one, one, activation=activation).out
    assert_enclosures_overlap(out, np.array([[ONE_KEY[activation]()]]), activation)


def test_rows_of_softmax_and_solu_by_hand():
    # scores log 1, log 3: shares 1/4, 3/4, and log 3 times 3/4
    w_in, w_out = np.array([[log(1)], [log(3)]]), intervals([[8], [4]])
    out = ffn(intervals([[1]]), w_in, w_out, activation="softmax").out
    assert_enclosures_overlap(out, intervals([[5]]), "softmax")
    out = ffn(intervals([[1]]), w_in, w_out, activation="solu").out
    assert_enclosures_overlap(out, np.array([[3 * log(3)]]), "solu")


def test_both_gelus_are_close_and_not_the_same():
    z = np.linspace(-4, 4, 81)[:, None]
    one = np.ones((1, 1))
    exact, bent = (ffn(z, one, one, activation=a).out for a in ("gelu", "gelu_tanh"))
    assert 1e-4 < abs(exact - bent).max() < 1e-3


def test_a_softmax_of_great_scores_does_not_overflow():
    one = np.ones((1, 1))
    assert ffn(1000 * one, one, one, activation="softmax").out == 1


def test_a_memory_of_weights_has_no_state_and_no_scale():
    with pytest.raises(TypeError, match="ffn: state has a value, expected none, because this"):
        ffn(x, w_in, w_out, state=w_out)
    with pytest.raises(TypeError, match="ffn: state has a value, expected none, because this"):
        ffn.vjp(x, w_in, w_out, state=w_out, dout=x)
    with pytest.raises(TypeError, match=r"value 2.0, expected none, because its specification"):
        ffn(x, w_in, w_out, scale=2.0)
