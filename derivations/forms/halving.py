"""Claim: products of decay over the tokens between two are found by cutting the sequence in halves.

    score(i, j) = sum_c x[i, c] (prod of a[m, c] over j < m < i) y[j, c]             j < i
    across a cut:  (x[i] prod over [cut, i)) . (prod over (j, cut) y[j])    one matrix product

Every pair j < i is cut exactly once when blocks of 1, 2, 4, ... tokens are paired, so log2(T)
rounds of matrix products give all scores, with no quotient: a factor of zero is exact.

Used by:  refmem.forms, refmem.gla, refmem.kda, refmem.generalized_delta, refmem.value_gated
Source:   worked out here
Method:   induction on the place of i behind the cut, and on the number of rounds; then the shipped
          products, scores and mixtures on symbols.
"""

import numpy as np
import sympy as sp

from refmem.forms.decay import halvings, mixed, scores

from ..proving.statement import Equation
from ..proving.symbols import array

a = sp.Function("a")
j, cut, i, m = sp.symbols("j cut i m", integer=True)


def product(first, last):
    """a(first) a(first + 1) ... a(last)."""
    return sp.Product(a(m), (m, first, last))


def a_product_splits_at_the_cut():
    """prod over (j, i) = prod over (j, cut) times prod over [cut, i), for j < cut <= i."""
    both = sp.simplify(product(j + 1, cut - 1) * product(cut, i - 1))
    yield Equation(both, product(j + 1, i - 1))


def every_pair_is_cut_exactly_once():
    """Pairs of 2 n tokens: those within either half, and n^2 across; so n(n-1)/2 by induction."""
    n = sp.Symbol("n", positive=True)
    pairs = n * (n - 1) / 2
    yield Equation(2 * pairs + n**2, pairs.subs(n, 2 * n))
    yield Equation(pairs.subs(n, 1), 0)


def the_products_of_a_round_come_from_those_before_it():
    """From the cut: a block's own, then its length times those of its right half. Four tokens."""
    x = array("a", (4, 1))[:, 0]
    (one, from1, to1), (two, from2, to2) = halvings(x[:, None], 4)
    yield Equation(np.array([one, two], dtype=object), np.array([1, 2], dtype=object))
    yield from (residue - 1 for residue in (*from1.flat, *to1.flat))
    yield Equation(from2[0, :, 0], np.array([1, x[2]]))
    yield Equation(to2[0, :, 0], np.array([x[1], 1]))


def spans(factors, i, j):
    """The products over j < m < i, channel by channel."""
    return np.multiply.reduce(factors[j + 1 : i], axis=0, initial=sp.S.One)


def the_shipped_scores_are_their_definition():
    """T = 1, ..., 6, so powers of two and others: every entry of refmem.forms.decay.scores."""
    for T in range(1, 7):
        x, y, factors = (array(name, (T, 2)) for name in "xya")
        got = scores(x, y, factors)
        for i, j in np.ndindex(T, T):
            yield got[i, j] - ((x[i] * spans(factors, i, j) * y[j]).sum() if j < i else 0)


def the_shipped_mixtures_are_their_definition():
    """The same for values that decay by channel: every row of refmem.forms.decay.mixed."""
    for T in range(1, 6):
        weights, v, factors = array("p", (T, T)), array("v", (T, 2)), array("a", (T, 2))
        got = mixed(weights, v, factors)
        for i in range(T):
            seen = [weights[i, j] * spans(factors, i, j) * v[j] for j in range(i)]
            yield Equation(got[i], sum(seen, np.zeros(2, dtype=object)))


def false_twin_that_counts_the_readers_own_factor():
    """Products over j < m <= i are what a read after the write sees: one factor more."""
    x, y, factors = (array(name, (3, 1)) for name in "xya")
    yield scores(x, y, factors)[2, 0] - (x[2] * spans(factors, 3, 0) * y[0]).sum()


CLAIMS = (
    a_product_splits_at_the_cut,
    every_pair_is_cut_exactly_once,
    the_products_of_a_round_come_from_those_before_it,
    the_shipped_scores_are_their_definition,
    the_shipped_mixtures_are_their_definition,
)
FALSE = (false_twin_that_counts_the_readers_own_factor,)
