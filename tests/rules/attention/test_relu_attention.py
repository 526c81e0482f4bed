from refmem import relu_attention
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same
from refmem.memory import Cache
from tests.rules.attention.hand import FORMS


def test_relu_attention_by_hand():
    # cached key 0 scores 0 + 1 = 1; both keys are 1
    # token 1, q = 2:  1*2 + (2 + 1)*4 = 14;  token 2, q = -3: 1*2, and nothing below zero
    past = Cache(fractions([[0]]), fractions([[2]]))
    q, k, v = fractions([[2], [-3]]), fractions([[1], [1]]), fractions([[4], [5]])
    for form in FORMS:
        out = relu_attention(q, k, v, fractions(1), state=past, scale=1, form=form).out
        assert_same(out, fractions([[14], [2]]), f"relu_attention.{form}")
