"""Claim: with places a sum over tokens knows the innermost open bracket, three levels deep.

After t tokens the depth has the parity of t. So what is opened at an odd place stands at an odd
level, and what is closed at an even place does. After a close the depth is 2 at most: 1 at an odd
place, 0 or 2 at an even one. Of the brackets at levels of the same parity one at most is open then,
so the kinds opened at such levels less the kinds closed there are its kind, or 0.

Softmax attention counts so too: token i weighs 1/(i (i + 1)), in all 1 - 1/(t + 1), a first key of
value 0 weighs the rest, and values are i (i + 1) times what is counted, over a denominator of 1.
The delta rule forgets 4^-t/(8 kinds) of it at place t: 1/12 of a kind in all.

Used by:  refmem.linear_attention, refmem.softmax_attention, refmem.delta,
          refmem.studies.expressivity.programs.sums, refmem.studies.expressivity.programs.attention
Source:   worked out here
Method:   induction; a telescoping sum; then the shipped rules on symbols and on all short words.
"""

import numpy as np
import sympy as sp

import refmem
from derivations.expressivity.places import errors
from derivations.proving.statement import Equation, Inequality
from derivations.proving.symbols import array
from refmem.grammar.lookup import Cache
from refmem.studies.expressivity.programs.attention import brackets_by_attention
from refmem.studies.expressivity.programs.sums import (
    brackets_by_delta,
    brackets_by_gla,
    brackets_by_sums,
)
from refmem.studies.expressivity.tasks import Brackets

t = sp.Symbol("t", integer=True, positive=True)
m = sp.Symbol("m", integer=True, nonnegative=True)
TASK = Brackets(2, 3)


def words(length):
    """Every instance of a length."""
    begun = [()]
    for _ in range(length):
        longer = [(*word, b) for word in begun for b in (1, -1, 2, -2)]
        begun = [word for word in longer if TASK.allows(np.array(word))]
    return begun


def a_bracket_changes_the_depth_by_one():
    """depth - t: an open adds 1 - 1 = 0, a close -1 - 1 = -2. It stays even, from 0 on."""
    depth = sp.Symbol("depth", integer=True)
    yield Equation((depth + 1) - (t + 1), depth - t)
    yield Equation((depth - 1) - (t + 1), depth - t - 2)


def after_a_close_no_other_level_of_that_parity_is_open():
    """Depths 0, 1, 2 that remain: levels 1 .. depth of the depth's parity are one at most."""
    for depth in (0, 1, 2):
        levels = [level for level in range(1, depth + 1) if (level - depth) % 2 == 0]
        yield Equation(sp.Integer(len(levels)), min(depth, 1))


def the_shipped_sums_are_right_about_all_short_words():
    """refmem.linear_attention, refmem.gla and refmem.delta: 168 words of six brackets."""
    for make in (brackets_by_sums, brackets_by_gla, brackets_by_delta):
        for word in words(6):
            yield from errors(make(TASK), word)


def weights_add_up_to_one():
    """1/(1 2) + .. + 1/(t (t + 1)) = 1 - 1/(t + 1), by one term more; with the rest it is 1."""
    total = 1 - 1 / (t + 1)
    yield Equation(total.subs(t, 1), sp.Rational(1, 2))
    yield Equation(sp.cancel(total.subs(t, t + 1) - total - 1 / ((t + 1) * (t + 2))), 0)


def the_shipped_attention_counts():
    """refmem.softmax_attention, three tokens that count c: it reads c_1 + c_2 + c_3."""
    c, places = array("c", (3, 1)), range(1, 4)
    share = [sp.Integer(place * (place + 1)) for place in places]
    k = np.array([[-sp.log(x), sp.S.Zero] for x in share])
    q = np.array([[sp.S.One, -sp.log(place + 1)] for place in places])
    nothing = Cache(np.array([[sp.S.Zero, sp.S.One]]), np.array([[sp.S.Zero]]))
    v = np.array(share)[:, None] * c
    out = refmem.softmax_attention(q, k, v, state=nothing, scale=sp.S.One).out
    yield Equation(out[:, 0], np.cumsum(c[:, 0]))


def the_shipped_program_of_attention_is_right_about_all_short_words():
    """refmem.softmax_attention, three heads: 88 words of five brackets, in exact numbers."""
    for word in words(5):
        yield from errors(brackets_by_attention(TASK), word)


def ever_smaller_steps_forget_little():
    """1/4 + .. + 1/4^m < 1/3, by one term more: over 8 kinds, of at most 2 kinds open, 1/12."""
    total = (1 - sp.Rational(1, 4) ** m) / 3
    yield Equation(total.subs(m, 0), 0)
    yield Equation(sp.expand(total.subs(m, m + 1) - total), sp.expand(sp.Rational(1, 4) ** (m + 1)))
    yield Inequality(total, sp.Rational(1, 3))
    yield Equation(sp.Rational(1, 3) * 2 / 8, sp.Rational(1, 12))


def false_twin_four_levels_deep():
    """1 2 1 1 -1 at depth 3: levels 1 and 3 are both open and are counted together."""
    levels = [level for level in (1, 2, 3) if (level - 3) % 2 == 0]
    yield Equation(sp.Integer(len(levels)), 1)


CLAIMS = (
    a_bracket_changes_the_depth_by_one,
    after_a_close_no_other_level_of_that_parity_is_open,
    the_shipped_sums_are_right_about_all_short_words,
    weights_add_up_to_one,
    the_shipped_attention_counts,
    the_shipped_program_of_attention_is_right_about_all_short_words,
    ever_smaller_steps_forget_little,
)
FALSE = (false_twin_four_levels_deep,)
