"""Claim: a delta step with beta = 2 and key (e_i - e_j)/sqrt 2 exchanges two rows of the memory.

    I - 2 k'k = I - (e_i - e_j)'(e_i - e_j)        the transposition of i and j

So with v = 0 DeltaNet tracks one exchange a token, and DeltaProduct with n micro-steps every
permutation that is a product of n exchanges: n - 1 suffice for n things. beta = 2 is the edge of
what is stable: a reflection neither grows nor forgets.

Used by:  refmem.delta, refmem.delta_product, refmem.studies.expressivity.machines.arrange,
          refmem.studies.expressivity.programs.delta
Source:   Grazzi et al. 2024, arXiv:2411.12537; Siems et al. 2025, arXiv:2502.10297
Method:   the entries by cases; the reflection from stability/contraction; induction on n; then the
          shipped rules on symbols, for all permutations of three.
"""

import itertools

import numpy as np
import sympy as sp
from sympy.combinatorics import Permutation

import refmem
from refmem.studies.expressivity.moves import arrange

from ..proving.statement import Equation
from ..proving.symbols import array
from ..stability.contraction import along_key, beta, lost_power, n


def swap_key(i, j, size):
    """(e_i - e_j)/sqrt 2 as a row."""
    row = np.full(size, sp.S.Zero)
    row[i], row[j] = 1 / sp.sqrt(2), -1 / sp.sqrt(2)
    return row


def entry_by_entry_it_is_the_transposition():
    """delta_ab - (delta_ai - delta_aj)(delta_bi - delta_bj): rows i and j exchanged, others kept.
    i = 0 and j = 1; 2 and 3 stand for all others."""
    k = sp.Matrix([swap_key(0, 1, 4)])
    yield Equation(k.dot(k), 1)
    exchanged = sp.eye(4).permute_rows([[0, 1]])
    yield Equation(sp.eye(4) - 2 * k.T * k, exchanged)


def a_reflection_undoes_itself():
    """beta n = 2: the eigenvalue is -1, its square 1, and no power is lost."""
    yield Equation(along_key.subs(beta, 2 / n), -1)
    yield Equation((along_key**2).subs(beta, 2 / n), 1)
    yield Equation(lost_power.subs(beta, 2 / n), 0)


def one_exchange_fewer_than_there_are_things():
    """To arrange m + 1 things, one exchange puts the last in its place, and m are left: needed(m)
    = m - 1 starts at 0 for one thing and grows by one."""
    m = sp.Symbol("m", integer=True, positive=True)
    needed = m - 1
    yield Equation(needed.subs(m, 1), 0)
    yield Equation(needed.subs(m, m + 1), needed + 1)


def the_shipped_delta_rule_exchanges_two_rows():
    """refmem.delta, T = 2: exchange 0 and 1, then 1 and 2, of a symbolic memory of three rows."""
    S = array("S", (3, 2))
    k = np.array([swap_key(0, 1, 3), swap_key(1, 2, 3)])
    v, two = np.full((2, 2), sp.S.Zero), np.array([sp.Integer(2)] * 2)
    yield Equation(refmem.delta(0 * k, k, v, two, state=S, states=True).states[0], S[[1, 0, 2]])
    yield Equation(refmem.delta(0 * k, k, v, two, state=S).state, S[[1, 2, 0]])


def the_shipped_product_makes_every_permutation_of_three():
    """refmem.delta_product with two micro-steps, one token, and the keys of the shipped `arrange`;
    an unused micro-step has beta = 0."""
    S, q, v = array("S", (3, 1)), np.full((1, 3), sp.S.Zero), np.full((2, 1), sp.S.Zero)
    for places in itertools.permutations(range(3)):
        keys = [move.write / sp.sqrt(2) for move in arrange(places)]
        beta = np.array([sp.Integer(2 * (step < len(keys))) for step in range(2)])
        k = np.array([*keys, *[swap_key(1, 0, 3)] * 2][:2])
        state = refmem.delta_product(q, k, v, beta, state=S).state
        yield Equation(state, S[list(places)])


def an_exchange_has_determinant_minus_one():
    """det (I - beta k'k) = 1 - beta n = -1: n exchanges have the sign (-1)^n of the permutation."""
    for places in itertools.permutations(range(3)):
        sign = (along_key.subs(beta, 2 / n)) ** len(arrange(places))
        yield Equation(sign, Permutation(list(places)).signature())


def false_twin_with_the_step_that_recalls_exactly():
    """beta = 1 projects: both rows become their mean."""
    k = sp.Matrix([swap_key(0, 1, 3)])
    yield Equation(sp.eye(3) - k.T * k, sp.eye(3).permute_rows([[0, 1]]))


CLAIMS = (
    entry_by_entry_it_is_the_transposition,
    a_reflection_undoes_itself,
    one_exchange_fewer_than_there_are_things,
    the_shipped_delta_rule_exchanges_two_rows,
    the_shipped_product_makes_every_permutation_of_three,
    an_exchange_has_determinant_minus_one,
)
FALSE = (false_twin_with_the_step_that_recalls_exactly,)
