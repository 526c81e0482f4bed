"""Claim: there is a best step of the delta rule in a world that drifts, for keys of any width.

W[t] = keep W[t-1] + steps, Q the variance that a column gains; unit keys, values with noise r. With
alpha = keep, a = keep^2 and s = beta (2 - beta)/K:

    P[t] = (1 - s) (a P[t-1] + Q) + beta^2 r    settles at ((1 - s) Q + beta^2 r)/(1 - (1 - s) a)
    least where a beta^2 + (K (1 - a) + rho) beta - rho = 0,  rho = Q/r       once, between 0 and 1
    keep = 1: beta^2/(1 - beta) = rho,  P = beta r (K - beta)/(1 - beta)
    the best of all steps, one for each token: beta = X/(X + K r), X = a P + Q, P' = X (1 - beta/K)
In a fixed world (keep = 1, Q = 0) they make 1/P grow by 1/(K^2 r) a token in the end.

Used by:  refmem.gated_delta, `best_step` and `best_steps` of longcontext
Source:   worked out here; K = 1 is long_context/drift
Method:   the one step of long_context/constant_step; the sign of a derivative; completing a square.
"""

import numpy as np
import sympy as sp

import refmem
from refmem.studies.longcontext import forgetting

from ..proving.statement import Equation, Inequality
from ..proving.symbols import d as keys
from .constant_step import beta as step
from .constant_step import kept

beta, r, Q, P, X = sp.symbols("beta r Q P X", positive=True)
a, h, n = sp.symbols("a h n", nonnegative=True)

left = kept.subs(step, beta)  # 1 - s, s = beta (2 - beta)/K
settled = (left * Q + beta**2 * r) / (1 - left * a)
quadratic = a * beta**2 + (keys * (1 - a) + Q / r) * beta - Q / r
slope = keys * (1 - a) + Q / r
best = 2 * (Q / r) / (slope + sp.sqrt(slope**2 + 4 * a * Q / r))


def one_token_of_the_shipped_rule():
    """refmem.gated_delta with alpha = keep, K = 1: S - W after it is (1 - beta) (keep (S - W) -
    step) + beta noise, which is long_context/constant_step with an error that drifted."""
    S, W, keep, move, e = sp.symbols("S W g m e", real=True)
    one = np.array([[sp.S.One]])
    now = keep * W + move
    gates = np.array([keep]), np.array([beta])
    after = refmem.gated_delta(one, one, one * (now + e), *gates, state=one * S).state[0, 0]
    yield Equation(after - now, (1 - beta) * (keep * (S - W) - move) + beta * e)


def it_settles_there():
    """(1 - s) (a P + Q) + beta^2 r = P; what is shipped is this P at beta = 1/2, a = 1/4."""
    yield Equation(left * (a * settled + Q) + beta**2 * r, settled)
    half = sp.Rational(1, 2)
    shipped = forgetting.settled(half, Q / keys, r, keys, half)
    yield Equation(shipped, settled.subs({beta: half, a: half**2}))


def its_slope_has_the_sign_of_a_quadratic():
    """dP/dbeta = 2 r/K quadratic/(1 - (1 - s) a)^2."""
    yield Equation(sp.diff(settled, beta), 2 * r / keys * quadratic / (1 - left * a) ** 2)


def which_rises_through_zero_once():
    """-rho at beta = 0, a + K (1 - a) at 1, and always rising: a = 1/(1 + h)."""
    yield Equation(quadratic.subs(beta, 0), -Q / r)
    yield Equation(quadratic.subs(beta, 1), a + keys * (1 - a))
    yield Inequality(0, sp.factor(sp.diff(quadratic, beta).subs(a, 1 / (1 + h))))
    yield Inequality(0, sp.factor((a + keys * (1 - a)).subs(a, 1 / (1 + h))))


def the_root_in_closed_form():
    """best_step: 2 rho/(b + sqrt(b^2 + 4 a rho)), b = K (1 - a) + rho; also for a = 0."""
    yield Equation(quadratic.subs(beta, best), 0)


def without_a_return_the_width_does_not_enter():
    """a = 1: beta^2 = rho (1 - beta) for every K, and the least error; drift_of_step is K q."""
    there = beta**2 / (1 - beta) * r
    yield Equation(quadratic.subs({a: 1, Q: there}), 0)
    yield Equation(settled.subs({a: 1, Q: there}), beta * r * (keys - beta) / (1 - beta))
    yield Equation(keys * forgetting.drift_of_step(beta, r, keys), there)


def the_best_step_for_the_next_token_completes_a_square():
    """(1 - s) X + beta^2 r = X (1 - g/K) + (beta - g)^2 (X + K r)/K with g = X/(X + K r)."""
    g = X / (X + keys * r)
    after = left * X + beta**2 * r
    yield Equation(after, X * (1 - g / keys) + (beta - g) ** 2 * (X + keys * r) / keys)


def and_is_the_best_for_all_later_ones():
    """A smaller error now is a smaller one later: (1 - s) a >= 0, beta = 2/(1 + h), K = 1 + n."""
    wide = left.subs(beta, 2 / (1 + h)).subs(keys, 1 + n)
    yield Inequality(0, sp.factor(wide.subs(n, 0)))
    yield Inequality(0, sp.factor(sp.diff(wide, n)))


def in_a_fixed_world_the_precision_grows_evenly():
    """1/P' - 1/P with P' = P (1 - g/K) tends to 1/(K^2 r) as P vanishes."""
    after = P * (1 - P / (P + keys * r) / keys)
    yield Equation(sp.Limit(sp.cancel(1 / after - 1 / P), P, 0), 1 / (keys**2 * r))


def false_twin_where_the_width_enters():
    """The best step of a random walk is not K times smaller for keys K times wider."""
    there = (keys * beta) ** 2 / (1 - keys * beta) * r
    yield Equation(quadratic.subs({a: 1, Q: there}), 0)


CLAIMS = (
    one_token_of_the_shipped_rule,
    it_settles_there,
    its_slope_has_the_sign_of_a_quadratic,
    which_rises_through_zero_once,
    the_root_in_closed_form,
    without_a_return_the_width_does_not_enter,
    the_best_step_for_the_next_token_completes_a_square,
    and_is_the_best_for_all_later_ones,
    in_a_fixed_world_the_precision_grows_evenly,
)
FALSE = (false_twin_where_the_width_enters,)
