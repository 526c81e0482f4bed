"""Claim: a dense memory goes downhill whatever F is, and with F(z) = z^2 it is the classical one.

    E(x) = -sum_m F(p_m . x)        p_m . x = others_m + x[i] own_m for neuron i, own_m = p_m[i]
    up   = sum_m F(others_m + own_m)      down = sum_m F(others_m - own_m)
    x[i] = sign(up - down):  E changes by 0 or by -|up - down|

    F = z^2    up - down = 4 field, the classical one (own_m^2 adds the same to both sides)
    F = z^3    up - down = 2 sum_m own_m (3 others_m^2 + 1)
    F = z^p    a pattern that is met, others = V - 1, weighs V^p - (V - 2)^p, about 2 p V^(p-1)

The higher p, the further such a pattern outweighs others, which agree by about sqrt(V).

Used by:  refmem.hopfield_dense, refmem.hopfield_classical
Source:   Krotov and Hopfield 2016, arXiv:1606.01164
Method:   the two cases of a sign; binomials; then the shipped steps from every state.
"""

import itertools

import sympy as sp

import refmem
from derivations.proving.statement import Equation, Inequality
from refmem.algebra.numbers import fractions

up, down = sp.symbols("up down", real=True)
g = sp.Symbol("g", nonnegative=True)
others = sp.Symbol("o", real=True)
V, p = sp.symbols("V p", integer=True, positive=True)

margin = V**p - (V - 2) ** p
PATTERNS = [[1, -1, 1, 1], [1, 1, -1, -1], [-1, 1, 1, -1]]


def either_side_has_its_own_energy():
    """E is -up at x[i] = 1 and -down at x[i] = -1: in one line, -(up + down + x (up - down))/2."""
    for side, energy in ((1, -up), (-1, -down)):
        yield Equation(-(up + down + side * (up - down)) / 2, energy)


def the_sign_takes_the_lower_side():
    """up - down = g old: nothing changes. up - down = -g old: x turns, and E changes by -g."""
    for old in (sp.S.One, -sp.S.One):
        change = -((-old) - old) * (up - down) / 2
        yield Equation(change.subs(up, down - g * old), -g)
        yield Inequality(change.subs(up, down - g * old), 0)


def a_square_is_the_classical_field():
    """(o + own)^2 - (o - own)^2 = 4 own o, and sum_m own_m others_m = sum_j W[i, j] x[j]."""
    own = sp.Symbol("own", real=True)
    yield Equation((others + own) ** 2 - (others - own) ** 2, 4 * own * others)


def a_cube_weighs_a_pattern_by_how_well_it_agrees():
    """own^2 = 1: (o + own)^3 - (o - own)^3 = 2 own (3 o^2 + 1)."""
    for own in (1, -1):
        yield Equation((others + own) ** 3 - (others - own) ** 3, 2 * own * (3 * others**2 + 1))


def a_pattern_that_is_met_weighs_more_the_higher_the_power():
    """V^p - (V - 2)^p over 2 p V^(p-1) tends to 1: here for p = 2, 3, 4, 5."""
    wide = sp.Symbol("V", positive=True)
    for power in (2, 3, 4, 5):
        ratio = margin.subs({V: wide, p: power}) / (2 * power * wide ** (power - 1))
        yield Equation(sp.Limit(ratio, wide, sp.oo), 1)


def states():
    """All states of four neurons, one a row, and the patterns."""
    return fractions(list(itertools.product((1, -1), repeat=4))), fractions(PATTERNS)


def the_shipped_step_goes_downhill_from_every_state():
    """refmem.hopfield_dense: sixteen states, powers 2, 3 and 4, and the rectified one."""
    x, patterns = states()
    energy = refmem.hopfield_dense.energy
    for options in ({"power": 2}, {"power": 3}, {"power": 4}, {"power": 3, "rectified": True}):
        after = refmem.hopfield_dense(x, patterns, **options).out
        pairs = energy(after, patterns, **options), energy(x, patterns, **options)
        for smaller, larger in zip(*pairs, strict=True):
            yield Inequality(smaller, larger)


def the_shipped_square_is_the_shipped_classical_step():
    """refmem.hopfield_dense with power 2 = refmem.hopfield_classical from every state."""
    x, patterns = states()
    dense = refmem.hopfield_dense(x, patterns, power=2).out
    yield Equation(dense, refmem.hopfield_classical(x, patterns).out)


def false_twin_that_takes_the_side_with_less_overlap():
    """sign(down - up) goes uphill by g."""
    change = -((-sp.S.One) - 1) * (up - down) / 2
    yield Inequality(change.subs(up, down + g), 0)


CLAIMS = (
    either_side_has_its_own_energy,
    the_sign_takes_the_lower_side,
    a_square_is_the_classical_field,
    a_cube_weighs_a_pattern_by_how_well_it_agrees,
    a_pattern_that_is_met_weighs_more_the_higher_the_power,
    the_shipped_step_goes_downhill_from_every_state,
    the_shipped_square_is_the_shipped_classical_step,
)
FALSE = (false_twin_that_takes_the_side_with_less_overlap,)
