"""Claim: what holds for numbers drawn as pairs of residues holds for all real ones, up to chance.

    a number        (a, b), a mod p and b mod r, p = 2 r + 1, both prime
    + - * /         on both parts;    exp(x) = g^b mod p, g of order r
    a polynomial of degree d in numbers a and in factors y = g^b that is not zero
                    is zero at most at d of every r points

Real expressions in + - * / exp are sums of c(x) e^(n(x)), c and n with rational coefficients.
Distinct n make e^n independent over the c, so an identity holds for reals only if it holds term by
term, and then it holds for pairs. Where it fails, a polynomial is left that is not zero. What holds
for every function holds for the true one. A maximum that is only subtracted inside exponentials
cancels, and so does its derivative.

Used by:  refmem.algebra.pairs, refmem.oracle.proof
Source:   Schwartz 1980, Journal of the ACM 27, 701; Zippel 1979, LNCS 72, 216; worked out here
Method:   all pairs of the small fields p = 23, r = 11, counted; symbols; then the shipped pairs.
"""

import itertools

import numpy as np
import sympy as sp

import refmem
from refmem.algebra.pairs import drawn, lifted

from ..proving.statement import Equation, Inequality

P, R, G = 23, 11, 4
x, y, M, N = sp.symbols("x y M N", real=True)


def power(b):
    """exp of a number whose second part is b."""
    return pow(G, b % R, P)


def exp_takes_sums_to_products():
    """g^(b + c) = g^b g^c mod p, for all b and c mod r: g has order r."""
    for b, c in itertools.product(range(R), repeat=2):
        yield (power(b + c) - power(b) * power(c)) % P


def polynomials_in_numbers_and_exponentials_have_few_zeros():
    """Of all (a, b), at most d in r make a polynomial of degree d in a and g^b zero."""
    for degree, value in (
        (3, lambda a, u: a * u**2 - 3 * u + 1),
        (4, lambda a, u: a**3 - u + 2 * a * u**3),
        (2, lambda a, u: a * u - 5),
    ):
        points = itertools.product(range(P), range(R))
        zeros = sum(value(a, power(b)) % P == 0 for a, b in points)
        yield Inequality(sp.Integer(zeros), sp.Integer(degree) * P * R / R)


def roots_of_squares_are_exact():
    """x^((p + 1)/4) is a root of x, itself a square; roots of products are products of roots."""
    squares = sorted({n * n % P for n in range(1, P)})
    roots = {n: pow(n, (P + 1) // 4, P) for n in squares}
    for n, m in itertools.product(squares, repeat=2):
        yield (roots[n] ** 2 - n) % P
        yield (roots[n] * roots[m] - roots[n * m % P]) % P


def a_maximum_that_is_only_subtracted_may_be_any():
    """Softmax of two scores is the same for every shift, and does not change with it."""
    for shift in (M, N, sp.Integer(0)):
        share = sp.exp(x - shift) / (sp.exp(x - shift) + sp.exp(y - shift))
        yield Equation(share, sp.exp(x) / (sp.exp(x) + sp.exp(y)))
        yield Equation(sp.diff(share, M), sp.S.Zero)


def the_greater_of_two_is_half_of_sum_and_distance():
    """(x + y + |x - y|) / 2, whichever is greater."""
    larger = sp.symbols("h", nonnegative=True)
    for one, other in ((x, x + larger), (x + larger, x)):
        yield Equation((one + other + sp.Abs(one - other)) / 2, x + larger)


def the_shipped_pairs_agree_in_every_form_of_softmax():
    """refmem.softmax_attention over pairs: one token at a time, in chunks, and all at once."""
    q, k, v = (drawn(np.random.default_rng(seed), (4, 2)) for seed in range(3))
    x = {"q": q, "k": k, "v": v, "scale": lifted(2)}
    expected = refmem.softmax_attention(**x).out
    for form in ("recurrent", "chunked"):
        found = refmem.softmax_attention(**x, form=form, chunk=2).out
        yield from (a.first - b.first for a, b in zip(found.flat, expected.flat, strict=True))


def false_twin_of_a_maximum_that_is_kept():
    """exp(x - M) by itself has a shift left."""
    yield Equation(sp.exp(x - M), sp.exp(x - N))


def false_twin_of_exponents_modulo_p():
    """The exponent taken mod p, as the number itself is."""
    for b, c in itertools.product(range(P), repeat=2):
        yield (pow(G, (b + c) % P, P) - pow(G, b, P) * pow(G, c, P)) % P


def false_twin_of_the_shipped_maximum():
    """x + max(x, y) over pairs, for a maximum that is no longer subtracted alone."""
    a, b = drawn(np.random.default_rng(4), (2,))
    yield (a.maximum(b) + a).first - (b + a).first


CLAIMS = (
    exp_takes_sums_to_products,
    polynomials_in_numbers_and_exponentials_have_few_zeros,
    roots_of_squares_are_exact,
    a_maximum_that_is_only_subtracted_may_be_any,
    the_greater_of_two_is_half_of_sum_and_distance,
    the_shipped_pairs_agree_in_every_form_of_softmax,
)
FALSE = (
    false_twin_of_a_maximum_that_is_kept,
    false_twin_of_exponents_modulo_p,
    false_twin_of_the_shipped_maximum,
)
