"""Claim: with unit keys, the second moments of a memory and its world follow from their last ones.

    S' = decay S,   S[t] = S' + k'(write v - erase k S'),   v = k W + e     a column each
    k uniform on the unit sphere: E k'k = I/K = E (k'k)^2;  E e = 0, E e^2 = r
    with aim = write W - erase S'
    E S.S = S'.S' + (2 S'.aim + aim.aim)/K + write^2 r
    E S.W = S'.W + aim.W/K

so E |S - W|^2 is known after every token, exactly, in every world whose moments move linearly. The
memories are those that weigh and erase by fixed numbers: averaged, decayed, delta, gated delta.

Used by:  refmem.studies.longcontext.expected_errors, refmem.gated_delta, refmem.scalar_decay
Source:   worked out here
Method:   products of a column with a unit key; the average over a basis has the moments of the
          sphere, so the shipped rules are averaged on symbols and met by the shipped recursion.
"""

import numpy as np
import sympy as sp

import refmem
from refmem.studies.longcontext.memories import Gains
from refmem.studies.longcontext.tracking import after_a_token

from ..proving.statement import Equation
from ..proving.symbols import array

K = 2
alpha, beta, write, root = sp.symbols("alpha beta w r", positive=True)  # root is sqrt(r)
a, s, e = sp.symbols("a s e", real=True)
k = sp.Matrix(1, 3, sp.symbols("k:3", real=True))
S, W = array("S", (K, 1)), array("W", (K, 1))


def a_unit_key_projects():
    """(k'k)^2 = |k|^2 k'k, so for |k| = 1 both have the mean I/K, whose trace is 1."""
    yield Equation(k.T * k * k.T * k, k.dot(k) * k.T * k)
    yield Equation((k.T * k).trace(), k.dot(k))


def a_write_adds_two_products():
    """With a = k aim and s = k S': |S' + k'(a + w e)|^2 - |S'|^2, up to what is odd in e."""
    added = 2 * s * (a + write * e) + (a + write * e) ** 2
    odd = 2 * write * e * (s + a)
    yield Equation(added, 2 * s * a + a**2 + write**2 * e**2 + odd)


def a_basis_has_the_moments_of_the_sphere():
    """Keys e_1 or e_2 with equal chances: E k'k = I/2 = E (k'k)^2."""
    projections = [sp.Matrix(np.outer(key, key)) for key in np.eye(K, dtype=int)]
    yield Equation(sum(projections, sp.zeros(K)) / K, sp.eye(K) / K)
    yield Equation(sum((p**2 for p in projections), sp.zeros(K)) / K, sp.eye(K) / K)


def averages(rule, scale, **gates):
    """E S.S and E S.W of a shipped rule after one token, over keys e_1, e_2 and noise of both
    signs; `scale` is what its values are multiplied by."""
    total = np.array([sp.S.Zero, sp.S.Zero])
    for key in np.eye(K, dtype=int):
        for noise in (root, -root):
            one = np.array([[sp.Integer(int(x)) for x in key]])
            v = (one @ W + noise) * scale
            after = rule(one, one, v, **gates, state=S).state
            total = total + np.array([(after * after).sum(), (after * W).sum()])
    return total / 4


def moved(gain):
    """E S.S and E S.W by the shipped recursion, in a world that stays."""
    dots = [[(x * y).sum() for y in (S, W)] for x in (S, W)]
    law = np.array([[sp.S.One]]), np.array([[sp.S.Zero]])
    after = after_a_token(np.array(dots), law, gain, sp.Integer(K), root**2)
    return after[0]


def the_shipped_gated_delta_rule_moves_like_this():
    """refmem.gated_delta: decay alpha, erase = write = beta."""
    gates = {"alpha": np.array([alpha]), "beta": np.array([beta])}
    yield Equation(averages(refmem.gated_delta, 1, **gates), moved(Gains(alpha, beta, beta)))


def the_shipped_decay_moves_like_this():
    """refmem.scalar_decay: decay alpha, nothing erased, values times w."""
    gates = {"alpha": np.array([alpha])}
    yield Equation(averages(refmem.scalar_decay, write, **gates), moved(Gains(alpha, 0, write)))


def a_world_that_moves_by_itself():
    """U = F U + steps: E S'.U = F E S'.U and E U.U = F E U.U F' + K Q, in the shipped recursion."""
    f, q, dot, power = sp.symbols("f q c m", positive=True)
    moments = np.array([[sp.S.Zero, dot], [dot, power]])
    nothing = Gains(alpha, sp.S.Zero, sp.S.Zero)
    law = np.array([[f]]), np.array([[q]])
    after = after_a_token(moments, law, nothing, sp.Integer(K), root**2)
    expected = [[0, alpha * f * dot], [alpha * f * dot, f**2 * power + K * q]]
    yield Equation(after, np.array(expected))


def false_twin_with_the_square_of_the_mean():
    """aim.aim/K^2 for aim.aim/K: a key is a projection, not its mean."""
    aim = beta * (W - alpha * S)
    wrong = (alpha * S * alpha * S).sum() + 2 * (alpha * S * aim).sum() / K
    wrong += (aim * aim).sum() / K**2 + beta**2 * root**2
    yield Equation(wrong, moved(Gains(alpha, beta, beta))[0])


CLAIMS = (
    a_unit_key_projects,
    a_write_adds_two_products,
    a_basis_has_the_moments_of_the_sphere,
    the_shipped_gated_delta_rule_moves_like_this,
    the_shipped_decay_moves_like_this,
    a_world_that_moves_by_itself,
)
FALSE = (false_twin_with_the_square_of_the_mean,)
