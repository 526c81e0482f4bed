"""Claim: with places a sum over tokens recalls and copies, and exchanges count modulo 3.

    recall, copying   the token at place i weighs 2^i, more than all before it together
    modulo 3          register r goes to x - r, then to -x' - r: together to r + x + x'

Each of these maps of three registers fixes one and exchanges two, so it is one delta step with
beta |k|^2 = 2. Where equal tokens have equal keys, such steps count modulo 2 alone.

Used by:  refmem.linear_attention, refmem.delta, refmem.studies.expressivity.programs.by_place,
          refmem.studies.expressivity.programs.sums
Source:   worked out here
Method:   induction; two maps after each other; then the shipped programs on all short words.
"""

import itertools

import numpy as np
import sympy as sp

from derivations.proving.statement import Equation, Inequality
from refmem.studies.expressivity.program import whole
from refmem.studies.expressivity.programs.by_place import (
    counting_three_by_exchanges,
)
from refmem.studies.expressivity.programs.sums import copying_by_sums, recall_by_sums
from refmem.studies.expressivity.tasks import Copying, Counting, Recall

n = sp.Symbol("n", integer=True, nonnegative=True)
t = sp.Symbol("t", integer=True, positive=True)


def a_power_of_two_is_more_than_all_before_it():
    """1 + 2 + .. + 2^(n-1) = 2^n - 1: 0 for n = 0, then one term more."""
    before = 2**n - 1
    yield Equation(before.subs(n, 0), 0)
    yield Equation(sp.expand(before + 2**n), sp.expand(before.subs(n, n + 1)))
    yield Inequality(before, 2**n)


def the_shipped_sums_recall_and_copy():
    """refmem.linear_attention: all words of three writes, and of four symbols."""
    written = [(1, key, value) for key, value in itertools.product((0, 1), (1, 2))]
    for program, words in (
        (recall_by_sums(Recall(2, 2)), itertools.product([*written, (0, 0, 0)], repeat=3)),
        (copying_by_sums(Copying(2, 2)), itertools.product((1, 2), repeat=4)),
    ):
        for word in words:
            yield from errors(program, word)


def errors(program, word):
    """How far each answer is from the right one."""
    tokens = np.array(word)
    return [sp.Integer(x) for x in program.answers(tokens) - program.task.answers(tokens)]


def two_exchanges_turn_by_both():
    """r to x - r, and r to -x' - r of that: S[r] = S_0[x + x' + r]."""
    x, other, r = sp.symbols("x x' r", integer=True)
    yield Equation((x - r).subs(r, -other - r), x + other + r)


def the_shipped_exchanges_count_modulo_three():
    """refmem.delta, beta |k|^2 = 2: what is read is the count itself, on all words of five bits."""
    program = counting_three_by_exchanges(Counting(3))
    for word in itertools.product((0, 1), repeat=5):
        tokens = np.array(word)
        read = whole(program.outputs(tokens)[:, 0]) - program.task.answers(tokens)
        yield from map(sp.Integer, read.tolist())


def false_twin_of_exchanges_that_do_not_alternate():
    """r to x - r, and r to x' - r of that: r + x - x'."""
    x, other, r = sp.symbols("x x' r", integer=True)
    yield Equation((x - r).subs(r, other - r), x + other + r)


CLAIMS = (
    a_power_of_two_is_more_than_all_before_it,
    the_shipped_sums_recall_and_copy,
    two_exchanges_turn_by_both,
    the_shipped_exchanges_count_modulo_three,
)
FALSE = (false_twin_of_exchanges_that_do_not_alternate,)
