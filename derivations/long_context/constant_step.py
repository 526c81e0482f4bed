"""Claim: the delta rule with a constant step does not converge, but fluctuates by sqrt(beta).

Values v = k S* + noise of variance r; unit keys uniform on the sphere; P = E |S - S*|^2 of a column

    P[t+1] = (1 - beta (2 - beta)/d) P[t] + beta^2 r
    P* = beta d r/(2 - beta)            approached as (1 - beta (2 - beta)/d)^t, for 0 < beta < 2

so the fluctuation is sqrt(beta d r/2) for a small step, which forgets over d/(2 beta) tokens: a
quiet memory is a slow one. Steps that shrink as 1/t do both: P[t] = r/t for d = 1.

Used by:  refmem.delta, refmem.studies.longcontext.settled_error
Source:   worked out here (Robbins and Monro 1951 for the shrinking step)
Method:   the mean power of snr/delta_retention and the noise's; a fixed point and its induction;
          the shipped rule on symbols.
"""

import numpy as np
import sympy as sp

import refmem

from ..proving.statement import Equation, Inequality
from ..proving.symbols import array, d
from ..snr.delta_retention import beta as retained_beta
from ..snr.delta_retention import m, retained_power
from .average import spread
from .average import t as tokens
from .average import variance as variance_of_a_mean

beta, r, P, h = sp.symbols("beta r P h", positive=True)
t = sp.Symbol("t", integer=True, nonnegative=True)

kept = retained_power.subs({m: 1, retained_beta: beta})
stationary = beta * d * r / (2 - beta)


def one_step_on_symbols():
    """S' - S* = (1 - beta) of the error along a unit key, plus beta noise along it: with y along,
    w across and noise e, |S' - S*|^2 = (1 - beta)^2 y^2 + w^2 + beta^2 e^2 + a term odd in e."""
    y, w, e = sp.symbols("y w e", real=True)
    after = ((1 - beta) * y + beta * e) ** 2 + w**2
    odd = 2 * beta * (1 - beta) * y * e
    yield Equation(after, (1 - beta) ** 2 * y**2 + w**2 + beta**2 * e**2 + odd)


def its_mean_is_the_recurrence():
    """E y^2 = P/d, E w^2 = P - P/d, E e^2 = r, E e = 0."""
    y2, w2 = P / d, P - P / d
    yield Equation((1 - beta) ** 2 * y2 + w2 + beta**2 * r, kept * P + beta**2 * r)


def the_fixed_point_is_of_order_beta():
    """kept P* + beta^2 r = P*; P*/beta tends to d r/2 with beta; at beta = 1 it is d r."""
    yield Equation(kept * stationary + beta**2 * r, stationary)
    yield Equation(sp.Limit(stationary / beta, beta, 0), d * r / 2)
    yield Equation(stationary.subs(beta, 1), d * r)


def it_is_approached_by_powers():
    """P[t] - P* = kept^t (P[0] - P*): true at 0, and one step multiplies it by kept."""
    power = stationary + kept**t * (P - stationary)
    yield Equation(power.subs(t, 0), P)
    yield Equation(kept * power + beta**2 * r, sp.expand(power.subs(t, t + 1)))


def the_powers_fade_between_zero_and_two():
    """1 - kept = beta (2 - beta)/d > 0 and kept >= 0: beta = 2/(1 + h), d = 1 + n."""
    n, step = sp.Symbol("n", nonnegative=True), 2 / (1 + h)
    wide = kept.subs(beta, step).subs(d, 1 + n)
    yield Inequality(0, sp.factor(1 - wide))
    yield Inequality(0, sp.factor(wide.subs(n, 0)))
    yield Inequality(0, sp.factor(sp.diff(wide, n)))


def steps_of_one_over_t_converge():
    """d = 1, beta = 1/(t+1): (t/(t+1))^2 r/t + r/(t+1)^2 = r/(t+1), the variance of a mean."""
    at = r / tokens
    step = 1 / (tokens + 1)
    after = kept.subs(d, 1).subs(beta, step) * at + step**2 * r
    yield Equation(after, at.subs(tokens, tokens + 1))
    yield Equation(at, variance_of_a_mean.subs(spread, sp.sqrt(r)))


def the_shipped_rule_weighs_the_past_geometrically():
    """refmem.delta, one channel, key 1, T = 3: sum beta (1 - beta)^age v. Its weights squared add
    up to P*/r without end."""
    one, v = np.array([[sp.S.One]] * 3), array("v", (3, 1))
    out = refmem.delta(one, one, v, np.array([beta] * 3)).state
    weights = [beta * (1 - beta) ** age for age in (2, 1, 0)]
    yield Equation(out[0, 0], sum(w * x for w, x in zip(weights, v[:, 0], strict=True)))
    left = sp.Symbol("x", positive=True)  # (1 - beta)^2: beta^2/(1 - x) is the endless sum
    yield Equation((1 - left**t) / (1 - left) + left**t, (1 - left ** (t + 1)) / (1 - left))
    endless = beta**2 / (1 - (1 - beta) ** 2)
    yield Equation(endless * r, stationary.subs(d, 1))


def false_twin_where_noise_is_averaged_away():
    """A fluctuation of order beta^2 would need noise that is written once."""
    yield Equation(kept * beta**2 * r + beta**2 * r, beta**2 * r)


CLAIMS = (
    one_step_on_symbols,
    its_mean_is_the_recurrence,
    the_fixed_point_is_of_order_beta,
    it_is_approached_by_powers,
    the_powers_fade_between_zero_and_two,
    steps_of_one_over_t_converge,
    the_shipped_rule_weighs_the_past_geometrically,
)
FALSE = (false_twin_where_noise_is_averaged_away,)
