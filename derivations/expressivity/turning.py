"""Claim: of K channels with eigenvalues of at least 0, no score alternates K + 1 times.

Equal tokens have equal inputs here: places are not granted. Given one token again and again, what
is read from K channels is, in t,

    g_0 + sum over c of g_c e_c^t        e_c >= 0        (g_c t in place of g_c 1^t, where e_c = 1)

(a channel with e_c = 0 is constant from the first token on). Sums of n exponentials of different
bases have at most n - 1 zeros, so a
score less a threshold turns its sign K times at most, and K + 2 answers that alternate are one too
many. Eigenvalues in [-1, 1] have squares in [0, 1]: the same holds at even t. The shipped weights
y >= 0 prove it for given points p_t: sum of y_t s_t (p_t, 1) = 0 for the signs s_t.

Used by:  refmem.gla, refmem.delta, refmem.studies.expressivity.limits
Source:   classical (Descartes' rule for exponentials); Grazzi et al. 2024, arXiv:2411.12537, and
          Sarrof et al. 2024, arXiv:2405.17394, for what it means for memories
Method:   Rolle and induction on n; a sum of positive terms; then the shipped rules on symbols.
Assumes:
    - Rolle: between two zeros of a smooth function its derivative has one
"""

import itertools

import numpy as np
import sympy as sp

import refmem
from refmem.algebra.numbers import fractions
from refmem.studies.expressivity.certificates import alternating_weights

from ..proving.statement import Equation, Inequality
from ..proving.symbols import arguments, array

t, g, theta = sp.symbols("t g theta", real=True)
e, f = sp.symbols("e f", positive=True)
n = sp.Symbol("n", integer=True, positive=True)


def dividing_by_one_term_and_deriving_leaves_one_fewer():
    """(g (e/f)^t)' = g ln(e/f) (e/f)^t, a term of the same kind; (g (f/f)^t)' = 0 and (g t)' = g:
    zeros(n) <= zeros(n - 1) + 1."""
    term = g * (e / f) ** t
    yield Equation(sp.Derivative(term, t), g * sp.log(e / f) * (e / f) ** t)
    yield Equation(sp.Derivative(term.subs(e, f), t), 0)
    yield Equation(sp.Derivative(g * t, t), g)


def one_term_alone_has_no_zero():
    """g e^t has the sign of g, so n terms have at most n - 1 zeros."""
    yield Inequality(0, e**t)


def a_channel_is_an_exponential_and_a_constant():
    """s' = e s + c: s_t = e^t s + c (1 - e^t)/(1 - e) obeys it; for e = 1, s_t = s + c t."""
    s, c = sp.symbols("s c", real=True)
    held = e**t * s + c * (1 - e**t) / (1 - e)
    yield Equation(sp.simplify(held.subs(t, t + 1) - (e * held + c)), 0)
    yield Equation((s + c * t).subs(t, t + 1), (s + c * t) + c)


def the_shipped_decay_is_such_a_channel():
    """refmem.gla given one token three times: every row of the state is alpha of the last and c."""
    one = arguments(refmem.gla, T=1, K=2, V=1)
    x = {name: np.repeat(value, 3, 0) for name, value in one.items()}
    S = array("S", (2, 1))
    states = [S, *refmem.gla(**x, state=S, states=True).states]
    for before, after in itertools.pairwise(states):
        yield Equation(after, x["alpha"][0][:, None] * before + x["k"][0][:, None] * x["v"][0])


def weights_of_both_kinds_prove_it_for_given_points():
    """If sum y s (p, 1) = 0 then sum y s (score . p - theta) = 0, yet every term would be positive.
    The shipped weights do it for (1, 2^-t, 3^-t) at t = 0, 1, 2, 3, signs in turn."""
    points = [[fractions(base)[()] ** power for base in (1 / 2, 1 / 4)] for power in range(4)]
    weights = alternating_weights(fractions(points))
    yield Equation(len(weights), 4)
    for entries in (*zip(*points, strict=True), (1, 1, 1, 1)):
        terms = zip(weights, entries, strict=True)
        yield sum((-1) ** place * _rational(y) * _rational(p) for place, (y, p) in enumerate(terms))
    for y in weights:
        yield Inequality(0, _rational(y))


def _rational(number):
    return sp.Rational(int(number.numerator), int(number.denominator))


def a_square_is_never_negative():
    """(-e)^(2 t) = (e^2)^t for whole t: every other token, the same holds for eigenvalues -e."""
    whole = sp.Symbol("t", integer=True, nonnegative=True)
    yield Equation((-e) ** (2 * whole), (e**2) ** whole)


def false_twin_with_a_negative_eigenvalue():
    """(-1)^t turns at every step."""
    whole = sp.Symbol("t", integer=True, nonnegative=True)
    yield Inequality(0, (-1) ** whole * (-1) ** (whole + 1))


CLAIMS = (
    dividing_by_one_term_and_deriving_leaves_one_fewer,
    one_term_alone_has_no_zero,
    a_channel_is_an_exponential_and_a_constant,
    the_shipped_decay_is_such_a_channel,
    weights_of_both_kinds_prove_it_for_given_points,
    a_square_is_never_negative,
)
FALSE = (false_twin_with_a_negative_eigenvalue,)
