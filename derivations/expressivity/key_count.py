"""Claim: n unit keys with all overlaps at most eps exist in d = 4 ln(n)/eps^2 dimensions.

Draw the entries of n keys as 1/sqrt d or -1/sqrt d with equal chances. The overlap of two keys is
the mean of d random signs, and

    E e^(s r) = cosh s <= e^(s^2/2)             one sign r
    P(overlap >= eps) <= e^(d (s^2/2 - s eps)), least at s = eps:  e^(-d eps^2/2)
    P(some pair, either sign) <= n (n - 1) e^(-d eps^2/2) = 1 - 1/n      at d = 4 ln(n)/eps^2

which is less than 1, so some draw is good. For eps = 1/8 (expressivity/exchange) d = 256 ln n: more
than n at first, far less in the end; a cache of width O(log n) tracks exchanges of n things.

Used by:  refmem.deltaformer, refmem.studies.expressivity.keys
Source:   classical (Hoeffding, and a union bound); Zhong et al. 2025, arXiv:2505.19488, for its use
Method:   power series term by term; completing a square; counting pairs; for the fewest
          dimensions, the trace of the Gram matrix (Welch 1974).
Assumes:
    - Markov: P(X >= c) <= E X/c for X >= 0
    - the chance that one of many events happens is at most the sum of their chances
"""

import sympy as sp

from refmem.studies.expressivity.keys import necessary_width, sufficient_width

from ..proving.statement import Equation, Inequality
from .exchange import largest_overlap

m = sp.Symbol("m", integer=True, nonnegative=True)
n = sp.Symbol("n", integer=True, positive=True)
d, s, eps, h = sp.symbols("d s eps h", positive=True)

width = 4 * sp.log(n) / eps**2
failure = n * (n - 1) * sp.exp(-d * eps**2 / 2)


def both_sides_are_power_series():
    """cosh s = sum s^(2m)/(2m)!, the mean of e^s and e^-s, and e^(s^2/2) = sum s^(2m)/(2^m m!)."""
    yield Equation((sp.exp(s) + sp.exp(-s)) / 2, sp.cosh(s).rewrite(sp.exp))
    yield Equation(sp.Sum(s ** (2 * m) / sp.factorial(2 * m), (m, 0, sp.oo)), sp.cosh(s))
    yield Equation(sp.Sum((s**2 / 2) ** m / sp.factorial(m), (m, 0, sp.oo)), sp.exp(s**2 / 2))


def term_by_term_one_is_the_smaller():
    """(2m)!/(2^m m!) is 1 at m = 0 and then grows by 2m + 1 >= 1 each time."""
    ratio = sp.factorial(2 * m) / (2**m * sp.factorial(m))
    yield Equation(ratio.subs(m, 0), 1)
    yield Equation(sp.gammasimp(ratio.subs(m, m + 1) / ratio), 2 * m + 1)
    yield Inequality(1, 2 * m + 1)


def the_best_tilt_is_eps():
    """s^2/2 - s eps = (s - eps)^2/2 - eps^2/2."""
    yield Equation(s**2 / 2 - s * eps, (s - eps) ** 2 / 2 - eps**2 / 2)


def a_draw_fails_with_a_chance_below_one():
    """n (n - 1)/2 pairs, two signs each; at this width n (n - 1)/n^2 = 1 - 1/n."""
    i = sp.Symbol("i", integer=True)
    yield Equation(2 * sp.Sum(i, (i, 1, n - 1)), n * (n - 1))
    yield Equation(failure.subs(d, width), 1 - 1 / n)
    yield Inequality(1 / n, 1 - (1 - 1 / n))


def wider_keys_only_fail_less():
    """So a whole number d >= 4 ln(n)/eps^2 will do: the chance falls with d (n = 1 + h)."""
    yield Inequality(sp.Derivative(failure.subs(n, 1 + h), d), 0)


def one_key_at_a_time_is_kept_half_the_time():
    """Each of n - 1 earlier keys rules out a new one with a chance of 2 e^(-d eps^2/2) at most: of
    all, 1/2 at d = 2 ln(4 (n - 1))/eps^2, which is 128 ln(4 (n - 1)) at eps = 1/8."""
    ruled_out = 2 * (n - 1) * sp.exp(-d * eps**2 / 2)
    enough = 2 * sp.log(4 * (n - 1)) / eps**2
    yield Equation(sp.simplify(ruled_out.subs(n, 1 + n).subs(d, enough.subs(n, 1 + n))), sp.S.Half)
    yield Equation(enough.subs(eps, largest_overlap), 128 * sp.log(4 * (n - 1)))


def and_fewer_dimensions_than_welch_allows_are_too_few():
    """The Gram matrix G has trace n and rank d at most, so tr G^2 >= n^2/d; it is at most
    n + n (n - 1) eps^2. With eps = 1/8: d >= 64 n/(n + 63)."""
    squares = n + n * (n - 1) * largest_overlap**2
    yield Equation(sp.simplify(n**2 / (64 * n / (n + 63)) - squares), 0)
    mean, *others = sp.symbols("x y:3", real=True)
    spread = sum((other - mean) ** 2 for other in others).expand()
    at_mean = spread.subs(mean, sum(others) / 3).expand()
    yield Equation(at_mean, (sum(y**2 for y in others) - sum(others) ** 2 / 3).expand())


def an_eighth_needs_256_logarithms():
    """d = 256 ln n, and d/n tends to 0."""
    many = sp.Symbol("n", positive=True)
    needed = width.subs({eps: largest_overlap, n: many})
    yield Equation(needed, 256 * sp.log(many))
    yield Equation(sp.Limit(needed / many, many, sp.oo), 0)


def the_shipped_widths_are_these():
    """refmem.studies.expressivity.keys.sufficient_width and necessary_width at n = 512."""
    yield Equation(sp.Integer(sufficient_width(512)), sp.ceiling(128 * sp.log(4 * 511)))
    yield Equation(sp.Integer(necessary_width(512)), sp.floor(sp.Rational(64 * 512, 575)) + 1)


def false_twin_with_half_the_width():
    """2 ln(n)/eps^2 is enough for one key and all others, but not for all pairs at once."""
    yield Inequality(failure.subs(d, width / 2), 1)


CLAIMS = (
    both_sides_are_power_series,
    term_by_term_one_is_the_smaller,
    the_best_tilt_is_eps,
    a_draw_fails_with_a_chance_below_one,
    wider_keys_only_fail_less,
    one_key_at_a_time_is_kept_half_the_time,
    and_fewer_dimensions_than_welch_allows_are_too_few,
    an_eighth_needs_256_logarithms,
    the_shipped_widths_are_these,
)
FALSE = (false_twin_with_half_the_width,)
