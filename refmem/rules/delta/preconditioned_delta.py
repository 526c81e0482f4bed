"""Preconditioned gated delta rule: channels whose keys were large lately are written more gently.

    moment[t] = fade[t] * moment[t-1] + weight[t] * k[t]^2               of each key channel
    excess    = log(moment[t] + eps) - center
    w         = k[t] * base^(-excess / (1 + |excess|))                   the key that writes
    S'        = alpha[t] * S[t-1]                                        forget
    S[t]      = S' + beta[t] * bind(w, v[t] - recall(S', k[t]))          write
    o[t]      = recall(S[t], q[t])                                       read, after the write

    q, k     (..., T, K)   queries and keys, used as given (its source: of norm 1)
    v        (..., T, V)   values
    alpha    (..., T)      factor in [0, 1]: 1 keeps, 0 forgets everything
    beta     (..., T)      write strength
    fade     (..., T)      factor in [0, 1] by which the moment fades
    weight   (..., T)      how much the token's key counts in the moment, at least 0
    center   (...)         log of the moment at which keys are left as they are; -0.2 if left out

    base                   keys are written at most so many times larger or smaller, 1.5 times
                           unless given
    eps                    added to the moment under the logarithm; 1e-6 unless given

    >>> q = k = np.array([[1.], [1.]])
    >>> alpha, half, one = np.ones(2), np.array([0.5, 0.5]), np.ones(2)
    >>> x = q, k, np.array([[1.], [3.]]), alpha, half, one, one, 0.
    >>> preconditioned_delta(*x, base=4., eps=0.).out[:, 0]
    array([0.5       , 1.20865744])

The error reads the decayed state, and with k itself. With base = 1 it is `gated_delta`. The state
is (moment, memory), (..., 1, K) and (..., K, V): two memories, the second written with what the
first recalls. A form runs one after the other, and gradients go back the other way.
Source:    arXiv:2604.21100, and flash-linear-attention's precond_gated_delta_rule.
"""

from refmem.algebra import bind, recall
from refmem.grammar.kinds import factor, number, strength
from refmem.memory import StateRule, Transition
from refmem.rules.delta._preconditioning import (
    Preconditioned,
    default_center,
    gentleness,
    moment_and_key,
    moments,
    nothing_seen,
)


def step(state, q, k, v, alpha, beta, fade, weight, center, base, eps):
    moment, w = moment_and_key(state.moment, k, fade, weight, center, base, eps)
    S = alpha[..., None, None] * state.memory
    S = S + bind(beta[..., None] * w, v - recall(S, k))
    return Preconditioned(moment, S), recall(S, q)


def memory(moment, q, k, v, alpha, beta, fade, weight, center, base, eps):
    w = k * gentleness(moment, center[..., None, None], base, eps)
    kept = alpha[..., None]
    return Transition.correcting(q, beta[..., None] * w, v, kept * k, decay=kept)


preconditioned_delta = StateRule(
    step,
    inputs={
        "alpha": factor("T"),
        "beta": strength("T"),
        "fade": factor("T", logs=(-1 / 8, -1 / 16, -1 / 32)),
        "weight": strength("T", least=0, why="a moment is a sum of squares"),
        "center": number("", cases=(-1, -1 / 2, -1 / 4)),
    },
    defaults={"center": default_center},
    options={"base": 1.5, "eps": 1e-6},
    initial=nothing_seen,
    relay={"moment": moments, "out": memory},
    uses=("exp",),
    exempt={"rotation": "each key channel has a moment of its own"},
)
