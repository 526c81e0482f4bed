"""Claim: an averaging memory tends to E k'v at the rate t^(-1/2), each token weighing 1/t.

    S[t] = (t-1)/t S[t-1] + k'v/t = (1/t) sum_i k_i'v_i          every token weighs 1/t, old or new
    E |S[t] - S*|^2 = spread^2/t,  S* = E k'v,  spread^2 = E |k'v - S*|^2

so the distance is spread t^(-1/2): four times the context halves it, and what one more token can
change fades as 1/t. The softmax rows that are normalised by t are this memory with k = phi(k).

Used by:  refmem.averaged_memory, refmem.studies.longcontext.average_limit
Source:   Zhong et al. 2025, arXiv:2505.19488, for the rows; the rate is classical
Method:   induction on t; variances of independent tokens add; then the shipped rules on symbols.
"""

import numpy as np
import sympy as sp

import refmem

from ..proving.statement import Equation
from ..proving.symbols import arguments

t = sp.Symbol("t", integer=True, positive=True)
spread = sp.Symbol("sigma", positive=True)

variance = spread**2 / t
distance = spread / sp.sqrt(t)
weight_of_a_token = 1 / t


def the_recurrence_is_the_mean():
    """If S = total/t then t/(t+1) S + new/(t+1) = (total + new)/(t+1); the first is itself."""
    total, new = sp.symbols("total new", real=True)
    yield Equation(t / (t + 1) * (total / t) + new / (t + 1), (total + new) / (t + 1))
    yield Equation((t / (t + 1)) * weight_of_a_token, weight_of_a_token.subs(t, t + 1))


def independent_tokens_add_their_variances():
    """E |S[t+1] - S*|^2 = (t/(t+1))^2 variance(t) + spread^2/(t+1)^2 = variance(t+1): the mixed
    term is the product of two means that are zero."""
    kept = (t / (t + 1)) ** 2 * variance
    yield Equation(kept + spread**2 / (t + 1) ** 2, variance.subs(t, t + 1))
    yield Equation(variance.subs(t, 1), spread**2)


def two_independent_tokens_written_out():
    """E (a + b)^2/4 for a, b = 1 or -1 with equal chances is 1/2 = variance(2) with spread 1."""
    four = [(a + b) ** 2 for a in (1, -1) for b in (1, -1)]
    mean = sum(map(sp.Integer, four)) / 4
    yield Equation(mean / 4, variance.subs({t: 2, spread: 1}))


def four_times_the_context_halves_the_distance():
    """distance(4 t) = distance(t)/2, which tends to 0 with an endless context."""
    yield Equation(distance.subs(t, 4 * t), distance / 2)
    yield Equation(distance**2, variance)
    yield Equation(sp.Limit(distance, t, sp.oo), 0)


def a_new_token_moves_it_less_and_less():
    """S[t] - S[t-1] = (k'v - S[t-1])/t."""
    old, new = sp.symbols("old new", real=True)
    yield Equation((t - 1) / t * old + new / t - old, (new - old) * weight_of_a_token)


def the_shipped_memory_is_the_mean():
    """refmem.averaged_memory, T = 3: its state is K'V/3."""
    x = arguments(refmem.linear_attention, T=3, K=2, V=2)
    yield Equation(refmem.averaged_memory(**x).state, x["k"].T @ x["v"] / sp.Integer(3))


def the_shipped_delta_rule_with_beta_one_over_t_is_the_mean_too():
    """refmem.delta, one channel, key 1, beta = 1, 1/2, 1/3: the mean of three values."""
    one = np.array([[sp.S.One]] * 3)
    v = arguments(refmem.linear_attention, T=3, K=1, V=2)["v"]
    beta = np.array([sp.Rational(1, n) for n in (1, 2, 3)])
    yield Equation(refmem.delta(one, one, v, beta).state[0], v.sum(0) / sp.Integer(3))


def false_twin_at_the_rate_of_a_token():
    """1/t is how a token's weight fades, not the distance: variance is not spread^2/t^2."""
    wrong = (spread / t) ** 2
    yield Equation((t / (t + 1)) ** 2 * wrong + spread**2 / (t + 1) ** 2, wrong.subs(t, t + 1))


CLAIMS = (
    the_recurrence_is_the_mean,
    independent_tokens_add_their_variances,
    two_independent_tokens_written_out,
    four_times_the_context_halves_the_distance,
    a_new_token_moves_it_less_and_less,
    the_shipped_memory_is_the_mean,
    the_shipped_delta_rule_with_beta_one_over_t_is_the_mean_too,
)
FALSE = (false_twin_at_the_rate_of_a_token,)
