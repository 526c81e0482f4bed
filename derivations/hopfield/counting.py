"""Claim: the chance that pulls turn a neuron of a modern Hopfield network is one of digits.

With r^j and -r^(j-1) for a pull, each with the chance p_j (hopfield/modern_pull), the neuron is
turned where 1 + sum of c_k r^k is not positive, c_k being how many are r^k less how many are -r^k.
Of a Poisson number of patterns of mean N these are differences of independent Poisson numbers. If
P_m is the chance for exactly m patterns, and P(N) that for a Poisson number of mean N, then

    P_N = P(N) - N P''(N)/2       but for a part of order 1/N^2
    P_N = N! [z^N] e^z P(z)       exactly

Used by:  refmem.studies.capacity.counting, refmem.studies.capacity.hopfield.hopfield_error
Source:   worked out here; Jacquet and Szpankowski 1998, for Poisson numbers in place of whole ones
Method:   a multinomial law; moments of Poisson numbers; then the shipped chances for one pattern,
          for two, and for so many that they are normal.
"""

import itertools

import sympy as sp

from refmem.studies.capacity.counting import chance_turned

from ..proving.statement import Equation
from .modern_pull import b, classes, mean_modern, n, r, square_modern

N, x, y = sp.symbols("N x y", positive=True)


def counts_of_a_poisson_number_are_independent():
    """e^-N N^(i+j)/(i+j)! C(i+j, i) p^i q^j = (e^-Np (Np)^i/i!) (e^-Nq (Nq)^j/j!) for p + q = 1."""
    p = sp.Symbol("p", positive=True)
    for i, j in itertools.product(range(3), repeat=2):
        m = i + j
        together = sp.exp(-N) * N**m / sp.factorial(m) * sp.binomial(m, i) * p**i * (1 - p) ** j
        one = sp.exp(-N * p) * (N * p) ** i / sp.factorial(i)
        other = sp.exp(-N * (1 - p)) * (N * (1 - p)) ** j / sp.factorial(j)
        yield Equation(sp.simplify(together / (one * other)), 1)


def poisson_mean(power):
    """The mean of m^power over a Poisson number m of mean N, by Stirling numbers."""
    stirling = sp.functions.combinatorial.numbers.stirling
    return sum(stirling(power, k) * N**k for k in range(power + 1))


def a_chance_for_exactly_so_many_is_less_how_it_bends():
    """P_m = 1, m, m^2 exactly; m^3 but for 2 N, and m^4 but for 11 N^2 + 6 N: of
    order 1/N^2 of it."""
    for power, rest in ((0, 0), (1, 0), (2, 0), (3, -2 * N), (4, -11 * N**2 - 6 * N)):
        P = poisson_mean(power)
        yield Equation(sp.expand(P - N * sp.diff(P, N, 2) / 2), sp.expand(N**power + rest))


def and_exactly_a_coefficient():
    """e^z P(z) = sum of P_m z^m/m!: here for P_m = x^m, where it is e^(x z)."""
    for m in range(5):
        yield Equation(sp.factorial(m) * sp.series(sp.exp(x * y), y, 0, 6).coeff(y, m), x**m)


def digits(chance):
    """A chance to three digits, as a whole number."""
    return sp.Integer(round(chance * 10**3))


def the_shipped_chances_are_right_for_one_pattern_and_for_two():
    """refmem.studies.capacity.counting.chance_turned, n = 3, r = e^-2: the chance that one class,
    or two, add up to -1 at most."""
    values = [(value.subs(r, sp.exp(-2)), chance) for value, chance in classes(3)]
    for count in (1, 2):
        pulls = itertools.product(values, repeat=count)
        exact = sum(sp.prod(c for _, c in some) for some in pulls if sum(v for v, _ in some) <= -1)
        yield Equation(digits(chance_turned(count, 3, -2)), digits(exact))


def the_shipped_chances_are_normal_where_very_many_decide():
    """The same, of 10^5 pulls with n = 30 and r = e^(-1/20), none of which is rare: Phi of the mean
    over the deviation."""
    count, at = 10**5, {n: 30, b: sp.Rational(1, 40)}
    mean, square = mean_modern.subs(at), square_modern.subs(at)
    normal = sp.erfc((1 + count * mean) / sp.sqrt(2 * count * (square - mean**2))) / 2
    yield Equation(digits(chance_turned(count, 30, -1 / 20)), digits(normal.evalf(20)))


def false_twin_of_a_normal_sum():
    """One pattern, n = 4, b = 1: Phi(-(1 + E X)/sqrt(Var X)) is not the chance 5/32."""
    mean, square = mean_modern.subs({n: 4, b: 1}), square_modern.subs({n: 4, b: 1})
    normal = sp.erfc((1 + mean) / sp.sqrt(2 * (square - mean**2))) / 2
    yield Equation(normal, sp.Rational(5, 32))


CLAIMS = (
    counts_of_a_poisson_number_are_independent,
    a_chance_for_exactly_so_many_is_less_how_it_bends,
    and_exactly_a_coefficient,
    the_shipped_chances_are_right_for_one_pattern_and_for_two,
    the_shipped_chances_are_normal_where_very_many_decide,
)
FALSE = (false_twin_of_a_normal_sum,)
