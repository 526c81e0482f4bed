"""Claim: delta steps with beta |k|^2 = 1 count ones, if their keys depend on the place as well.

    u_t = J^t (4^t, s_t)         s_t = 1 or -1 for the bit at place t, J a quarter turn

A step with k across u_t leaves what lies along u_t. What lay along u_(t-1) has the part

    u_t . u_(t-1)/|u_t|^2 = 4^(t-1) (4 s_(t-1) - s_t)/(16^t + 1)

of it along u_t, whose sign is s_(t-1). After t tokens it is the product of all signs before, and
the query, which knows s_t, reads their parity. Eigenvalues of each step are 0 and 1. Where equal
tokens have equal keys such steps do not count (expressivity/parity); products of projections turn.

Used by:  refmem.delta, refmem.studies.expressivity.programs.by_place
Source:   worked out here
Method:   the step on symbols; signs; then the shipped program on all words of five bits.
"""

import itertools

import numpy as np
import sympy as sp

import refmem
from derivations.expressivity.places import errors
from derivations.proving.statement import Equation, Inequality
from derivations.proving.symbols import array
from refmem.studies.expressivity.programs.by_place import line, louder, parity_by_projections
from refmem.studies.expressivity.tasks import Counting

t = sp.Symbol("t", integer=True, positive=True)
SIGNS = tuple(itertools.product((1, -1), repeat=2))


def a_step_leaves_what_is_across_its_key():
    """refmem.delta with beta |k|^2 = 1 and no value, two registers: S less its part along k."""
    S, k = array("S", (2, 1)), array("k", (1, 2))
    size = (k**2).sum()
    state = refmem.delta(k, k, 0 * k[:, :1], np.array([1 / size]), state=S).state
    yield from map(sp.cancel, (k[0] @ state).tolist())
    across = np.array([-k[0, 1], k[0, 0]])
    yield from map(sp.cancel, (across @ (state - S)).tolist())


def the_part_along_the_next_line_has_the_sign_of_the_bit_before():
    """4 s - s' is 3 s or 5 s; and the shipped lines have that product, here for t = 2, 3."""
    for s, other in SIGNS:
        yield Inequality(1, sp.Integer((4 * s - other) * s))
        for at in (2, 3):
            product = line(at, (1 - other) // 2) @ line(at - 1, (1 - s) // 2)
            yield Equation(sp.Integer(int(product)), 4 ** (at - 1) * (4 * s - other))


def a_query_is_as_loud_as_that_part_is_small():
    """(4 s - s') s >= 3, and lines are 16^t + 1 long, squared: refmem's factors at t = 1, 2, 3."""
    least = sp.S.One
    for at, factor in enumerate(louder(3), 1):
        least *= sp.Integer(3 * 4 ** (at - 1)) / (16**at + 1)
        found = sp.Rational(factor.numerator, factor.denominator)
        yield Equation(found * least * (16**at + 1), 1)
    for s, other in SIGNS:
        yield Inequality(3, sp.Integer((4 * s - other) * s))


def the_shipped_program_of_projections_is_right_about_all_short_words():
    """refmem.delta: parity of all words of five bits, read by a sign at least 1 from zero."""
    program = parity_by_projections(Counting(2))
    for word in itertools.product((0, 1), repeat=5):
        yield from errors(program, word)
        read = program.outputs(np.array(word))[-1, 0]
        yield Inequality(1, sp.Rational(abs(read.numerator), read.denominator))


def false_twin_of_lines_that_do_not_get_nearer():
    """(1, s) and J (1, s') have the product s - s', which is 0 for equal bits."""
    for s, other in SIGNS:
        yield Inequality(1, sp.Integer((s - other) * s))


CLAIMS = (
    a_step_leaves_what_is_across_its_key,
    the_part_along_the_next_line_has_the_sign_of_the_bit_before,
    a_query_is_as_loud_as_that_part_is_small,
    the_shipped_program_of_projections_is_right_about_all_short_words,
)
FALSE = (false_twin_of_lines_that_do_not_get_nearer,)
