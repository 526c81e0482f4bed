"""Claim: what adds up over tokens cannot tell words apart whose tokens add up to the same.

    o = sum over i of f_i(token i)            given the last token, which asks

has o(x1 x2) + o(y1 y2) = o(x1 y2) + o(y1 x2): if the first two words have one answer and the last
two another, no linear score is above zero for the first two and below it for the last two. Any
number of heads of linear attention is such a sum, for sums of sums are sums. One head of softmax
attention is a quotient of two, and a threshold of it is a sum again; of several heads that is not
so (expressivity/heads). f_i may know the place i. Where it does not, words of another order read
the same, by softmax attention too.

Used by:  refmem.linear_attention, refmem.softmax_attention, refmem.studies.expressivity.limits
Source:   Hahn 2020, arXiv:1906.06755, for limits of one layer; the argument is worked out here
Method:   linearity; then the shipped rules on symbols, tokens exchanged.
"""

import numpy as np
import sympy as sp

import refmem
from derivations.proving.statement import Equation, Inequality
from derivations.proving.symbols import array
from refmem.algebra import with_ones

LAST = {name: array(f"{name}z", (1, size)) for name, size in (("q", 2), ("k", 2), ("v", 1))}


def word(*tokens):
    """Tokens of symbols, each with its place, and then the last one: q, k and v (3, .)."""
    rows = {
        name: [array(f"{name}{token}{place}", (1, LAST[name].shape[1]))
               for place, token in enumerate(tokens)]
        for name in "qkv"
    }  # fmt: skip
    return {name: np.concatenate([*rows[name], LAST[name]]) for name in "qkv"}


def exchanged(read):
    """o(xx) + o(yy) - o(xy) - o(yx)."""
    return read(word("x", "x")) + read(word("y", "y")) - read(word("x", "y")) - read(word("y", "x"))


def two_halves(x):
    """Softmax attention before it divides: weighted values and, last, the weights."""
    weights = {"kernel": "exp", "scale": sp.S.One}
    return refmem.softmax_attention(x["q"], x["k"], with_ones(x["v"]), **weights).out[-1]


def no_score_is_right_about_all_four():
    """Right by a margin m, s(a) + s(b) - s(c) - s(d) >= 4 m; but it is s(a + b - c - d) = 0."""
    a, b, c, d, s = (array(name, (2,)) for name in "abcds")
    yield Equation(s @ a + s @ b - s @ c - s @ d, s @ (a + b - c - d))
    m, *beyond = sp.symbols("m x:4", nonnegative=True)
    yield Inequality(4 * m, sum(m + x for x in beyond))


def a_threshold_of_one_quotient_is_one_of_its_halves():
    """One head: N/D - theta = (N - theta D)/D, and D > 0."""
    n, theta = sp.symbols("N theta", real=True)
    d = sp.Symbol("D", positive=True)
    yield Equation(n / d - theta, (n - theta * d) / d)


def the_shipped_softmax_has_two_halves_that_add_up():
    """refmem.softmax_attention, three tokens: its output is their quotient, and each is a sum."""
    divided, by = two_halves(word("x", "y"))
    out = refmem.softmax_attention(**word("x", "y"), scale=sp.S.One).out
    yield Equation(out[-1, 0], divided / by)
    yield Equation(exchanged(two_halves), 0)


def the_shipped_linear_attention_adds_up():
    """refmem.linear_attention, three tokens."""
    yield Equation(exchanged(lambda x: refmem.linear_attention(**x).out[-1]), 0)


def so_do_two_heads_that_are_added():
    """refmem.linear_attention with other keys and values in each head."""

    def read(x):
        other = x | {"k": x["k"][:, ::-1], "v": x["v"] ** 2}
        return sum(refmem.linear_attention(**y).out for y in (x, other))[-1]

    yield Equation(exchanged(read), 0)


def without_places_neither_knows_an_order():
    """Two tokens in either order: refmem.linear_attention and refmem.softmax_attention."""
    x = word("x", "y")
    other = {name: rows[[1, 0, 2]] for name, rows in x.items()}
    yield Equation(refmem.linear_attention(**x).state, refmem.linear_attention(**other).state)
    one, two = (refmem.softmax_attention(**y, scale=sp.S.One).out[-1] for y in (x, other))
    yield Equation(one, two)


def false_twin_that_forgets():
    """refmem.gla: a later token's factor multiplies what an earlier one wrote; it is no sum."""

    def read(x):
        return refmem.gla(**x, alpha=x["k"] * 0 + x["v"]).out[-1]

    yield Equation(exchanged(read), 0)


def false_twin_of_two_heads_that_divide():
    """The quotients of two heads add up to no quotient of sums over tokens."""
    n, m, d, e = sp.symbols("N M D E", positive=True)
    yield Equation(n / d + m / e, (n + m) / (d + e))


CLAIMS = (
    no_score_is_right_about_all_four,
    a_threshold_of_one_quotient_is_one_of_its_halves,
    the_shipped_softmax_has_two_halves_that_add_up,
    the_shipped_linear_attention_adds_up,
    so_do_two_heads_that_are_added,
    without_places_neither_knows_an_order,
)
FALSE = (false_twin_that_forgets, false_twin_of_two_heads_that_divide)
