"""Claim: K channels with gates of at least 0 do not tell the sums of K + 1 letters modulo m apart.

Channel c after n letters y, each a token or a few, at any places:

    S_c = S_c(0) a_c(y_0) .. a_c(y_n-1) + sum over j of w_c(y_j) a_c(y_j+1) .. a_c(y_n-1)

Weigh a word by 1/a_c(y_c+1), for every channel c = 0 .. K - 1. What was written before letter c + 1
has that gate, which cancels, and does not know the letter any more; what was written since does not
know the first. So a letter is free in every term: whatever the sum of a word is to be, that letter
makes it, once. If some gate is 0 there, take only words with that letter: the channel has lost all
that was before it. Either way weighed words of every answer leave the same memory in all.

A gate below 0 would make a weight negative, and -1 does count.

Used by:  refmem.gla, refmem.studies.expressivity.letter_limits.positive
Source:   worked out here; Sarrof et al. 2024, arXiv:2405.17394, where gates do not know the place
Method:   one term before and one after the letter; then the shipped rule on symbols.
"""

import itertools

import numpy as np
import sympy as sp

import refmem
from derivations.proving.statement import Equation, Inequality

a, w, rest = sp.symbols("a w rest", positive=True)


def what_was_written_before_a_letter_does_not_know_it_once_weighed():
    """(w a rest)/a = w rest."""
    yield Equation(w * a * rest / a, w * rest)


def and_then_that_letter_is_free():
    """Of all sums of n letters mod m one letter makes each, once: r - x for what the others sum to;
    here m = 2, 3, 5, so that what does not know it is summed over all others for every r."""
    for m in (2, 3, 5):
        for r, x in itertools.product(range(m), repeat=2):
            yield Equation(sum((x + y) % m == r for y in range(m)) * sp.S.One, 1)


def memory(bits, channels, gates=None):
    """What refmem.gla holds after these bits and a last token, each known with its place."""
    names = [f"{bit}{t}" for t, bit in enumerate([*bits, "z"])]
    each = [[f"{name},{c}" for c in range(channels)] for name in names]
    alpha = np.array([[gate(name) for name in row] for row in each])
    k = np.array([[sp.Symbol(f"k{name}") for name in row] for row in each])
    v = np.array([[sp.Symbol(f"v{name}")] for name in names])
    S = np.array([[sp.Symbol(f"S{c}")] for c in range(channels)])
    alpha = alpha if gates is None else gates(alpha)
    return refmem.gla(k, k, v, alpha, state=S).state[:, 0]


def gate(name):
    """A gate above 0."""
    return sp.Symbol(f"a{name}", positive=True)


def even_and_odd(channels, letters, weight, gates=None):
    """Weighed memories after even words, less those after odd ones, and weights likewise."""
    totals = np.full(channels + 1, sp.S.Zero)
    for bits in itertools.product((0, 1), repeat=letters):
        held = np.array([*memory(bits, channels, gates), sp.S.One])
        totals = totals + (-1) ** sum(bits) * weight(bits) * held
    return totals


def over_gates(bits):
    """One over the gate of channel c at letter c + 1."""
    return sp.prod(1 / gate(f"{bit}{c + 1},{c}") for c, bit in enumerate(bits[1:]))


def the_shipped_gates_leave_the_same_after_even_words_and_odd_ones():
    """refmem.gla with one channel and two bits, with two and three: symbols for all that a bit at a
    place is given, and for what was there at first."""
    for channels in (1, 2):
        yield from map(sp.expand, even_and_odd(channels, channels + 1, over_gates))


def so_they_do_where_a_gate_is_zero():
    """One channel, two bits, the gate of a 1 at the second place 0: words that end in 1."""
    lost = gate("11,0")

    def gates(alpha):
        return np.where(alpha == lost, sp.S.Zero, alpha)

    yield from even_and_odd(1, 2, lambda bits: sp.Integer(bits[1]), gates)


def weights_are_positive():
    """Gates above 0 have positive inverses."""
    yield Inequality(0, over_gates((0, 1, 1)))


def false_twin_with_a_gate_below_zero():
    """It has an inverse below 0, which is no weight."""
    yield Inequality(0, 1 / sp.Symbol("a", negative=True))


def false_twin_of_as_many_channels_as_letters():
    """One channel, one bit: no letter is weighed, and what is written knows the only one."""
    yield even_and_odd(1, 1, over_gates)[0]


CLAIMS = (
    what_was_written_before_a_letter_does_not_know_it_once_weighed,
    and_then_that_letter_is_free,
    the_shipped_gates_leave_the_same_after_even_words_and_odd_ones,
    so_they_do_where_a_gate_is_zero,
    weights_are_positive,
)
FALSE = (false_twin_with_a_gate_below_zero, false_twin_of_as_many_channels_as_letters)
