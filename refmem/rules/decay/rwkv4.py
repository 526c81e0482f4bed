"""RWKV-4: every channel a decaying average of its values, with weights e^k, read before the write.

    o[t] = (a[t-1] + e^(u + k[t]) v[t]) / (b[t-1] + e^(u + k[t]))        read, before the write
    a[t] = e^w a[t-1] + e^k[t] v[t],  b[t] = e^w b[t-1] + e^k[t]         write

    k   (..., T, V)   log weight of each channel's value
    v   (..., T, V)   values
    w   (..., V)      log of each channel's factor, at most 0 (the source's -exp(time_decay))
    u   (..., V)      what the token itself gets beyond k (the source's time_first)

    form="stabilised" keeps a and b over e^m, m the running maximum of w + m and k, as published
    kernels do; the other forms overflow where e^k does. The state is the plain a, b in every form.

    >>> k, v, none = np.zeros((2, 1)), np.array([[1.], [3.]]), np.zeros(1)
    >>> rwkv4(k, v, np.log([0.5]), none).out[:, 0]
    array([1., 2.])

It is `value_gated` with a single key on the columns [v, 1], each channel with a normaliser of its
own: the state (..., 1, 2 V) is a, then b.
Objective: sum over columns of (1 - e^w)/2 S^2 - e^k S [v, 1], one gradient step from S[t-1].
Source:    Peng et al. 2023, arXiv:2305.13048.
"""

import numpy as np

from refmem.algebra import dot, exp, greater, ones, zeros
from refmem.forms.stabilised import first_exponent, stabilised
from refmem.grammar.kinds import log_factor, log_weight, number, value
from refmem.memory import StateRule, Transition


def twice(x):
    """The same for a and b: (..., V) -> (..., 2 V)."""
    return np.concatenate([x, x], axis=-1)


def with_its_ones(v):
    """[v, 1], a one for each channel: (..., V) -> (..., 2 V)."""
    return np.concatenate([v, ones(v.shape, v)], axis=-1)


def average(x):
    """a/b: (..., 2 V) -> (..., V)."""
    V = x.shape[-1] // 2
    return x[..., :V] / x[..., V:]


def step(S, k, v, w, u):
    columns = with_its_ones(v)
    out = average(S[..., 0, :] + exp(twice(u + k)) * columns)
    S = exp(twice(w)) * S[..., 0, :] + exp(twice(k)) * columns
    return S[..., None, :], out


def transition(k, v, w, u):
    one, columns = ones((*k.shape[:-1], 1), k), with_its_ones(v)
    every_token = np.broadcast_to(exp(twice(w))[..., None, :], columns.shape)
    return Transition(
        read=one,
        write=(one, exp(twice(k)) * columns),
        decay=every_token[..., None, :],
        before=True,
        bonus=exp(twice(u[..., None, :] + k)) * columns,
        columns=True,
        finish=average,
    )


def objective(S, k, v, w):
    S = S[..., 0, :]
    return dot(1 - exp(twice(w)), S * S) / 2 - dot(exp(twice(k)) * with_its_ones(v), S)


def start(S, x):
    """S itself, and m of each channel."""
    unseen = np.asarray((S[..., : x.V] == 0) & (S[..., x.V :] == 0), dtype=bool)
    return S, twice(first_exponent(unseen, x.k[..., :1, :]))


def stabilised_step(stored, m, k, v, w, u):
    stored, m, columns = stored[..., 0, :], m[..., 0, :], with_its_ones(v)
    own, later, now = twice(u + k), twice(w) + m, twice(k)
    top = greater(m, own)
    out = average(exp(m - top) * stored + exp(own - top) * columns)
    top = greater(later, now)
    stored = exp(later - top) * stored + exp(now - top) * columns
    return stored[..., None, :], top[..., None, :], out


rwkv4 = StateRule(
    step,
    transition,
    objective,
    inputs={
        "k": log_weight("T V"),
        "v": value("T V"),
        "w": log_factor("V", cases=(-1, -1 / 2, -1 / 8)),
        "u": number("V"),
    },
    initial=lambda x: zeros((*x.lead, 1, 2 * x.V), x.like),
    own_forms={"stabilised": stabilised(start, stabilised_step)},
    standard=(),
    uses=("exp", "/"),
)
