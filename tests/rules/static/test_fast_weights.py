import numpy as np
import pytest

from refmem import fast_weights, retention
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from refmem.memory import Result
from refmem.rules.static.fast_weights import FastWeights


def test_fast_weights_by_hand():
    # h0 = 1, A0 = 2, w_hidden = -1, w_in = 1, decay 1/2, rate 3
    # token 1, x = 2: drive = -1 + 2 = 1; h = 1, then 1 + 2*1 = 3;   A = 1 + 3*9 = 28
    # token 2, x = 1: drive = -3 + 1 = -2; h = 0 (relu), then 0 again;  A = 14
    one = fractions([[1]])
    start = FastWeights(fractions([[2]]), fractions([1]))
    out, state = fast_weights(
        fractions([[2], [1]]), -one, one, fractions(0.5), fractions(3), state=start
    )
    assert_same(out, fractions([[3], [0]]), "fast_weights")
    assert_same(state, FastWeights(fractions([[14]]), fractions([0])), "fast_weights: state")


def test_two_looks_by_hand():
    # A0 = 1/2, drive 1: h = 1, then 1 + 1/2 = 3/2, then 1 + 3/4 = 7/4
    one = fractions([[1]])
    start = FastWeights(fractions([[0.5]]), fractions([0]))
    out = fast_weights(one, 0 * one, one, fractions(1), fractions(1), state=start, steps=2).out
    assert_same(out, fractions([[1.75]]), "fast_weights")


def test_the_fast_weights_are_a_decaying_memory_of_its_states():
    random = np.random.default_rng(0)
    x, w_hidden, w_in = (fractions(random.integers(-2, 3, (3, 3))) for _ in range(3))
    decay, rate = fractions(0.5), fractions(0.25)
    out, state = fast_weights(x, w_hidden, w_in, decay, rate)
    memory = retention(out, out, rate * out, gamma=decay).state
    assert_same(state.memory, memory, "fast_weights: memory")


def test_layer_normalisation_takes_size_and_mean_away():
    random = np.random.default_rng(0)
    x, w_hidden, w_in = random.standard_normal((3, 4, 4))
    call = {"decay": np.array(0.5), "rate": np.array(0.5), "activation": "identity", "eps": 0.0}
    out = fast_weights(x, w_hidden, w_in, **call).out
    # rows of four entries of size at most 2: their mean and that of their squares round a few times
    bound = 64 * np.finfo(float).eps
    assert (abs(out.mean(-1)) <= bound).all()
    assert (abs((out * out).mean(-1) - 1) <= bound).all()


@pytest.mark.parametrize("at", range(4))
def test_a_cut_sequence_is_the_whole(at):
    random = np.random.default_rng(0)
    x, w_hidden, w_in = (fractions(random.integers(-2, 3, (3, 3))) for _ in range(3))
    rest = w_hidden, w_in, fractions(0.5), fractions(0.25)
    first = fast_weights(x[:at], *rest)
    last = fast_weights(x[at:], *rest, state=first.state)
    joined = Result(np.concatenate([first.out, last.out]), last.state)
    assert_same(joined, fast_weights(x, *rest), f"cut before token {at}")
