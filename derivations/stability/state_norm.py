"""Claim: a memory grows at most by what is written, and a decay makes that a bound for ever.

    |S[t]| <= a |S[t-1]| + c        a the norm of the transition, c the largest write
    |S[T]| <= a^T |S[0]| + c (1 - a^T)/(1 - a)  ->  c/(1 - a)              a < 1: decays
    |S[T]| <= |S[0]| + c T                                                 a = 1: delta, linear

a = gamma for a decay, 1 for the delta rule with 0 <= beta |k|^2 <= 2, gamma for both at once. The
delta rule does better where its values agree with one memory S*: its distance to S* never grows,

    |S[t] - S*|^2 = |S[t-1] - S*|^2 - beta (2 - beta |k|^2) |k (S[t-1] - S*)|^2

Used by:  refmem.delta, refmem.gated_delta, refmem.scalar_decay, refmem.linear_attention
Source:   worked out here
Method:   induction on T; coordinates along and across the key; a memory that attains the bound.
Assumes:
    - the triangle inequality, and that |A S| <= a |S| where a is the largest singular value of A
"""

import numpy as np
import sympy as sp

import refmem

from ..proving.statement import Equation, Inequality
from ..proving.symbols import arguments, array
from .contraction import beta, lost_power, n

T = sp.Symbol("T", integer=True, nonnegative=True)
a, c, start, h = sp.symbols("a c s0 h", positive=True)

bound = a**T * start + c * (1 - a**T) / (1 - a)
bound_without_decay = start + c * T
bound_for_ever = c / (1 - a)


def the_bound_starts_and_goes_on():
    """bound(0) = |S[0]|, and a bound(T) + c = bound(T + 1); the same with a = 1."""
    yield Equation(bound.subs(T, 0), start)
    yield Equation(a * bound + c, bound.subs(T, T + 1))
    yield Equation(bound_without_decay.subs(T, 0), start)
    yield Equation(bound_without_decay + c, bound_without_decay.subs(T, T + 1))


def a_decayed_memory_stays_bounded():
    """a = e^-h: what it began with and the rest of the sum vanish; left is c/(1 - a)."""
    faded = bound.subs(a, sp.exp(-h))
    yield Equation(sp.Limit(faded, T, sp.oo), bound_for_ever.subs(a, sp.exp(-h)))


def the_slow_limit_is_the_memory_without_decay():
    """a -> 1 at T = 1, 2, 3, 4: s0 + c T."""
    for steps in (1, 2, 3, 4):
        yield Equation(sp.Limit(bound.subs(T, steps), a, 1), bound_without_decay.subs(T, steps))


def a_write_is_as_large_as_key_times_value():
    """|k'v|^2 = |k|^2 |v|^2, as its entries are products; here of 3 x 2."""
    k, v = sp.Matrix(sp.symbols("k:3", real=True)), sp.Matrix(sp.symbols("v:2", real=True))
    yield Equation(sum(x**2 for x in k * v.T), k.dot(k) * v.dot(v))


def a_delta_step_towards_one_memory_never_goes_away_from_it():
    """An error column with part r k/n along the key (r = k (S - S*)) and w across, v = k S*: the
    part along is left by 1 - beta n, so beta (2 - beta n) r^2 of its power r^2/n + w^2 is gone."""
    r, w = sp.symbols("r w", real=True)
    before, after = r**2 / n + w**2, (1 - beta * n) ** 2 * r**2 / n + w**2
    yield Equation(before - after, beta * (2 - beta * n) * r**2)
    yield Equation(before - after, lost_power * r**2 / n)
    stable = (lost_power * r**2 / n).subs(beta, 2 / (1 + h) / n)
    yield Inequality(0, sp.factor(stable))


def the_shipped_rule_approaches_by_this():
    """refmem.delta on symbols with v = k S*, K = 2: both sides of the equation above."""
    x = arguments(refmem.delta, T=1, K=2, V=1)
    target, before = array("S*", (2, 1)), array("S", (2, 1))
    x["v"] = x["k"] @ target
    after = refmem.delta(**x, state=before).state
    strength, size = x["beta"][0], (x["k"] ** 2).sum()
    recalled = (x["k"] @ (before - target)).item()
    gone = ((before - target) ** 2 - (after - target) ** 2).sum()
    yield Equation(gone, strength * (2 - strength * size) * recalled**2)


def one_channel(rule, **factors):
    """A rule of one channel that writes c three times, from |S| = s0."""
    one, same = np.array([[sp.S.One]] * 3), np.array([[c]] * 3)
    given = {name: np.array([factor] * 3) for name, factor in factors.items()}
    return rule(one, one, same, **given, state=np.array([[start]])).state.item()


def the_shipped_rules_attain_the_bounds():
    """One channel, the same value every time: refmem.scalar_decay and linear_attention, T = 3."""
    yield Equation(one_channel(refmem.scalar_decay, alpha=a), bound.subs(T, 3))
    yield Equation(one_channel(refmem.linear_attention), bound_without_decay.subs(T, 3))


def false_twin_where_only_the_last_write_counts():
    """With a decay the newest write is not all there is: c/(1 - a), not c."""
    faded = bound.subs(a, sp.exp(-h))
    yield Equation(sp.Limit(faded, T, sp.oo), c)


CLAIMS = (
    the_bound_starts_and_goes_on,
    a_decayed_memory_stays_bounded,
    the_slow_limit_is_the_memory_without_decay,
    a_write_is_as_large_as_key_times_value,
    a_delta_step_towards_one_memory_never_goes_away_from_it,
    the_shipped_rule_approaches_by_this,
    the_shipped_rules_attain_the_bounds,
)
FALSE = (false_twin_where_only_the_last_write_counts,)
