"""Claim: delta steps with 0 < beta |k|^2 < 1 count the paths of an acyclic graph, on scales.

    k = e_t - sum over edges i -> t of (delta/s_i) e_i        beta = 1/2, v = 0

With registers s_i z_i it puts (delta/2) sum z_i into register t, whose scale s_t = delta/2 makes of
it the sum, and changes z_i by (delta/s_i)^2/2 times the sum. With delta = 4^-n s_(t-1) that is at
most 16^-n 2^n/2 for a register, sums being 2^n at most; so all errors together go from E to
2 E + n 8^-n/2, and n tokens leave less than n 4^-n/2 < 1/2.

Used by:  refmem.delta, refmem.delta_product, refmem.studies.expressivity.programs.decays
Source:   worked out here
Method:   the shipped rule on symbols; a recurrence; then the shipped program on a complete graph.
"""

import numpy as np
import sympy as sp

import refmem
from refmem.studies.expressivity.graphs import Reachability
from refmem.studies.expressivity.programs.decays import reachability_by_scales

from ..proving.statement import Equation, Inequality

h, t = sp.symbols("h t", integer=True, nonnegative=True)
c = sp.Symbol("c", positive=True)


(s0, s1), (z0, z1) = sp.symbols("s:2", positive=True), sp.symbols("z:2", real=True)
delta = sp.Symbol("delta", positive=True)


def registers_after(size):
    """What refmem.delta makes of registers s_0 z_0, s_1 z_1 and 0 with a key of this delta."""
    key = np.array([[-size / s0, -size / s1, sp.S.One]])
    S = np.array([[s0 * z0], [s1 * z1], [sp.S.Zero]])
    half = np.array([sp.S.Half])
    return refmem.delta(0 * key, key, 0 * key[:, :1], half, state=S).state[:, 0]


def the_shipped_delta_step_adds_on_scales():
    """(delta/2)(z_0 + z_1) in the last register, and z_i less (delta/s_i)^2/2 (z_0 + z_1) in the
    others, on their scales."""
    after = registers_after(delta)
    yield Equation(after[2], delta / 2 * (z0 + z1))
    yield Equation(after[0] / s0, z0 - (delta / s0) ** 2 / 2 * (z0 + z1))
    yield Equation(after[1] / s1, z1 - (delta / s1) ** 2 / 2 * (z0 + z1))


def errors_double_and_grow():
    """(2^t - 1) c starts at 0 and goes from E to 2 E + c; with c = n 8^-n/2 it is at t = n at most
    2^n c = n 4^-n/2."""
    error = (2**t - 1) * c
    yield Equation(error.subs(t, 0), 0)
    yield Equation(sp.expand(error.subs(t, t + 1) - (2 * error + c)), 0)
    yield Inequality(sp.expand(error), 2**t * c)
    yield Equation(sp.powsimp(2**t * (t * 8**-t / 2) - t * 4**-t / 2, force=True).simplify(), 0)


def that_is_less_than_a_half():
    """n 4^-n is 1/4 at n = 1 and then at most halves: (n + 1)/(4 n) <= 1/2, for n = 1 + h."""
    left = t * 4**-t
    yield Equation(left.subs(t, 1), sp.Rational(1, 4))
    ratio = sp.simplify(left.subs(t, 2 + h) / left.subs(t, 1 + h))
    yield Equation(ratio, (2 + h) / (4 * (1 + h)))
    yield Inequality(ratio, sp.S.Half)


def the_step_is_gentle():
    """beta |k|^2 <= (1 + n 16^-n)/2 < 1, for n 16^-n < 1."""
    small = sp.Symbol("x", positive=True)
    yield Inequality((1 + 1 / (1 + small)) / 2, 1)


def the_shipped_program_counts_2_to_the_t():
    """refmem.delta on fractions: all edges of 6 nodes, so 2^(t-1) paths to node t."""
    tokens = np.concatenate([np.arange(6)[:, None], np.tri(6, 6, -1, dtype=int)], axis=1)
    counts = reachability_by_scales(Reachability(6)).outputs(tokens)[:, 0]
    for node, count in enumerate(counts):
        off = sp.Rational(count.numerator, count.denominator) - 2 ** max(node - 1, 0)
        yield Inequality(abs(off), sp.S.Half)


def false_twin_on_one_scale():
    """With delta = s_0 register 0 loses half of the sum that it is part of."""
    yield Equation(registers_after(s0)[0] / s0, z0)


CLAIMS = (
    the_shipped_delta_step_adds_on_scales,
    errors_double_and_grow,
    that_is_less_than_a_half,
    the_step_is_gentle,
    the_shipped_program_counts_2_to_the_t,
)
FALSE = (false_twin_on_one_scale,)
