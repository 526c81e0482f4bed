"""Claim: softmax attention that knows places finds the last match, or a place, by powers of B.

    recall   asked at place t, a token i that wrote the key weighs B^(t + 2 + i), one that wrote
             another B^i, one that wrote none 1, and the key that holds nothing B^(t + 2): all but
             the last match weigh at most 1/(B - 1) + 1/(B (B - 1)) of it
    copying  a token that is off by m places weighs B^(-m^2): all others at most 2/(B - 1)

so of values up to V the output is within 1/2 of the one looked for, at B = 2 V + 4 and B = 6 V + 4.

Used by:  refmem.softmax_attention, refmem.studies.expressivity.programs
Source:   worked out here; Vaswani et al. 2017, arXiv:1706.03762, for places in attention
Method:   geometric sums; signs; then the shipped rule on symbols.
"""

import numpy as np
import sympy as sp

import refmem
from derivations.proving.statement import Equation, Inequality
from refmem.studies.expressivity.programs.attention import copying_by_attention, recall_by_attention
from refmem.studies.expressivity.tasks import Copying, Recall

V, b = sp.symbols("V b", positive=True)
m = sp.Symbol("m", integer=True, positive=True)


def earlier_matches_are_a_geometric_sum():
    """1/B + .. + 1/B^m = (1 - B^-m)/(B - 1), by one term more: at most 1/(B - 1), for B = 1 + b."""
    total = (1 - (1 + b) ** -m) / b
    yield Equation(total.subs(m, 1), 1 / (1 + b))
    yield Equation(sp.simplify(total.subs(m, m + 1) - total), (1 + b) ** (-m - 1))
    yield Inequality(0, sp.expand(1 / b - total))


def what_did_not_write_the_key_weighs_less_than_nothing_does():
    """1, B, .., B^t: at most B^(t+1)/(B - 1), over B^(t+2) for the key that holds nothing."""
    t = sp.Symbol("t", integer=True, positive=True)
    B = 1 + b
    others = (B ** (t + 1) - 1) / b
    yield Equation(sp.simplify(others.subs(t, t + 1) - others - B ** (t + 1)), 0)
    yield Inequality(0, sp.simplify((1 / (B * b) - others / B ** (t + 2)).expand()))


def an_output_is_off_by_the_weight_of_the_others():
    """(v + w u)/(1 + w) - v = w (u - v)/(1 + w): at most V w for values from 0 to V."""
    v, u, w = sp.symbols("v u w", positive=True)
    yield Equation((v + w * u) / (1 + w) - v, w * (u - v) / (1 + w))
    yield Inequality(w / (1 + w), w)


def the_last_match_is_off_by_less_than_a_half():
    """V (1/(B - 1) + 1/(B (B - 1))) at B = 2 V + 4 is V (2 V + 5)/((2 V + 3)(2 V + 4)) < 1/2."""
    B = 2 * V + 4
    off = V * (1 / (B - 1) + 1 / (B * (B - 1)))
    yield Equation(off, V * (2 * V + 5) / ((2 * V + 3) * (2 * V + 4)))
    yield Inequality(sp.factor(off), sp.S.Half)


def a_place_is_off_by_less_than_a_half():
    """m^2 >= m, so both sides weigh at most 2/(B - 1): V times that at B = 6 V + 4 is below 1/3."""
    h = sp.Symbol("h", integer=True, nonnegative=True)
    yield Inequality(1 + h, sp.expand((1 + h) ** 2))
    yield Inequality(sp.factor(V * 2 / (6 * V + 3)), sp.Rational(1, 3))


def the_shipped_attention_recalls_and_copies():
    """refmem.softmax_attention on logarithms, six tokens: every answer is right."""
    recall, copying = Recall(keys=2, values=3), Copying(delay=2, symbols=4)
    written = np.array([[1, 0, 3], [1, 1, 2], [0, 0, 0], [1, 0, 1], [0, 1, 0], [0, 0, 0]])
    said = np.array([4, 1, 3, 3, 2, 4])
    for program, tokens in (
        (recall_by_attention(recall), written),
        (copying_by_attention(copying), said),
    ):
        errors = program.answers(tokens) - program.task.answers(tokens)
        yield from map(sp.Integer, errors.tolist())


def the_shipped_weights_are_powers():
    """refmem.softmax_attention, scores ln 2 and 2 ln 2: (2 v_0 + 4 v_1)/6."""
    v = np.array(sp.symbols("v:2", real=True))[:, None]
    k = np.array([[sp.log(2)], [2 * sp.log(2)]])
    one = np.array([[sp.S.One]] * 2)
    out = refmem.softmax_attention(one, k, v, scale=sp.S.One).out
    yield Equation(out[1, 0], (2 * v[0, 0] + 4 * v[1, 0]) / 6)


def false_twin_with_a_small_base():
    """B = 2: earlier matches weigh as much as the last."""
    yield Inequality((V / (1 + b - 1)).subs(b, 1), sp.S.Half)


CLAIMS = (
    earlier_matches_are_a_geometric_sum,
    what_did_not_write_the_key_weighs_less_than_nothing_does,
    an_output_is_off_by_the_weight_of_the_others,
    the_last_match_is_off_by_less_than_a_half,
    a_place_is_off_by_less_than_a_half,
    the_shipped_attention_recalls_and_copies,
    the_shipped_weights_are_powers,
)
FALSE = (false_twin_with_a_small_base,)
