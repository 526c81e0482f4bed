"""Claim: retrieving from a modern Hopfield network lowers its energy by half the step squared.

    E(x) = |x|^2/2 - log(sum_m exp(b x . p_m))/b          b the inverse temperature
    r(x) = sum_m w_m p_m,   w = softmax(b x . p)          one retrieval
    grad E = x - r(x)                                     so x' = r(x) is a whole gradient step
    E(x') - E(x) <= -|x' - x|^2/2

The square is convex and minus the log-sum is concave: a tangent lies above it, and x' = r(x) is
where the square plus that tangent is least (the concave-convex procedure).

Used by:  refmem.hopfield_modern
Source:   Ramsauer et al. 2020, arXiv:2008.02217
Method:   e^y >= 1 + y by an integral of squares; the tangent from it; the square completed a
          coordinate at a time; then the shipped energy differentiated on symbols.
"""

import numpy as np
import sympy as sp

import refmem

from ..proving.statement import Equation, Inequality
from ..proving.symbols import array

y = sp.Symbol("y", real=True, nonzero=True)
u, h, b = sp.symbols("u h b", positive=True)


def the_exponential_lies_above_its_tangent():
    """e^y - 1 - y is the integral of (1 - u) y^2 e^(u y) over u in (0, 1); u = 1/(1 + h)."""
    rest = (1 - u) * y**2 * sp.exp(u * y)
    yield Equation(sp.Integral(rest, (u, 0, 1)), sp.exp(y) - 1 - y)
    yield Inequality(0, sp.factor(rest.subs(u, 1 / (1 + h))))


def a_mean_of_exponentials_is_at_least_the_exponential_of_the_mean():
    """With e^y >= 1 + y at y = d_m - D, D = sum_m w_m d_m and total weight W = 1:
    sum_m w_m e^(d_m - D) >= W (1 - D) + D = 1, so log sum_m w_m e^d_m >= D."""
    W, D = sp.symbols("W D", real=True)
    yield Equation((W * (1 - D) + D).subs(W, 1), 1)
    total = sp.Symbol("Z", positive=True)  # sum_m w_m e^d_m
    yield Equation(sp.expand_log(sp.log(total * sp.exp(-D)), force=True), sp.log(total) - D)


def the_log_sum_lies_above_its_tangent():
    """log-sum(z + d) - log-sum(z) = log sum_m w_m e^d_m with w = softmax(z): here of 3 scores."""
    z, d = sp.symbols("z:3", real=True), sp.symbols("d:3", real=True)
    before = sum(map(sp.exp, z))
    after = sum(sp.exp(one + step) for one, step in zip(z, d, strict=True))
    mean = sum(sp.exp(one) / before * sp.exp(step) for one, step in zip(z, d, strict=True))
    yield Equation(after / before, mean)


def the_square_and_the_tangent_are_least_at_the_retrieval():
    """d_m = b (x' - x) . p_m, so D/b = (x' - x) . r(x); with x' = r, a coordinate at a time:
    x'^2/2 - x^2/2 - (x' - x) r = -(x' - x)^2/2."""
    x, r, new = sp.symbols("x r x'", real=True)
    change = new**2 / 2 - x**2 / 2 - (new - x) * r
    yield Equation(sp.Derivative(change, new), new - r)
    yield Equation(change.subs(new, r), -((r - x) ** 2) / 2)
    yield Inequality(change.subs(new, r).factor(), 0)


def network():
    """A state of two neurons, two patterns, and a temperature."""
    return array("x", (1, 2)), array("p", (2, 2)), np.array(b, dtype=object)


def the_shipped_step_is_the_gradient_of_the_shipped_energy():
    """refmem.hopfield_modern on symbols: grad E(x) = x - r(x)."""
    x, patterns, inverse = network()
    energy = refmem.hopfield_modern.energy(x, patterns, inverse).item()
    slope = np.vectorize(lambda entry: sp.diff(energy, entry), otypes=[object])(x)
    yield Equation(slope, x - refmem.hopfield_modern(x, patterns, inverse).out)


def a_state_at_rest_is_one_it_retrieves():
    """One pattern alone is retrieved at once, and stays: r(p) = p, where E is -|p|^2/2."""
    x, patterns, inverse = network()
    alone = patterns[:1]
    yield Equation(refmem.hopfield_modern(x, alone, inverse).out, alone)
    energy = refmem.hopfield_modern.energy(alone, alone, inverse)
    yield Equation(sp.expand_log(energy.item(), force=True), -((alone**2).sum()) / 2)


def false_twin_that_goes_twice_as_far():
    """x' = 2 r - x: the bound on the change is 0, not -|x' - x|^2/2."""
    x, r = sp.symbols("x r", real=True)
    new = 2 * r - x
    change = new**2 / 2 - x**2 / 2 - (new - x) * r
    yield Inequality(change, -((new - x) ** 2) / 2)


CLAIMS = (
    the_exponential_lies_above_its_tangent,
    a_mean_of_exponentials_is_at_least_the_exponential_of_the_mean,
    the_log_sum_lies_above_its_tangent,
    the_square_and_the_tangent_are_least_at_the_retrieval,
    the_shipped_step_is_the_gradient_of_the_shipped_energy,
    a_state_at_rest_is_one_it_retrieves,
)
FALSE = (false_twin_that_goes_twice_as_far,)
