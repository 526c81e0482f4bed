import flint
import numpy as np
import pytest

from refmem import ffn, glu
from refmem.algebra.numbers import fractions, intervals
from refmem.laws.exact import assert_enclosures_overlap, assert_same

# gates score 2, -1; the other keys 3, 5
x = fractions([[2, 1]])
keys = fractions([[1, 0], [-1, 1]]), fractions([[1, 1], [2, 1]])
w_out = fractions([[1], [10]])


@pytest.mark.parametrize(("activation", "want"), [("relu", 6), ("identity", -44)])
def test_glu_by_hand(activation, want):
    # relu: 2*3*1 + 0 = 6;  bilinear: 2*3*1 - 1*5*10 = -44
    assert_same(glu(x, *keys, w_out, activation=activation).out, fractions([[want]]), "glu")


def test_swiglu_by_hand():
    # the gate scores log 3: log 3 * 3/4, times 4
    log3, one = np.array([[flint.arb(3).log()]]), intervals([[1]])
    out = glu(one, log3, 4 * one, one).out
    assert_enclosures_overlap(out, 3 * log3, "SwiGLU")
    out = glu(one, log3, 4 * one, one, activation="sigmoid").out
    assert_enclosures_overlap(out, intervals([[3]]), "GLU")


def test_relu_of_the_same_keys_is_relu_squared():
    assert_same(
        glu(x, keys[0], keys[0], w_out, activation="relu").out,
        ffn(x, keys[0], w_out, activation="relu_squared").out,
        "ReGLU",
    )
