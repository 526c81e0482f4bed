"""Claim: a step of the modern Hopfield network is softmax attention, its patterns keys and values.

    r(x) = softmax(b x P') P        attention with q = x, k = v = P, scale b
    r(x) W = softmax(b x P') P W    and with values P W, read out by W

A pattern nearer than all others by a gap D in x . p is retrieved but for a weight below
(M - 1) exp(-b D): the colder, the more exactly. As b goes to 0 all M patterns are averaged.

Used by:  refmem.hopfield_modern, refmem.softmax_attention
Source:   Ramsauer et al. 2020, arXiv:2008.02217
Method:   weights relative to the nearest pattern; then both shipped rules on symbols.
"""

import numpy as np
import sympy as sp

import refmem

from ..proving.statement import Equation, Inequality
from ..proving.symbols import array

M = sp.Symbol("M", integer=True, positive=True)
b, gap, h = sp.symbols("b D h", positive=True)

weight_of_others = (M - 1) * sp.exp(-b * gap) / (1 + (M - 1) * sp.exp(-b * gap))
weight_bound = (M - 1) * sp.exp(-b * gap)


def the_nearest_pattern_wins():
    """All M - 1 others at the gap D, the worst case: what they weigh is below their sum."""
    others = weight_of_others.subs(M, 1 + h)
    yield Inequality(0, sp.simplify(weight_bound.subs(M, 1 + h) - others))


def a_nearer_other_pattern_only_weighs_more():
    """Others weigh z/(1 + z), which grows with z, a sum of e^(-b D): each falls with its gap."""
    z = sp.Symbol("z", positive=True)
    yield Equation(sp.Derivative(z / (1 + z), z), 1 / (1 + z) ** 2)
    yield Inequality(sp.Derivative(sp.exp(-b * gap), gap), 0)


def cold_it_retrieves_and_hot_it_averages():
    """b -> oo leaves nothing to the others; b -> 0 leaves the nearest 1/M."""
    yield Equation(sp.Limit(weight_of_others, b, sp.oo), 0)
    yield Equation(sp.Limit(1 - weight_of_others, b, 0), 1 / M)


def symbols():
    """Three queries and three patterns of width 2."""
    return array("x", (3, 2)), array("p", (3, 2)), np.array(b, dtype=object)


def the_shipped_rules_are_one():
    """refmem.hopfield_modern of the last query = the last row of refmem.softmax_attention, the
    only one that sees all three patterns."""
    x, patterns, inverse = symbols()
    attention = refmem.softmax_attention(x, patterns, patterns, scale=b)
    retrieved = refmem.hopfield_modern(x[-1:], patterns, inverse)
    yield Equation(attention.out[-1:], retrieved.out)


def what_is_read_out_of_it_is_attention_to_other_values():
    """refmem.hopfield_modern(x) W = refmem.softmax_attention with values P W."""
    x, patterns, inverse = symbols()
    W = array("W", (2, 1))
    attention = refmem.softmax_attention(x, patterns, patterns @ W, scale=b)
    retrieved = refmem.hopfield_modern(x[-1:], patterns, inverse)
    yield Equation(attention.out[-1:], retrieved.out @ W)


def two_retrievals_are_two_layers():
    """steps = 2 is attention to the patterns from what the first attention answered."""
    x, patterns, inverse = (part[:2] if part.ndim else part for part in symbols())
    first = refmem.softmax_attention(x, patterns, patterns, scale=b).out[-1:]
    again = np.concatenate([x[:1], first])
    second = refmem.softmax_attention(again, patterns, patterns, scale=b).out[-1:]
    yield Equation(refmem.hopfield_modern(x[-1:], patterns, inverse, steps=2).out - second, 0)


def false_twin_with_the_temperature_upside_down():
    """scale 1/b."""
    x, patterns, inverse = symbols()
    attention = refmem.softmax_attention(x, patterns, patterns, scale=1 / b)
    yield Equation(attention.out[-1:], refmem.hopfield_modern(x[-1:], patterns, inverse).out)


CLAIMS = (
    the_nearest_pattern_wins,
    a_nearer_other_pattern_only_weighs_more,
    cold_it_retrieves_and_hot_it_averages,
    the_shipped_rules_are_one,
    what_is_read_out_of_it_is_attention_to_other_values,
    two_retrievals_are_two_layers,
)
FALSE = (false_twin_with_the_temperature_upside_down,)
