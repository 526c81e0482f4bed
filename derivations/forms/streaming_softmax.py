"""Claim: what blocks of keys answer can be merged, in any order, into what all keys answer.

    a block of keys:  (m, l, x) = (m, sum e^(s_j - m), sum e^(s_j - m) v_j)          any shift m
    merge:            M any,  l = e^(m1 - M) l1 + e^(m2 - M) l2,  x likewise
    softmax:          x / l, in which no shift is left

A triple stands for (sum e^(s_j), sum e^(s_j) v_j), and merging adds what it stands for. Sums are
associative and commutative and have a zero, so merging is and has.

Used by:  refmem.softmax_attention, refmem.forgetting_attention, refmem.forms
Source:   Milakov and Gimelshein 2018, arXiv:1805.02867; Dao et al. 2022, arXiv:2205.14135
Method:   symbols for the true sums of two blocks; then the shipped merge at shifts that differ, and
          the shipped attention in blocks.
"""

import numpy as np
import sympy as sp

import refmem
from refmem.forms.streaming import Partial, merge
from refmem.functions.kernels import softmax

from ..proving.statement import Equation
from ..proving.symbols import arguments

m1, m2, M, N = sp.symbols("m_1 m_2 M N", real=True)
total1, total2 = sp.symbols("l_1 l_2", positive=True)
value1, value2 = sp.symbols("x_1 x_2", real=True)


def seen(total, value, shift):
    """What is kept of a block whose true sums are these."""
    return sp.exp(-shift) * total, sp.exp(-shift) * value


def merged(one, other, shift):
    """The rule, with the shifts of both sides."""
    (l1, x1, m1), (l2, x2, m2) = one, other
    scale1, scale2 = sp.exp(m1 - shift), sp.exp(m2 - shift)
    return scale1 * l1 + scale2 * l2, scale1 * x1 + scale2 * x2


def a_merge_keeps_what_the_sum_of_both_would():
    """Merging at any shift M gives e^(-M) (l_1 + l_2) and e^(-M) (x_1 + x_2)."""
    one, other = (*seen(total1, value1, m1), m1), (*seen(total2, value2, m2), m2)
    wanted = seen(total1 + total2, value1 + value2, M)
    for got, want in zip(merged(one, other, M), wanted, strict=True):
        yield Equation(got, want)


def nothing_seen_is_the_neutral_block():
    """Sums of zero, whatever their shift, add nothing: an empty cache is a block like any other."""
    one, nothing = (*seen(total1, value1, m1), m1), (sp.S.Zero, sp.S.Zero, m2)
    for got, want in zip(merged(one, nothing, m1), one, strict=False):
        yield Equation(got, want)


def the_answer_has_no_shift():
    """x/l is the same for every shift, so the greatest score may be chosen: no overflow."""
    for shift in (M, N):
        l, x = seen(total1, value1, shift)  # noqa: E741
        yield Equation(x / l, value1 / total1)


def a_running_sum_shifts_itself_when_a_greater_score_comes():
    """From shift m1 to M the old sums are multiplied by e^(m1 - M), once, whatever is in them."""
    for old, new in zip(seen(total1, value1, m1), seen(total1, value1, M), strict=True):
        yield Equation(sp.exp(m1 - M) * old, new)


def the_shipped_merge_is_this_one():
    """refmem's merge of two blocks with shifts 2 and 5: the true sums over e^5."""
    cell = np.vectorize(lambda x: x, otypes=[object])
    blocks = [
        Partial(*(cell([[entry]]) for entry in (sp.Integer(shift), *seen(total, value, shift))))
        for total, value, shift in ((total1, value1, 2), (total2, value2, 5))
    ]
    both = merge(softmax, *blocks)
    yield Equation(both.total.item(), sp.exp(-both.shift.item()) * (total1 + total2))
    yield Equation(both.weighted.item(), sp.exp(-both.shift.item()) * (value1 + value2))


def the_shipped_attention_in_blocks_is_its_definition():
    """refmem.softmax_attention and refmem.forgetting_attention, T = 3, in blocks of 1 and 2."""
    for rule in (refmem.softmax_attention, refmem.forgetting_attention):
        x = arguments(rule, T=3, K=1, V=1)
        for chunk in (1, 2):
            yield Equation(rule(**x, form="chunked", chunk=chunk).out, rule(**x).out)


def false_twin_that_adds_sums_of_different_shifts():
    """l1 + l2 without e^(m - M): right only where both shifts are equal."""
    one, other = seen(total1, value1, m1), seen(total2, value2, m2)
    yield Equation(one[0] + other[0], seen(total1 + total2, 0, m1)[0])


CLAIMS = (
    a_merge_keeps_what_the_sum_of_both_would,
    nothing_seen_is_the_neutral_block,
    the_answer_has_no_shift,
    a_running_sum_shifts_itself_when_a_greater_score_comes,
    the_shipped_merge_is_this_one,
    the_shipped_attention_in_blocks_is_its_definition,
)
FALSE = (false_twin_that_adds_sums_of_different_shifts,)
