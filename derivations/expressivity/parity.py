"""Claim: one layer with eigenvalues in [0, 1] cannot track parity, one with -1 can; without places.

Parity of 1 1 1 1 ... alternates. Given one token again and again, along an eigenvector of A

    s[t+1] = e s[t] + c        so        s[t+1] - s[t] = e^t (s[1] - s[0])

For e >= 0 the differences never change sign: the channel only rises or only falls. A read is a sum
of channels, and its differences sum_c g_c e_c^t tend to the g_c with e_c = 1: to one number, while
those of a read that alternates by a margin tend to two. Diagonal decays in [0, 1] are such an A,
and so is the delta rule with 0 <= beta |k|^2 <= 1, whose eigenvalues are 1 and 1 - beta |k|^2. If
inputs may depend on the place, the decays still cannot (expressivity/gates), but the delta rule can
(expressivity/projections).

Used by:  refmem.gla, refmem.delta, refmem.studies.expressivity.limits
Source:   Grazzi et al. 2024, arXiv:2411.12537; Sarrof et al. 2024, arXiv:2405.17394
Method:   induction on t; signs; a limit; then the shipped rules on symbols, and the shipped delta
          rule with beta = 2 on all strings of three bits.
"""

import itertools

import numpy as np
import sympy as sp

import refmem
from derivations.proving.statement import Equation, Inequality
from derivations.proving.symbols import arguments, array
from derivations.stability.contraction import along_key, beta, n

t = sp.Symbol("t", integer=True, nonnegative=True)
e = sp.Symbol("e", nonnegative=True)
h = sp.Symbol("h", positive=True)
g, s, c = sp.symbols("g s c", real=True)

difference = e**t * g


def a_difference_is_multiplied_by_the_eigenvalue():
    """s[t+2] - s[t+1] = (e s[t+1] + c) - (e s[t] + c) = e (s[t+1] - s[t]): e^t g by induction."""
    later = sp.Symbol("s'", real=True)
    yield Equation((e * later + c) - (e * s + c), e * (later - s))
    yield Equation(difference.subs(t, 0), g)
    yield Equation(e * difference, difference.subs(t, t + 1))


def no_channel_ever_turns_round():
    """The product of two differences in a row, e^(2t+1) g^2, is never negative; parity needs it."""
    product = sp.powsimp(difference * difference.subs(t, t + 1))
    yield Equation(product, e ** (2 * t + 1) * g**2)
    yield Inequality(0, product)


def what_a_read_alternates_by_fades():
    """e = e^-h < 1: the difference tends to 0. e = 1: it is g for ever. Each has one limit, so has
    their sum, but parity read with margin m differs by m and by -m in turn."""
    faded = sp.exp(-h * t) * g
    yield Equation(sp.Limit(faded, t, sp.oo), 0)
    yield Equation(difference.subs(e, 1), g)


def the_delta_rule_is_such_a_memory_up_to_one():
    """1 - beta n >= 0 for beta n = 1/(1 + h), and 0 at beta n = 1; beyond 1 it is negative."""
    yield Inequality(0, sp.factor(along_key.subs(beta, 1 / (1 + h) / n)))
    yield Equation(along_key.subs(beta, 1 / n), 0)
    yield Inequality(sp.expand(along_key.subs(beta, (1 + h) / n)), 0)


def the_shipped_delta_rule_moves_by_powers_of_one_number():
    """refmem.delta given one token three times, from any state: what the key reads moves by
    (1 - beta n) of its last move, and what stands across the key never moves."""
    x = {name: np.repeat(value, 3, 0) for name, value in token(refmem.delta).items()}
    reads = refmem.delta(**x | {"q": x["k"]}, state=array("S", (2, 1))).out
    moves, size = np.diff(reads, axis=0), (x["k"][0] ** 2).sum()
    yield Equation(moves[1], along_key.subs({beta: x["beta"][0], n: size}) * moves[0])
    across = np.stack([-x["k"][:, 1], x["k"][:, 0]], -1)
    reads = refmem.delta(**x | {"q": across}, state=array("S", (2, 1))).out
    yield Equation(np.diff(reads, axis=0), 0)


def the_shipped_decay_moves_each_channel_by_powers_of_its_own():
    """refmem.gla given one token three times: channel c moves by alpha_c of its last move."""
    x = {name: np.repeat(value, 3, 0) for name, value in token(refmem.gla).items()}
    states = np.stack(refmem.gla(**x, state=array("S", (2, 1)), states=True).states)
    moves = np.diff(states, axis=0)
    yield Equation(moves[1], x["alpha"][0][:, None] * moves[0])


def token(rule):
    """One token of symbols."""
    return arguments(rule, T=1, K=2, V=1)


def a_reflection_counts():
    """refmem.delta with beta = 2 for a bit 1 and 0 for a bit 0, unit key, v = 0, from S = 1:
    (-1)^(number of ones), on all strings of three bits."""
    one = np.array([[sp.S.One]] * 3)
    for bits in itertools.product((0, 1), repeat=3):
        strength = np.array([sp.Integer(2 * bit) for bit in bits])
        out = refmem.delta(one, one, 0 * one, strength, state=one[:1]).out
        yield Equation(out[-1, 0], (-1) ** sum(bits))


def false_twin_with_a_negative_eigenvalue():
    """e < 0: a channel does turn round."""
    negative = sp.Symbol("e", negative=True)
    yield Inequality(0, negative ** (2 * t + 1) * g**2)


CLAIMS = (
    a_difference_is_multiplied_by_the_eigenvalue,
    no_channel_ever_turns_round,
    what_a_read_alternates_by_fades,
    the_delta_rule_is_such_a_memory_up_to_one,
    the_shipped_delta_rule_moves_by_powers_of_one_number,
    the_shipped_decay_moves_each_channel_by_powers_of_its_own,
    a_reflection_counts,
)
FALSE = (false_twin_with_a_negative_eigenvalue,)
