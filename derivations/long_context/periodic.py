"""Claim: how far the delta rule is behind a world that turns.

W[t] = A cos(w t) + B sin(w t), |W|^2 = p on average; unit keys, values with noise r; b = beta/K

    mean lag before a write   l = 2 p (1 - cos w)/(1 - 2 (1 - b) cos w + (1 - b)^2)
    error after it            P = (1 - b)^2 l + beta/(2 - beta) ((1 - 1/K) l + K r)

The lag is what a first-order filter leaves of a turning signal; the rest is what random keys and
noise add. In a slow world l is about p (w/b)^2.

Used by:  refmem.studies.longcontext.periodic_error, refmem.delta
Source:   worked out here (the filter is classical)
Method:   a complex amplitude in the frame that turns; the fluctuation's fixed point; the shipped
          second moments of long_context/moments rest at the result.
"""

import numpy as np
import sympy as sp

from refmem.studies.longcontext.memories import Gains
from refmem.studies.longcontext.tracking import after_a_token

from ..proving.statement import Equation
from ..proving.symbols import d as keys

beta, p, r, b = sp.symbols("beta p r b", positive=True)
w = sp.Symbol("w", real=True)
turn = sp.Symbol("u")  # e^(i w); its conjugate is
back = 1 / turn  # one token earlier, in the frame that turns

held = b / (1 - (1 - b) * back)  # the memory's mean is Re(held e^(i w t) Z)
behind = (back - 1) / (1 - (1 - b) * back)  # the lag before a write, likewise
lag = 2 * p * (1 - sp.cos(w)) / (1 - 2 * (1 - b) * sp.cos(w) + (1 - b) ** 2)
added = beta / (2 - beta) * ((1 - 1 / keys) * lag + keys * r)
error = (1 - b) ** 2 * lag + added


def the_mean_is_a_first_order_filter():
    """E S[t] = (1 - b) E S[t-1] + b W[t]: held = (1 - b) back held + b."""
    yield Equation((1 - b) * back * held + b, held)
    yield Equation(sp.cancel(held * back - 1), sp.cancel(behind))


def what_it_lags_behind():
    """|back - 1|^2 = 2 - (u + 1/u), |1 - (1 - b) back|^2 = 1 - (1 - b) (u + 1/u) + (1 - b)^2, and
    u + 1/u = 2 cos w; an amplitude's conjugate has 1/u for u."""
    both = turn + 1 / turn
    yield Equation((back - 1) * (turn - 1), 2 - both)
    below = 1 - (1 - b) * both + (1 - b) ** 2
    yield Equation((1 - (1 - b) * back) * (1 - (1 - b) * turn), below)
    yield Equation(both.subs(turn, sp.exp(sp.I * w)).rewrite(sp.cos), 2 * sp.cos(w))


def what_keys_and_noise_add():
    """F = (1 - s) F + beta^2 (1/K - 1/K^2) l + beta^2 r with s = beta (2 - beta)/K: a key is a
    projection, whose square has the mean 1/K, not 1/K^2."""
    share = beta * (2 - beta) / keys
    pushed = beta**2 * (1 / keys - 1 / keys**2) * lag + beta**2 * r
    yield Equation((1 - share) * added + pushed, added)


def one_channel_has_no_other_keys():
    """K = 1: P = (1 - beta)^2 l + beta r/(2 - beta); beta = 1 leaves the noise alone."""
    one = error.subs(keys, 1).subs(b, beta)
    yield Equation(one, (1 - beta) ** 2 * lag.subs(b, beta) + beta * r / (2 - beta))
    yield Equation(one.subs(beta, 1), r)


def a_slow_world_is_lagged_by_its_speed():
    """l/w^2 tends to p/b^2."""
    yield Equation(sp.Limit(lag / w**2, w, 0), p / b**2)


def the_shipped_moments_rest_there():
    """E S.W = p Re held, E S.W' = p Im held for the part a quarter turn away, and
    E S.S = P + 2 E S.W - p: one token of the shipped recursion leaves all of them as they are."""
    cosine, sine = sp.symbols("c s", real=True)
    turned = {sp.cos(w): cosine, sp.sin(w): sine}
    bottom = (1 - (1 - b) * cosine) ** 2 + ((1 - b) * sine) ** 2
    along, across = b * (1 - (1 - b) * cosine) / bottom, -b * (1 - b) * sine / bottom
    length = error.subs(turned) + 2 * p * along - p
    rows = [[length, p * along, p * across], [p * along, p, 0], [p * across, 0, p]]
    moments = np.array(rows).astype(object)
    law = np.array([[cosine, sine], [-sine, cosine]]), np.zeros((2, 2), dtype=int)
    after = after_a_token(moments, law, Gains(sp.S.One, beta, beta), keys, r)
    for new, old in zip(after.flat, moments.flat, strict=True):
        residue = (new - old).subs(b, beta / keys).subs(sine, sp.sqrt(1 - cosine**2))
        yield Equation(sp.factor(sp.cancel(sp.together(sp.expand(residue)))), 0)


def false_twin_that_lags_by_half_a_token_less():
    """held without its last write would be the lag after it: (1 - b)^2 l, not l."""
    yield Equation((1 - b) ** 2 * lag, lag)


CLAIMS = (
    the_mean_is_a_first_order_filter,
    what_it_lags_behind,
    what_keys_and_noise_add,
    one_channel_has_no_other_keys,
    a_slow_world_is_lagged_by_its_speed,
    the_shipped_moments_rest_there,
)
FALSE = (false_twin_that_lags_by_half_a_token_less,)
