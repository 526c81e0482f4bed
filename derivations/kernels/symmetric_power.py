"""Claim: the kernel (x . y)^p has C(d + p - 1, p) features, one for each monomial of degree p.

    (x . y)^p = sum over |alpha| = p of  phi_alpha(x) phi_alpha(y)
    phi_alpha(x) = sqrt(p!/alpha!) x^alpha                 alpha! = alpha_1! ... alpha_d!

The tensor power x (x) ... (x) x holds every monomial p!/alpha! times, d^p entries in all; counted
once and weighted by the root, the state is smaller by nearly p!.

Used by:  refmem.functions.kernels
Source:   the multinomial theorem, classical
Method:   induction on d: the binomial theorem splits off the last coordinate, and the multinomial
          coefficient splits with it; Pascal's rule counts the features.
"""

from itertools import product

import sympy as sp

from refmem.functions.kernels import polynomial

from ..proving.statement import Equation
from ..proving.symbols import array

d, p = sp.symbols("d p", integer=True, positive=True)
j = sp.Symbol("j", integer=True, nonnegative=True)
dimension = sp.binomial(d + p - 1, p)


def features(x, degree):
    """Every sqrt(p!/alpha!) x^alpha with |alpha| = degree."""
    exponents = (e for e in product(range(degree + 1), repeat=len(x)) if sum(e) == degree)
    return [
        sp.sqrt(sp.factorial(degree) / sp.prod(map(sp.factorial, alpha)))
        * sp.prod(entry**power for entry, power in zip(x, alpha, strict=True))
        for alpha in exponents
    ]


def one_coordinate_has_one_feature():
    """d = 1: (x y)^p = x^p y^p, as p!/p! = 1 and C(p, p) = 1."""
    x, y = sp.symbols("x y", positive=True)
    yield Equation((x * y) ** p, x**p * y**p)
    yield Equation(dimension.subs(d, 1), 1)


def the_last_coordinate_splits_off():
    """(A + b)^p = sum_j C(p, j) A^(p-j) b^j, A of d - 1 coordinates: so p!/(alpha! j!) must be

    C(p, j) (p - j)!/alpha!, which it is.
    """
    rest = sp.Symbol("alpha!", positive=True)  # of the exponents of the first d - 1 coordinates
    whole = sp.factorial(p) / (rest * sp.factorial(j))
    split = sp.binomial(p, j) * sp.factorial(p - j) / rest
    yield Equation(split.rewrite(sp.gamma), whole.rewrite(sp.gamma))


def pascals_rule_counts_the_features():
    """A monomial of degree p has no last variable, or it has: n(d, p) = n(d-1, p) + n(d, p-1)."""
    counted = dimension.subs(d, d - 1) + dimension.subs(p, p - 1)
    yield Equation(counted.rewrite(sp.gamma), dimension.rewrite(sp.gamma))
    yield Equation(dimension.subs(p, 0), 1)


def the_tensor_power_is_larger_by_nearly_a_factorial():
    """d^p / C(d + p - 1, p) tends to p! as d grows; here for p = 1 to 4."""
    wide = sp.Symbol("d", positive=True)
    for degree in range(1, 5):
        count = sp.expand_func(sp.binomial(wide + degree - 1, degree))
        yield Equation(sp.Limit(wide**degree / count, wide, sp.oo), sp.factorial(degree))


def the_shipped_kernel_is_this_sum():
    """kernels.polynomial on symbols, for d = 1, 2, 3 and p = 1, 2, 3, with its count."""
    for width, degree in product((1, 2, 3), (1, 2, 3)):
        x, y = array("x", (width,)), array("y", (width,))
        pairs = list(zip(features(x, degree), features(y, degree), strict=True))
        yield Equation(polynomial(degree).weight(x @ y), sum(one * other for one, other in pairs))
        yield Equation(dimension.subs({d: width, p: degree}), len(pairs))


def false_twin_without_the_root():
    """Unweighted monomials: (x1 y1)^2 + x1 x2 y1 y2 + (x2 y2)^2 misses one x1 x2 y1 y2."""
    x, y = array("x", (2,)), array("y", (2,))
    monomials = (x[0] * y[0]) ** 2 + x[0] * x[1] * y[0] * y[1] + (x[1] * y[1]) ** 2
    yield Equation((x @ y) ** 2, monomials)


CLAIMS = (
    one_coordinate_has_one_feature,
    the_last_coordinate_splits_off,
    pascals_rule_counts_the_features,
    the_tensor_power_is_larger_by_nearly_a_factorial,
    the_shipped_kernel_is_this_sum,
)
FALSE = (false_twin_without_the_root,)
