"""Claim: memories that weigh the past by powers of alpha follow a drift as one channel would.

A column gains the variance Q a token; unit keys, values with noise r; b = 1 - alpha

    decayed  S[t] = alpha S[t-1] + b K k'v         P = alpha^2 (P + Q) + b^2 N
             N = (K - 1) |W|^2 + K^2 r             what other keys hold disturbs, too
    mesa     S = (sum alpha^age k'k)^-1 sum alpha^age k'v,  with its first factor at its mean
             noise K^2 r b/(1 + alpha),  lag alpha^2 Q/(1 - alpha^2)

Both are long_context/drift with step b and noise N or K^2 r: the best b = best_step(Q, N or K^2 r).
So mesa loses nothing to other keys, however large the world; for K = 1 its formula is exact.

Used by:  refmem.studies.longcontext.best_decay, refmem.studies.longcontext.best_window,
          refmem.studies.longcontext.wide_window_errors, refmem.scalar_decay, refmem.mesa
Source:   worked out here
Method:   second moments of a unit key; geometric sums; then the shipped rules on symbols.
Assumes:
    - for mesa with K > 1: the moment of the keys is its mean, I/(K b), which it is up to a part of
      order K b in a window of 1/b tokens (the law of large numbers)
"""

import numpy as np
import sympy as sp

import refmem

from ..proving.statement import Equation
from ..proving.symbols import d as keys
from .drift import beta, error, q, r

alpha, N, P, Q, h = sp.symbols("alpha N P Q h", positive=True)
k = sp.Matrix(1, 3, sp.symbols("k:3", real=True))
m = sp.Symbol("m", integer=True, positive=True)
b = 1 - alpha

lag = alpha**2 * Q / (1 - alpha**2)
noise = keys**2 * r * b / (1 + alpha)


def what_a_token_disturbs():
    """(K k'k - I)^2 = K (K - 2) k'k + I for |k| = 1, of mean K - 1; and K^2 r |k|^2 of noise."""
    width, norm = sp.Symbol("K"), k.dot(k)
    off = width * k.T * k - sp.eye(3)
    squared = (width**2 * norm - 2 * width) * k.T * k + sp.eye(3)
    yield Equation(off * off, squared)
    yield Equation(keys * (keys - 2) / keys + 1, keys - 1)


def the_decayed_memory_errs_as_one_channel():
    """alpha (E - step) + b (K k'k - I) W + b K k' e, of mean zero: P is long_context/drift's."""
    one_channel = error.subs({q: Q, r: N, beta: b})
    yield Equation(alpha**2 * (one_channel + Q) + b**2 * N, one_channel)


def noise_of_a_window_is_a_geometric_sum():
    """b^2 K^2 r sum alpha^(2 age) = K^2 r b/(1 + alpha): by induction the sum of m ages is
    (1 - alpha^(2m))/(1 - alpha^2), and alpha^(2m) = e^(-h m) vanishes."""
    total = (1 - alpha ** (2 * m)) / (1 - alpha**2)
    yield Equation(total + alpha ** (2 * m), total.subs(m, m + 1))
    yield Equation(sp.Limit(sp.exp(-h * m), m, sp.oo), 0)
    yield Equation(b**2 * keys**2 * r / (1 - alpha**2), noise)


def the_lag_of_a_window_is_too():
    """A step of age j is missed by the tokens before it, of weight b sum_(age > j) alpha^age =
    alpha^(j+1): their squares add to alpha^2/(1 - alpha^2)."""
    yield Equation(alpha * alpha**m + b * alpha**m, alpha**m)
    yield Equation(alpha**2 / (1 - alpha**2) * Q, lag)


def the_window_errs_as_one_channel_with_more_noise():
    """lag + noise is long_context/drift with K^2 r: its best step is the best b."""
    yield Equation(lag + noise, error.subs({q: Q, r: keys**2 * r, beta: b}))


def one_key_leaves_a_mean():
    """refmem.mesa, K = 1, two tokens of key 1: (alpha v_1 + v_2)/(alpha + 1 + ridge)."""
    ones, v = np.array([[sp.S.One]] * 2), np.array([[x] for x in sp.symbols("v_1:3", real=True)])
    ridge, gates = np.array([h]), (np.array([alpha] * 2), ones[:, 0])
    out = refmem.mesa(ones, ones, v, *gates, ridge).out[1, 0]
    yield Equation(out, (alpha * v[0, 0] + v[1, 0]) / (alpha + 1 + h))


def the_shipped_decay_weighs_by_powers():
    """refmem.scalar_decay, two tokens: alpha k_1'v_1 + k_2'v_2."""
    keys_of, values = (np.array([[x] for x in sp.symbols(f"{n}_1:3", real=True)]) for n in "kv")
    state = refmem.scalar_decay(keys_of, keys_of, values, np.array([alpha] * 2)).state
    weighed = keys_of * values * np.array([[alpha], [sp.S.One]])
    yield Equation(state[0, 0], weighed.sum())


def false_twin_that_hears_no_other_keys():
    """(K k'k - I)^2 of mean 0: only for K = 1."""
    yield Equation(keys * (keys - 2) / keys + 1, 0)


CLAIMS = (
    what_a_token_disturbs,
    the_decayed_memory_errs_as_one_channel,
    noise_of_a_window_is_a_geometric_sum,
    the_lag_of_a_window_is_too,
    the_window_errs_as_one_channel_with_more_noise,
    one_key_leaves_a_mean,
    the_shipped_decay_weighs_by_powers,
)
FALSE = (false_twin_that_hears_no_other_keys,)
