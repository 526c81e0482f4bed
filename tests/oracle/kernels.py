"""A gated delta rule written from its equation, entry by entry, and the same with one mistake each.

Nothing here uses refmem: it plays somebody else's kernel. Mistakes are keyed by what is wrong; each
names a case that must find it.
"""

from __future__ import annotations

import numpy as np


def gated_delta(q, k, v, alpha, beta, state=None, scale=1, *, mistake=""):
    """Loops over batch, heads and tokens, in the dtype of the inputs."""
    lead = np.broadcast_shapes(*(x.shape[:-2] for x in (q, k, v)), alpha.shape[:-1])
    T, K, V = *q.shape[-2:], v.shape[-1]
    out = np.zeros((*lead, T, V), q.dtype)
    memories = np.zeros((*lead, K, V), q.dtype)
    q, k, v = (np.broadcast_to(x, lead + x.shape[-2:]) for x in (q, k, v))
    alpha, beta = (np.broadcast_to(x, lead + x.shape[-1:]) for x in (alpha, beta))
    if state is not None and mistake != "initial state dropped":
        memories[...] = state
    for head in np.ndindex(lead):
        S = memories[head]
        for t in range(T):
            S, out[head][t] = one_token(
                S, q[head][t], k[head][t], v[head][t], alpha[head][t], beta[head][t], t, mistake
            )
        memories[head] = S
    if mistake != "scale missing":
        out *= q.dtype.type(scale)
    return out, memories


def one_token(S, q, k, v, alpha, beta, t, mistake):
    """The rule: forget, then correct what the key recalls, then read."""
    before = S
    if mistake == "carry dropped at a chunk" and t % 64 == 0 and t:
        S = 0 * S
    S = (alpha**2 if mistake == "gate squared" else alpha) * S
    recalled = k @ (before if mistake == "error from the undecayed state" else S)
    error = v if mistake == "error left out" else v - recalled
    S = S + np.outer(k, (beta**2 if mistake == "beta squared" else beta) * error)
    if mistake == "decay after the write":
        S = alpha * before + alpha * np.outer(k, beta * (v - k @ before))
    if mistake == "off by 2^-16":
        S = S * S.dtype.type(1 + 2**-16)
    return S, q @ (before if mistake == "read before the write" else S)


MISTAKES = {
    "initial state dropped": "unit-state/0",
    "scale missing": "scale/0",
    "carry dropped at a chunk": "ordinary/4",
    "gate squared": "ordinary/1",
    "error from the undecayed state": "ordinary/0",
    "error left out": "few-keys/0",
    "beta squared": "beta-above-one/0",
    "decay after the write": "ordinary/0",
    "off by 2^-16": "large-state/0",
    "read before the write": "always-reset/0",
}
"""What is wrong -> the case of gated_delta that must find it."""


def changed(change):
    """The right kernel, its (out, state) changed afterwards."""
    return lambda *args, **given: change(*gated_delta(*args, **given))


def one_bad_entry(out, state):
    out[..., -1, -1] += out.dtype.type(1e-3)
    return out, state


def not_a_number(out, state):
    state[0, 0, 0, 0] = np.nan
    return out, state


def crash(out, state):
    raise RuntimeError("no kernel image\nis available")


def leave(out, state):
    raise SystemExit(0)


SPOILED = {
    "state is transposed": (
        changed(lambda out, state: (out, state.swapaxes(-1, -2).copy())),
        "square/0",
        "state: rms error",
    ),
    "memory is V by K": (
        changed(lambda out, state: (out, state.swapaxes(-1, -2).copy())),
        "ordinary/0",
        r"state has shape \(2, 2, 7, 12\), expected \(2, 2, 12, 7\)",
    ),
    "zeros": (
        changed(lambda out, state: (0 * out, 0 * state)),
        "ordinary/0",
        "rms error 1.0,",
    ),
    "constant": (changed(lambda out, state: (0 * out + 1, state)), "ordinary/3", "out: "),
    "twice too large": (changed(lambda out, state: (2 * out, state)), "ordinary/3", "out: "),
    "one bad entry": (changed(one_bad_entry), "ordinary/4", "first bad token 64, .*the worst too"),
    "not a number": (changed(not_a_number), "ordinary/0", "state has 1 NaN or infinite entries"),
    "crash": (changed(crash), "ordinary/0", "raised RuntimeError: no kernel image is available"),
    "leaves the program": (changed(leave), "ordinary/0", "raised SystemExit: 0"),
    "no array": (changed(lambda out, state: (None, state)), "ordinary/0", "NoneType is no array"),
    "heads lost": (
        changed(lambda out, state: (out[:, 0], state)),
        "ordinary/0",
        r"out has shape \(2, 1, 7\), expected \(2, 2, 1, 7\)",
    ),
    "wrong dtype": (
        changed(lambda out, state: (out, state.astype(np.float64))),
        "ordinary/0",
        "state has dtype float64, expected float32",
    ),
}
"""What is wrong -> the kernel, the case of gated_delta that must find it, and what is said."""


def delta_zeros(q, k, v, beta, state=None, scale=1):
    """Zeros of the right shapes, whatever is asked."""
    shape = np.broadcast_shapes(q.shape[:-2], v.shape[:-2])
    sizes = v.shape[-2:], (q.shape[-1], v.shape[-1])
    return tuple(np.zeros(shape + size, q.dtype) for size in sizes)
