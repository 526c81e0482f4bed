"""Claim: the generalised delta rule makes every map of its registers, so it runs any automaton.

    I + (e_j - e_i)' e_i          pour i into j: a = e_i, b = e_j - e_i
    I - (e_i - e_j)'(e_i - e_j)   exchange i and j: a = -b = e_j - e_i

Registers that a map sends to one place are poured together, at most n - 1 times, and what is left
is a permutation, at most n - 1 exchanges (expressivity/householder). With a 1 in the register of
the automaton's state, and the maps its symbols make, every state is tracked exactly.

Used by:  refmem.generalized_delta, refmem.rwkv7, refmem.studies.expressivity.machines
Source:   Peng et al. 2025 (RWKV-7), arXiv:2503.14456, for rank-one steps that run automata
Method:   the two steps on symbols; then the shipped rule on symbols, for all maps of three.
"""

import itertools

import numpy as np
import sympy as sp

import refmem
from refmem.studies.expressivity.moves import carry, exchange, pour

from ..proving.statement import Equation
from ..proving.symbols import array


def moved(moves, S):
    """What refmem.generalized_delta makes of registers S (n, 1), one token a move."""
    if not moves:
        return S
    write, read = (np.array([getattr(move, side) for move in moves]) for side in ("write", "read"))
    write, read = (rows + sp.S.Zero for rows in (write, read))
    nothing, keep = 0 * write, 0 * write + sp.S.One
    x = {"q": nothing, "k": nothing, "v": nothing[:, :1], "alpha": keep, "a": read, "b": write}
    return refmem.generalized_delta(**x, state=S).state


def pouring_adds_one_register_to_another():
    """Register 1 then holds both, register 0 nothing, register 2 what it did."""
    S = array("S", (3, 1))
    yield Equation(moved([pour(0, 1, 3)], S), np.array([[sp.S.Zero], S[0] + S[1], S[2]]))


def exchanging_is_a_reflection():
    """Registers 0 and 2 change places."""
    S = array("S", (3, 1))
    yield Equation(moved([exchange(0, 2, 3)], S), S[[2, 1, 0]])


def the_shipped_rule_makes_all_maps_of_three():
    """Register x ends where the map sends it, added to all that goes there: 27 maps."""
    S = array("S", (3, 1))
    for images in itertools.product(range(3), repeat=3):
        wanted = np.full((3, 1), sp.S.Zero)
        for place, image in enumerate(images):
            wanted[image] = wanted[image] + S[place]
        yield Equation(moved(carry(images), S), wanted)


def two_times_one_fewer_than_there_are_registers():
    """(n - 1) pours and (n - 1) exchanges at the most; here, over all maps of three, 4."""
    counts = [len(carry(images)) for images in itertools.product(range(3), repeat=3)]
    yield Equation(max(counts), 4)
    n = sp.Symbol("n", integer=True, positive=True)
    yield Equation((n - 1) + (n - 1), 2 * (n - 1))


def false_twin_of_exchanges_alone():
    """A reflection loses nothing, its determinant is -1; pouring loses a register, 0."""
    reflection, pouring = (
        sp.eye(3) + sp.Matrix([move.write]).T * sp.Matrix([move.read])
        for move in (exchange(0, 1, 3), pour(0, 1, 3))
    )
    yield Equation(reflection.det(), pouring.det())


CLAIMS = (
    pouring_adds_one_register_to_another,
    exchanging_is_a_reflection,
    the_shipped_rule_makes_all_maps_of_three,
    two_times_one_fewer_than_there_are_registers,
)
FALSE = (false_twin_of_exchanges_alone,)
