import flint
import numpy as np

from refmem import product_key_memory
from refmem.algebra.numbers import intervals
from refmem.laws.exact import assert_enclosures_overlap


def test_product_key_memory_by_hand():
    # left scores log 1, log 3; right scores log 1, log 2: pairs weigh 1, 2, 3, 6
    # the two best: (3*10 + 6*1) / 9 = 4;  all: (100 + 2*50 + 3*10 + 6*1) / 12 = 59/3
    one = intervals([[1]])
    left, right = (np.array([[flint.arb(1).log()], [flint.arb(n).log()]]) for n in (3, 2))
    values = intervals([[100], [50], [10], [1]])
    for form in product_key_memory.forms:
        out = product_key_memory(one, one, left, right, values, top=2, form=form).out
        assert_enclosures_overlap(out, intervals([[4]]), f"{form}, top=2")
        out = product_key_memory(one, one, left, right, values, form=form).out
        assert_enclosures_overlap(out, np.array([[flint.arb(59) / 3]]), f"{form}, all")


def test_the_best_pairs_are_pairs_of_the_best_halves():
    random = np.random.default_rng(0)
    left, right = random.standard_normal((2, 3, 7, 4))
    left_keys, right_keys = random.standard_normal((3, 6, 4)), random.standard_normal((3, 5, 4))
    values = random.integers(-9, 9, (3, 30, 2)).astype(float)
    for top in (1, 2, 5, 11):
        x = left, right, left_keys, right_keys, values
        read, halves = (product_key_memory(*x, top=top, form=f).out for f in ("read", "halves"))
        # sums of `top` terms of size at most 9 in another order: top roundings, and as many of exp
        assert (abs(read - halves) <= 8 * top * np.finfo(float).eps * 9).all()


def test_of_equal_pairs_the_first_answer():
    zero, values = np.zeros((2, 1)), np.array([[1.0], [2.0], [4.0], [8.0]])
    for form in product_key_memory.forms:
        out = product_key_memory(zero[:1], zero[:1], zero, zero, values, top=2, form=form).out
        assert out == 1.5
