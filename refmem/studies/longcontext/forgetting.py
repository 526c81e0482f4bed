"""How much to forget: the best gates as functions of how fast the world moves and how noisy it is.

    K        width of the unit keys           r   variance of the noise in a value (`noise`)
    q        variance that each entry of W gains a token (`drift`), so that Q = K q is a column's
    keep     W[t] = keep W[t-1] + ...         a = keep^2

A step that is too small lags behind the world, one that is too large follows the noise. All of
these are exact for a memory that has run for long; `tuning` finds the best gates
for any world.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from refmem.support.arguments import check_count, check_number


def settled_error(
    beta: float, drift: float, noise: float, keys: int = 1, keep: float = 1.0
) -> float:
    """E |S - W|^2 of a column for the gated delta rule with alpha = keep, after a long time.

        P = ((1 - s) Q + beta^2 r)/(1 - (1 - s) a)      s = beta (2 - beta)/K, 0 < beta < 2

    For keep = 1 it is the delta rule. Proof: derivations/long_context/best_step.py

    >>> settled_error(0.5, drift=0.5, noise=1.)
    0.5
    """
    _check(drift, noise, keys, keep)
    check_number("settled_error", "beta", beta, "other steps never settle", above=0, below=2)
    return settled(beta, drift, noise, keys, keep)


def settled(beta: Any, drift: Any, noise: Any, keys: Any, keep: Any) -> Any:
    """The formula of `settled_error` alone, on numbers or symbols.

    >>> from fractions import Fraction
    >>> settled(Fraction(1, 2), Fraction(1, 2), 1, 1, 1)
    Fraction(1, 2)
    """
    share = beta * (2 - beta) / keys
    left = (1 - share) * keep**2
    return ((1 - share) * keys * drift + beta**2 * noise) / (1 - left)


def best_step(drift: float, noise: float, keys: int = 1, keep: float = 1.0) -> float:
    """The beta at which `settled_error` is least: the root in [0, 1] of

        a beta^2 + (K (1 - a) + rho) beta - rho = 0     rho = Q/r

    For keep = 1: beta = (sqrt(rho^2 + 4 rho) - rho)/2, about sqrt(rho) in a slow world, so that
    the window 1/beta is sqrt(r/Q). Proof: derivations/long_context/best_step.py

    >>> best_step(drift=0.5, noise=1.)
    0.5
    >>> best_step(drift=0., noise=1.)
    0.0
    """
    _check(drift, noise, keys, keep)
    rho, kept = keys * drift / noise, keep**2
    slope = keys * (1 - kept) + rho
    root = slope + math.sqrt(slope**2 + 4 * kept * rho)
    return 2 * rho / root if root else 0.0


def drift_of_step(beta: float, noise: float, keys: int = 1) -> float:
    """The drift at which beta is the best step of the delta rule: q = beta^2 r/((1 - beta) K).

    >>> drift_of_step(0.5, noise=1.)
    0.5
    """
    return beta**2 * noise / ((1 - beta) * keys)


def best_decay(drift: float, noise: float, keys: int, power: float) -> float:
    """The alpha at which `scalar_decay` follows a random walk best.

        1 - alpha = best_step(Q, N)     N = (K - 1) |W|^2 + K^2 r

    Each token disturbs by N, which holds what other keys hold: `power` is |W|^2 of a column, the
    same for long enough to settle. Proof: derivations/long_context/best_decay.py

    >>> best_decay(drift=0.5, noise=1., keys=1, power=0.)
    0.5
    """
    return 1 - best_step(keys * drift, (keys - 1) * power + keys**2 * noise)


def best_window(drift: float, noise: float, keys: int) -> float:
    """The alpha at which `mesa` follows a random walk best, where its window is much wider than K.

        1 - alpha = best_step(Q, K^2 r)     lag alpha^2 Q/(1 - alpha^2), and noise
                                            K^2 r (1 - alpha)/(1 + alpha)

    Exact for K = 1, and the first term in K (1 - alpha) for wider keys.
    Proof: derivations/long_context/best_decay.py

    >>> best_window(drift=0.5, noise=1., keys=1)
    0.5
    """
    return 1 - best_step(keys * drift, keys**2 * noise)


def best_steps(
    T: int, drift: float, noise: float, keys: int = 1, keep: float = 1.0, size: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """The betas of the best gated delta rule with alpha = keep, T of them, and E |S - W|^2 after.

        X = a P + Q,   beta = X/(X + K r),   P = X (1 - beta/K)      from P = K size

    In a fixed world beta falls as K/t, and P as K^2 r/t. No rule whose gains do not look at the
    keys is better, and a Kalman filter, which looks at them, is at least as good: P bounds its
    error. For K = 1 it is one. Proof: derivations/long_context/best_step.py

    >>> steps, errors = best_steps(3, drift=0., noise=1.)
    >>> steps, errors
    (array([0.5       , 0.33333333, 0.25      ]), array([0.5       , 0.33333333, 0.25      ]))
    """
    _check(drift, noise, keys, keep)
    steps, errors, error = np.empty(T), np.empty(T), keys * size
    for t in range(T):
        unsure = keep**2 * error + keys * drift
        steps[t] = unsure / (unsure + keys * noise)
        errors[t] = error = unsure * (1 - steps[t] / keys)
    return steps, errors


def periodic_error(
    beta: float, period: float, noise: float, keys: int = 1, size: float = 1.0
) -> float:
    """E |S - W|^2 of a column for the delta rule in a world that turns, after a long time.

        lag = 2 K size (1 - cos w)/(1 - 2 (1 - b) cos w + (1 - b)^2)     b = beta/K, w = 2 pi/period
        P   = (1 - b)^2 lag + beta/(2 - beta) ((1 - 1/K) lag + K r)

    Proof: derivations/long_context/periodic.py

    >>> periodic_error(1., period=4, noise=0.5)
    0.5
    """
    b, cosine = beta / keys, math.cos(2 * math.pi / period)
    lag = 2 * keys * size * (1 - cosine) / (1 - 2 * (1 - b) * cosine + (1 - b) ** 2)
    return (1 - b) ** 2 * lag + beta / (2 - beta) * ((1 - 1 / keys) * lag + keys * noise)


def _check(drift: float, noise: float, keys: int, keep: float) -> None:
    check_number("forgetting", "drift", drift, "it is a variance", least=0)
    check_number("forgetting", "noise", noise, "it is a variance that divides", above=0)
    check_count("forgetting", "keys", keys, "it counts channels")
    check_number("forgetting", "keep", keep, "more would explode", least=0, most=1)
