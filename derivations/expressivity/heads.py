"""Claim: H heads of softmax attention do not tell the sums of H + 1 letters modulo m apart.

Head h reads N_h/D_h, and D_h > 0. Weighed by all denominators it is

    D_1 .. D_H N_h/D_h = N_h times the other D        a product of H sums over tokens

so every term of it knows H letters of the word at most, and so does every term of D_1 .. D_H. Of
n > H letters one is free then: whatever the sum of a word is to be, that letter makes it, once. So
weighed words of every answer read the same in all, and no linear score is right about them. Heads
may be added or read apart; inputs may know the place, and what comes first, a BOS token or a sink,
adds the same to every sum. n letters take degree n: the product of 1 - 2 x is parity.

Used by:  refmem.softmax_attention, refmem.studies.expressivity.letter_limits.degree
Source:   Minsky and Papert 1969, for the degree of parity; the weights are worked out here
Method:   sums over words; then the shipped rule on symbols, with places, a sink and a first pair.
"""

import itertools

import numpy as np
import sympy as sp

import refmem
from derivations.proving.statement import Equation, Inequality
from derivations.proving.symbols import array
from refmem.algebra import with_ones
from refmem.grammar.lookup import Cache

SINK = sp.Symbol("sink", real=True)


def no_score_is_right_if_weighed_words_of_all_answers_read_the_same():
    """Right scores: sum over answers of (s_a . R + theta_a W) exceeds the same with any other s_b,
    but R and W are those of every answer. Here of three answers and two numbers that are read."""
    R, W = array("R", (2,)), sp.Symbol("W", positive=True)
    scores, thetas = array("s", (3, 2)), array("theta", (3,))
    for shift in (1, 2):
        other = np.roll(scores, shift, 0) @ R + np.roll(thetas, shift) * W
        yield Equation((scores @ R + thetas * W).sum(), other.sum())


def a_product_of_sums_has_terms_of_as_many_letters():
    """H = 2, 3: every term of H sums over four tokens is of H tokens at most."""
    for heads in (2, 3):
        sums = [sum(sp.Symbol(f"n{h},{token}") for token in range(4)) for h in range(heads)]
        for term in sp.Add.make_args(sp.expand(sp.prod(sums))):
            tokens = {str(symbol).partition(",")[2] for symbol in term.free_symbols}
            yield Inequality(len(tokens), heads)


def what_does_not_know_one_letter_has_one_sum_for_all_answers():
    """Sum of f(x, y) over words x y z with x + y + z = r mod m: z is r - x - y, and no other. So it
    is the sum over all x and y, for every r; here m = 2, 3, 5."""
    for m in (2, 3, 5):
        f = array("f", (m, m))
        every = f.sum()
        for r in range(m):
            words = itertools.product(range(m), repeat=3)
            yield Equation(sum(f[x, y] for x, y, z in words if (x + y + z) % m == r), every)


def call(head, bits):
    """A word of bits with their places, and a last token: symbols, after a first pair."""
    names = [f"{bit}{t}" for t, bit in enumerate([*bits, "z"])]
    k, v = (np.array([[sp.Symbol(f"{x}{head}_{name}")] for name in names]) for x in "kv")
    first = Cache(*(np.array([[sp.Symbol(f"{x}{head}_first")]]) for x in "kv"))
    return {"q": 0 * k + sp.S.One, "k": k, "v": v, "state": first, "scale": sp.S.One}


def halves(head, bits):
    """N and D of the last token: weighted values and weights, the sink's among them."""
    x = call(head, bits)
    ones = {"v": with_ones(x["v"]), "state": Cache(x["state"].key, with_ones(x["state"].value))}
    n, d = refmem.softmax_attention(**x | ones, kernel="exp").out[-1]
    return n, d + sp.exp(SINK)


def the_shipped_softmax_reads_their_quotient():
    """refmem.softmax_attention with a sink and a first pair: the last of three tokens."""
    n, d = halves(0, (0, 1))
    out = refmem.softmax_attention(**call(0, (0, 1)), sink=np.array(SINK)[()]).out
    yield Equation(out[-1, 0], n / d)


def alternating(heads, letters):
    """Weighed reads of each head, and the weights, odd words taken from even ones."""
    totals = np.full(heads + 1, sp.S.Zero)
    for bits in itertools.product((0, 1), repeat=letters):
        n, d = zip(*(halves(head, bits) for head in range(heads)), strict=True)
        parts = [n[h] * sp.prod(d[:h]) * sp.prod(d[h + 1 :]) for h in range(heads)]
        totals = totals + (-1) ** sum(bits) * np.array([*parts, sp.prod(d)])
    return totals


def one_head_does_not_know_the_parity_of_two_bits():
    """refmem.softmax_attention, four words: weighed, even and odd ones read the same."""
    yield from map(sp.expand, alternating(1, 2))


def two_heads_do_not_know_the_parity_of_three():
    """Eight words, two heads."""
    yield from map(sp.expand, alternating(2, 3))


def false_twin_of_as_many_heads_as_letters():
    """One head, one bit: it is the last letter, and no other is free."""
    yield sp.expand(alternating(1, 1)[0])


CLAIMS = (
    no_score_is_right_if_weighed_words_of_all_answers_read_the_same,
    a_product_of_sums_has_terms_of_as_many_letters,
    what_does_not_know_one_letter_has_one_sum_for_all_answers,
    the_shipped_softmax_reads_their_quotient,
    one_head_does_not_know_the_parity_of_two_bits,
    two_heads_do_not_know_the_parity_of_three,
)
FALSE = (false_twin_of_as_many_heads_as_letters,)
