"""Claim: in a world that drifts there is a best step, and a Kalman gain finds it by itself.

The world moves by a random step of variance q a token, values have noise of variance r, d = 1.

    P = ((1 - beta)^2 q + beta^2 r)/(beta (2 - beta))        error of a constant step: lag and noise
      = r (g + (beta - g)^2/((1 - g) beta (2 - beta)))       with g^2/(1 - g) = q/r
    best beta = g = (sqrt(rho^2 + 4 rho) - rho)/2,  rho = q/r;  least P = g r
    averaging: P[t] = r/t + q (t-1)(2t-1)/(6 t)              grows as q t/3: worse than forgetting

The Kalman gain's fixed point is the same g. In a slow drift g is about sqrt(rho), so the window 1/g
is about sqrt(r/q), and the least error sqrt(q r).

Used by:  refmem.kalman_delta, refmem.delta, refmem.averaged_memory,
          refmem.studies.longcontext.best_step
Source:   classical (Muth 1960 for the exponential window, Kalman 1960); derived again here
Method:   fixed points; completing a square, so the optimum is global; the shipped filter.
"""

import numpy as np
import sympy as sp

import refmem
from refmem.rules.delta.kalman_delta import Belief

from ..proving.statement import Equation, Inequality
from ..proving.symbols import array

beta, q, r, rho, h = sp.symbols("beta q r rho h", positive=True)
g = sp.Symbol("g", positive=True)
t = sp.Symbol("t", integer=True, positive=True)

error = ((1 - beta) ** 2 * q + beta**2 * r) / (beta * (2 - beta))
best_step = (sp.sqrt(rho**2 + 4 * rho) - rho) / 2
drift_of_gain = g**2 / (1 - g)  # the rho at which g is best
error_of_averaging = r / t + q * (t - 1) * (2 * t - 1) / (6 * t)


def a_constant_step_rests_at_this_error():
    """An error P, made larger by the drift, is left by (1 - beta)^2; beta^2 r of noise is added."""
    yield Equation((1 - beta) ** 2 * (error + q) + beta**2 * r, error)


def it_is_lag_and_noise():
    """No noise: what the window lags behind, large for small steps. No drift: beta r/(2 - beta)."""
    yield Equation(error.subs(q, 0), beta * r / (2 - beta))
    lag = error.subs(r, 0)
    slower, faster = (lag.subs(beta, 1 / (1 + x)) for x in (h, h / 2))
    yield Inequality(sp.factor(faster), sp.factor(slower))


def the_best_step_is_where_a_square_vanishes():
    """P/r = g + (beta - g)^2/((1 - g) beta (2 - beta)), so P >= g r with equality at g alone."""
    share = error.subs(q, drift_of_gain * r) / r
    above = (beta - g) ** 2 / ((1 - g) * beta * (2 - beta))
    yield Equation(share, g + above)
    inside = above.subs({beta: 2 / (1 + h), g: 1 / (1 + rho)})  # all steps in (0, 2), g in (0, 1)
    yield Inequality(0, sp.factor(inside))


def its_closed_form_solves_the_quadratic():
    """g^2 + rho g - rho = 0, which is g^2/(1 - g) = rho."""
    yield Equation(best_step**2 + rho * best_step - rho, 0)


def a_slow_drift_wants_a_window_of_the_root():
    """g/sqrt(rho) tends to 1 as rho goes to 0; g tends to 1 as rho grows: only the last counts."""
    root = sp.Symbol("x", positive=True)
    yield Equation(sp.Limit(best_step.subs(rho, root**2) / root, root, 0), 1)
    yield Equation(sp.Limit(best_step, rho, sp.oo), 1)


def the_kalman_gain_rests_there():
    """P = g r before the drift: gain (P + q)/(P + q + r) = g, and (1 - g)(P + q) = P again."""
    unsure = g * r + drift_of_gain * r
    yield Equation(unsure / (unsure + r), g)
    yield Equation((1 - g) * unsure, g * r)


def averaging_is_carried_away():
    """(1 - 1/t)^2 (P[t-1] + q) + r/t^2 = P[t] from P[1] = r; P[t]/t tends to q/3."""
    before = error_of_averaging.subs(t, t - 1)
    kept = ((t - 1) / t) ** 2
    yield Equation(sp.expand(kept * (before + q) + r / t**2), sp.expand(error_of_averaging))
    yield Equation(error_of_averaging.subs(t, 1), r)
    yield Equation(sp.Limit(error_of_averaging / t, t, sp.oo), q / 3)


def the_shipped_filter_stays_at_the_best_step():
    """refmem.kalman_delta, one channel, from P = g r with drift g^2 r/(1 - g): its covariance stays
    and its mean moves as refmem.delta with beta = g."""
    one, v, S = np.array([[sp.S.One]] * 2), array("v", (2, 1)), array("S", (1, 1))
    world = {"alpha": one[:, 0], "drift": drift_of_gain * r * one, "noise": r * one[:, 0]}
    settled = Belief(S, np.array([[g * r]]))
    out, belief = refmem.kalman_delta(one, one, v, **world, state=settled)
    yield Equation(belief.covariance, settled.covariance)
    yield Equation(out, refmem.delta(one, one, v, np.array([g, g]), state=S).out)


def false_twin_that_measures_the_window_in_variances():
    """beta = rho instead of about sqrt(rho): not stationary."""
    slope = sp.diff(error.subs(q, rho * r), beta)
    yield Equation(slope.subs(beta, rho), 0)


CLAIMS = (
    a_constant_step_rests_at_this_error,
    it_is_lag_and_noise,
    the_best_step_is_where_a_square_vanishes,
    its_closed_form_solves_the_quadratic,
    a_slow_drift_wants_a_window_of_the_root,
    the_kalman_gain_rests_there,
    averaging_is_carried_away,
    the_shipped_filter_stays_at_the_best_step,
)
FALSE = (false_twin_that_measures_the_window_in_variances,)
