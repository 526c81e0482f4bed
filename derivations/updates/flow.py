"""Claim: the exact delta rule is where the gradient flow of the delta rule's error arrives.

    dS/ds = k'(v - k S)   from S0  at s = beta:   S0 + rate k'(v - k S0)
    rate = (1 - exp(-beta n))/n,  n = |k|^2       the error left is exp(-beta n) of what was

The delta rule is one explicit step of it and the implicit delta rule one implicit step. With
e = v - k S0, the first goes beta^2 n/2 of k'e too far and the second stays as much behind; their
mean errs by beta^3 n^2/3.

Used by:  refmem.exact_delta, refmem.delta, refmem.implicit_delta
Source:   Lei et al. 2025, arXiv:2512.12602 (the solution); classical (the orders of Euler's steps)
Method:   the shipped rule on symbols, differentiated by beta; series in beta over the rationals.
"""

import numpy as np
import sympy as sp

import refmem

from ..proving.statement import Equation
from ..proving.symbols import arguments, array

beta, n = sp.symbols("beta n", positive=True)
explicit, exact, implicit = beta, (1 - sp.exp(-beta * n)) / n, beta / (1 + beta * n)


def after_one_token(rule):
    """The memory after one token of a shipped rule, with what it was made of."""
    x = arguments(rule, T=1, K=2, V=2)
    S = array("S", (2, 2))
    return rule(**x, state=S).state, S, x


def the_shipped_rule_follows_the_flow():
    """d/dbeta of refmem.exact_delta's memory is k'(v - k S) at that memory; at beta = 0 it is S."""
    after, S, x = after_one_token(refmem.exact_delta)
    (strength,), k, v = x["beta"], x["k"], x["v"]
    slope = np.vectorize(lambda entry: sp.diff(entry, strength), otypes=[object])(after)
    yield Equation(slope, k.T @ (v - k @ after))
    yield Equation(refmem.exact_delta(**x | {"beta": 0 * x["beta"]}, state=S).state, S)


def two_steps_with_one_key_are_one_of_their_times():
    """exp(-(a + b) n) = exp(-a n) exp(-b n): with one pair, times add up, in refmem.exact_delta."""
    x = arguments(refmem.exact_delta, T=2, K=2, V=1)
    q, beta = x["q"], x["beta"]
    k, v = (x[name][[0, 0]] for name in ("k", "v"))
    S = array("S", (2, 1))
    once = refmem.exact_delta(q[1:], k[1:], v[1:], beta.sum(keepdims=True), state=S)
    yield Equation(refmem.exact_delta(q, k, v, beta, state=S).state, once.state)


def taylor(rate, order):
    """The terms of a rate in beta up to that order."""
    return sp.series(rate, beta, 0, order + 1).removeO()


def one_step_errs_in_the_second_order():
    """explicit - exact = beta^2 n/2 + ..., implicit - exact = -beta^2 n/2 + ..."""
    yield Equation(taylor(explicit - exact, 2), beta**2 * n / 2)
    yield Equation(taylor(implicit - exact, 2), -(beta**2) * n / 2)


def the_mean_of_both_steps_errs_in_the_third():
    """(explicit + implicit)/2 - exact = beta^3 n^2/3 + ..."""
    yield Equation(taylor((explicit + implicit) / 2 - exact, 3), beta**3 * n**2 / 3)


def the_shipped_steps_have_these_rates():
    """refmem.delta and refmem.implicit_delta write k'e at the rates above, T = 1."""
    for rule, rate in ((refmem.delta, explicit), (refmem.implicit_delta, implicit)):
        after, S, x = after_one_token(rule)
        k, error = x["k"], x["v"] - x["k"] @ S
        size = (k @ k.T)[0, 0]
        yield Equation(after, S + rate.subs({n: size, beta: x["beta"][0]}) * (k.T @ error))


def false_twin_in_which_the_explicit_step_follows_the_flow():
    """refmem.delta is a straight line in beta, along the error it started with."""
    after, _, x = after_one_token(refmem.delta)
    (strength,), k, v = x["beta"], x["k"], x["v"]
    slope = np.vectorize(lambda entry: sp.diff(entry, strength), otypes=[object])(after)
    yield Equation(slope, k.T @ (v - k @ after))


def false_twin_in_which_one_step_errs_in_the_third_order():
    """The second-order terms of an explicit step do not cancel."""
    yield Equation(taylor(explicit - exact, 2), 0)


CLAIMS = (
    the_shipped_rule_follows_the_flow,
    two_steps_with_one_key_are_one_of_their_times,
    one_step_errs_in_the_second_order,
    the_mean_of_both_steps_errs_in_the_third,
    the_shipped_steps_have_these_rates,
)
FALSE = (
    false_twin_in_which_the_explicit_step_follows_the_flow,
    false_twin_in_which_one_step_errs_in_the_third_order,
)
