"""Claim: in DeltaFormer a token k = k_i - k_j with v = 0 exchanges what two keys read.

    u = -sum_m f(k . k_m) u_m = -(R_i - R_j)          R_l = sum_m f(k_l . k_m) u_m, what k_l reads
    R_l + f(k_l . (k_i - k_j)) u                      afterwards: R_j for l = i, R_i for l = j

for unit keys with |k_a . k_b| <= eps < 1/8 and an f that maps every number within 4 eps of m to m,
for m = -1, 0, 1, 2 (rounding). Differences are written with j < i, so that -2 never occurs.

Used by:  refmem.deltaformer, `programs.deltaformer` and `keys` of expressivity
Source:   Zhong et al. 2025, arXiv:2505.19488
Method:   the lemma f(k . (a - b)) = f(k . a) - f(k . b) by all coincidences of indices; induction
          on the tokens; then the shipped rule on fractions, with keys that are not orthogonal.
"""

import itertools
from fractions import Fraction

import numpy as np
import sympy as sp

import refmem

from ..proving.statement import Equation, Inequality

h = sp.Symbol("h", positive=True)
NODES, largest_overlap = (-1, 0, 1, 2), sp.Rational(1, 8)


def node(a, b):
    """The node that k_a . k_b is near: 1 for a key with itself, else 0."""
    return sp.KroneckerDelta(a, b)


def differences(n=4):
    """Pairs j < i of n keys; four suffice, for two differences name no more."""
    return [(i, j) for i in range(n) for j in range(i)]


def scores_are_near_a_node_that_f_knows():
    """Against a stored key: -1, 0, 1. Against a difference: -1, 0, 1, 2; -2 would need i = b and
    j = a, but then b < a = j < i = b. So prod (m - node) over the nodes is 0 in all cases."""
    for (i, j), a in itertools.product(differences(), range(4)):
        near = node(i, a) - node(j, a)
        yield sp.prod(m - near for m in NODES)
    for (i, j), (a, b) in itertools.product(differences(), repeat=2):
        near = node(i, a) - node(j, a) - node(i, b) + node(j, b)
        yield sp.prod(m - near for m in NODES)


def and_nearer_to_it_than_rounding_notices():
    """Four inner products, each within eps of its own: 4 eps < 1/2 for eps = 1/(8 (1 + h))."""
    yield Inequality(4 * largest_overlap / (1 + h), sp.S.Half)


def f_of_a_difference_is_the_difference_of_f():
    """f is the identity at its nodes, and k_l . (k_i - k_j) is near the difference of two nodes: so
    f(k_l . (k_i - k_j)) = f(k_l . k_i) - f(k_l . k_j); likewise of a stored difference for k_l."""
    for (i, j), (a, b) in itertools.product(differences(), repeat=2):
        whole = node(i, a) - node(j, a) - node(i, b) + node(j, b)
        by_key = [node(i, m) - node(j, m) for m in (a, b)]
        by_reader = [node(m, a) - node(m, b) for m in (i, j)]
        yield Equation(whole, by_key[0] - by_key[1])
        yield Equation(whole, by_reader[0] - by_reader[1])


def storing_gives_every_key_its_value():
    """Stored first, nothing else is near k_l: R_l = sum_i delta_li v_i = v_l, here of 4 keys."""
    v = sp.symbols("v:4")
    yield from (sum(node(key, i) * v[i] for i in range(4)) - v[key] for key in range(4))


def one_token_exchanges_two_readings():
    """By the lemma u = -(R_i - R_j), and R_l - (delta_li - delta_lj)(R_i - R_j) is R_j at i, R_i at
    j, R_l elsewhere. Whatever the cache was, so by induction after every token."""
    R = sp.symbols("R:4")
    for i, j in differences():
        u = -(R[i] - R[j])
        after = [R[key] + (node(key, i) - node(key, j)) * u for key in range(4)]
        wanted = [R[{i: j, j: i}.get(key, key)] for key in range(4)]
        yield Equation(sp.Matrix(after), sp.Matrix(wanted))


ORTHOGONAL = np.eye(4, dtype=int)
NEARLY = np.array([[10, 0, 0, 0], [0, 10, 0, 0], [1, 1, 7, 7], [1, -1, 7, -7]]) * Fraction(1, 10)
SWAPS = ((1, 0), (2, 1), (3, 0), (3, 1), (2, 0))


def tracked(keys, kernel):
    """What each key reads after the swaps: values are the rows of I, so this is a permutation."""
    n, k = len(keys), np.concatenate([keys, [keys[i] - keys[j] for i, j in SWAPS]]) + Fraction(0)
    read = np.concatenate([0 * k, k[:n]])  # n more tokens, which read and write nothing
    v = np.concatenate([np.eye(n, dtype=int), 0 * read[n:]]) + Fraction(0)
    x = {"q": read, "k": np.concatenate([k, 0 * k[:n]]), "v": v, "scale": Fraction(1)}
    return refmem.deltaformer(**x, kappa1=kernel, kappa2=kernel).out[-n:]


def the_shipped_rule_tracks_five_exchanges():
    """refmem.deltaformer, four keys of width 4: with overlaps of 1/10 rounding is exact, and for
    orthogonal keys the linear kernel is enough."""
    held = ORTHOGONAL.copy()
    for pair in SWAPS:
        held[[*pair]] = held[[*pair[::-1]]]
    yield Equation(tracked(NEARLY, "round"), held)
    yield Equation(tracked(ORTHOGONAL, "linear"), held)


def false_twin_without_rounding():
    """With the linear kernel overlaps of 1/10 leak into every reading."""
    yield Equation(tracked(NEARLY, "linear"), tracked(NEARLY, "round"))


CLAIMS = (
    scores_are_near_a_node_that_f_knows,
    and_nearer_to_it_than_rounding_notices,
    f_of_a_difference_is_the_difference_of_f,
    storing_gives_every_key_its_value,
    one_token_exchanges_two_readings,
    the_shipped_rule_tracks_five_exchanges,
)
FALSE = (false_twin_without_rounding,)
