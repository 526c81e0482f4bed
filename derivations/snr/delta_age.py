"""Claim: the delta rule's noise is known at every age, with decay and any write strength.

Unit keys uniform on the sphere in d dimensions. A write multiplies the old state by
M = alpha (I - beta u u'). For x independent of u, and a unit vector e,

    E |M x|^2    = alpha^2 r |x|^2                    r = 1 - beta (2 - beta)/d
    E (e . M x)^2 = alpha^2 (l (e . x)^2 + c |x|^2)   l = 1 - 2 beta/d + 2 beta^2/(d (d + 2))
                                                      c = beta^2/(d (d + 2)) = (r - l)/d
    after m writes  alpha^(2m) (l^m (e . x)^2 + (r^m - l^m) |x|^2/d)

so the response g to the key of age m, and to an older (age a > m) and a newer one (a < m), has

    E g^2         = beta^2 alpha^(2m) (l^m + (r^m - l^m)/d)
    E g_older^2   = beta^2 alpha^(2a) r^(a-m-1) (l^m (1 - beta)^2 + (r^m - l^m) r)/d
    E g_newer^2   = beta^2 (alpha^2 r)^a/d

Used by:  refmem.studies.capacity.memories.gated_delta
Source:   worked out here
Method:   fourth moments of the sphere; induction on m; sums over ages for small N.
"""

import sympy as sp

from refmem.studies.capacity.memories import gated_delta

from ..proving.statement import Equation
from .sphere import d as cosine_width
from .sphere import moment as cosine_moment
from .sphere import p

d = sp.Symbol("d", positive=True)
alpha, beta = sp.symbols("alpha beta", positive=True)
m = sp.Symbol("m", integer=True, nonnegative=True)
along, across = sp.symbols("x_e x_w", real=True)  # x = along e + across w, w orthogonal to e

r = 1 - beta * (2 - beta) / d
l = 1 - 2 * beta / d + 2 * beta**2 / (d * (d + 2))  # noqa: E741 (the letter of the claim)
c = beta**2 / (d * (d + 2))
fourth = 3 / (d * (d + 2))  # E u_e^4
mixed = 1 / (d * (d + 2))  # E u_e^2 u_w^2


def one_write(square, whole):
    """E (e . M x)^2 over alpha^2, from (e . x)^2 and |x|^2."""
    return l * square + c * whole


def fourth_moments_of_a_direction_share_its_length():
    """E u_e^4 = 3/(d (d + 2)); sum_w E u_e^2 u_w^2 = E u_e^2 = 1/d gives the d - 1 mixed ones."""
    yield Equation(cosine_moment.subs({p: 2, cosine_width: d}), fourth)
    yield Equation(fourth + (d - 1) * mixed, 1 / d)


def one_write_mixes_the_part_along_a_key_with_the_whole():
    """e . M x = along - beta u_e (u_e along + u_w across); odd moments vanish, E u_e^2 = 1/d."""
    square = along**2 - 2 * beta * along**2 / d
    square += beta**2 * (fourth * along**2 + mixed * across**2)
    yield Equation(square, one_write(along**2, along**2 + across**2))
    yield Equation(c, (r - l) / d)


def many_writes_follow_by_induction():
    """From m to m + 1 with E |x|^2 falling by r, for any l, r and c = (r - l)/d; m = 0 is clear."""
    whole, R, L = sp.symbols("|x|^2 r l", positive=True)
    after = L**m * along**2 + (R**m - L**m) * whole / d
    yield Equation(L * after + (R - L) / d * R**m * whole, after.subs(m, m + 1))
    yield Equation(after.subs(m, 0), along**2)


def the_key_itself_was_written_over_an_older_pair():
    """x = (I - beta e e') y, E (e . y)^2 = |y|^2/d: (1 - beta)^2/d of |y|^2 along e, r in all."""
    yield Equation((1 - beta) ** 2 / d + (1 - 1 / d), r)


def responses(age, other):
    """E g^2 of a pair of the age `other`, read with the key of the age `age`."""
    kept = (r**age - l**age) / d
    if other == age:
        return beta**2 * alpha ** (2 * age) * (l**age + kept)
    if other < age:
        return beta**2 * (alpha**2 * r) ** other / d
    older = l**age * (1 - beta) ** 2 / d + kept * r
    return beta**2 * alpha ** (2 * other) * r ** (other - age - 1) * older


def the_shipped_closed_form_sums_them():
    """capacity.memories.gated_delta on symbols: two writes, then up to four of width 3."""
    for writes in range(1, 5):
        for age in range(writes):
            noise = sum(responses(age, other) for other in range(writes) if other != age)
            closed = gated_delta(writes, d, age, alpha, beta)
            difference = noise / responses(age, age) - closed
            yield sp.cancel(difference if writes < 3 else difference.subs(d, 3))


def false_twin_that_forgets_the_fourth_moment():
    """(e . M x)^2 is not the square of its mean, (1 - beta/d)^2 (e . x)^2."""
    yield Equation(one_write(along**2, along**2), (1 - beta / d) ** 2 * along**2)


CLAIMS = (
    fourth_moments_of_a_direction_share_its_length,
    one_write_mixes_the_part_along_a_key_with_the_whole,
    many_writes_follow_by_induction,
    the_key_itself_was_written_over_an_older_pair,
    the_shipped_closed_form_sums_them,
)
FALSE = (false_twin_that_forgets_the_fourth_moment,)
