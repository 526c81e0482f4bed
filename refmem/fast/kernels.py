"""The compiled loops: a memory over tokens, and the derivatives by its keys.

Both take a block of LANES columns of the state at a time and make ONE pass over it per token. A
state of 128 x 128 is several times a first-level cache, and a token does only a few operations on
each entry, so a pass for every term of the equation would wait for memory most of the time. In the
one pass every entry is loaded once, changed, used by every sum that needs it, and stored; what a
token has to know before it can write is gathered by the pass of the token before it.

Blocks do not depend on each other, nor on how many threads share them. Sums over rows run in the
order of the rows: `contract` lets a product and a sum round once (a fused multiply-add), and no
other liberty is taken. Arguments that are None are left out when a kernel is compiled.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from refmem.fast.lanes import LANES, lanes

OPTIONS: dict[str, Any] = {"nogil": True, "fastmath": {"contract"}, "error_model": "numpy"}


def run_tokens(
    q: Any, k: Any, v: Any, decay: Any, u: Any, w: Any, S: Any, out: Any, asked: Any
) -> None:
    """For every head, and every token t in turn,

        asked[t] = recall(S, w[t])
        S        = decay[t] * S + bind(u[t], asked[t]) + bind(k[t], v[t])
        out[t]   = recall(S, q[t])

    q, k, u, w (H, T, K); v, out, asked (H, T, V); S (H, K, V), changed in place; decay (H, T, K) or
    (H, T, 1 or K, V) or None. Without u, u is -k; without w nothing is asked; `asked` may be None.
    """
    heads, T, K = k.shape
    V = v.shape[2]
    tile = np.empty((K, LANES), S.dtype)
    zero = S.dtype.type(0)
    fade, value, recalled, answer, ahead = (
        lanes(zero),
        lanes(zero),
        lanes(zero),
        lanes(zero),
        lanes(zero),
    )
    for h in range(heads):
        for start in range(0, V, LANES):
            width = min(LANES, V - start)
            for j in range(width):
                ahead[j] = 0
            for i in range(K):
                for j in range(LANES):
                    tile[i, j] = S[h, i, start + j] if j < width else 0
                if w is not None:
                    ask = w[h, 0, i]
                    for j in range(width):
                        ahead[j] += ask * tile[i, j]
            for t in range(T):
                following = min(t + 1, T - 1)
                for j in range(width):
                    answer[j] = 0
                    value[j] = v[h, t, start + j]
                    if w is not None:
                        recalled[j] = ahead[j]
                        ahead[j] = 0
                        if asked is not None:
                            asked[h, t, start + j] = recalled[j]
                        if u is None:
                            value[j] -= recalled[j]
                for i in range(K):
                    put, read = k[h, t, i], q[h, t, i]
                    if decay is not None:
                        if decay.ndim == 3:
                            keep = decay[h, t, i]
                        elif i < decay.shape[2]:
                            for j in range(width):
                                fade[j] = decay[h, t, i, start + j]
                    if u is not None:
                        add = u[h, t, i]
                    if w is not None:
                        ask = w[h, following, i]
                    for j in range(LANES):
                        new = tile[i, j]
                        if decay is not None:
                            if decay.ndim == 3:
                                new *= keep
                            else:
                                new *= fade[j]
                        if u is not None:
                            new += add * recalled[j]
                        new += put * value[j]
                        tile[i, j] = new
                        answer[j] += read * new
                        if w is not None:
                            ahead[j] += ask * new
                for j in range(width):
                    out[h, t, start + j] = answer[j]
            for i in range(K):
                for j in range(width):
                    S[h, i, start + j] = tile[i, j]


def pull_keys(
    q: Any,
    k: Any,
    v: Any,
    decay: Any,
    u: Any,
    w: Any,
    asked: Any,
    dout: Any,
    dasked: Any,
    S: Any,
    G: Any,
    dq: Any,
    dk: Any,
    ddecay: Any,
    du: Any,
    dw: Any,
) -> None:
    """Derivatives by what has the width of a key, from those by what has the width of a value.

    S (H, K, V) is the state before the first token and G the derivative by the state after the
    last; `asked` is what `run_tokens` recalled, `dasked` the derivative by it. S[t] is run again,
    then G[t], the derivative by S[t], backwards:

        dq[t] = S[t] dout[t]         dw[t] = S[t-1] dasked[t]
        dk[t] = G[t] v[t]            du[t] = G[t] asked[t]
        ddecay[t] = the sum over value columns of G[t] * S[t-1]

    Here a block is LANES keys wide and its rows are values.
    """
    heads, T, K = k.shape
    V = v.shape[2]
    states, slope = np.empty((T + 1, V, LANES), S.dtype), np.empty((V, LANES), S.dtype)
    for h in range(heads):
        for start in range(0, K, LANES):
            width = min(LANES, K - start)
            for j in range(V):
                for i in range(width):
                    states[0, j, i] = S[h, start + i, j]
                    slope[j, i] = G[h, start + i, j]
                for i in range(width, LANES):
                    states[0, j, i] = slope[j, i] = 0
            _pull_reads(h, start, width, k, v, decay, u, asked, dout, dasked, states, dq, dw)
            _pull_writes(
                h, start, width, q, v, decay, w, asked, dout, dasked, states, slope, dk, ddecay, du
            )


@njit(**OPTIONS)
def _pull_reads(
    h: int,
    start: int,
    width: int,
    k: Any,
    v: Any,
    decay: Any,
    u: Any,
    asked: Any,
    dout: Any,
    dasked: Any,
    states: Any,
    dq: Any,
    dw: Any,
) -> None:
    """Run the tokens forward again over one block, keeping every state."""
    T, V = v.shape[1:]
    zero = states.dtype.type(0)
    old, keep, key, add = lanes(zero), lanes(zero), lanes(zero), lanes(zero)
    by_query, by_ask = lanes(zero), lanes(zero)
    for t in range(T):
        for i in range(width):
            key[i], by_query[i] = k[h, t, start + i], 0
            if decay is not None:
                keep[i] = decay[h, t, start + i]
            if u is not None:
                add[i], by_ask[i] = u[h, t, start + i], 0
        for j in range(V):
            value, by_answer = v[h, t, j], dout[h, t, j]
            if u is not None:
                recalled, by_recalled = asked[h, t, j], dasked[h, t, j]
            for i in range(LANES):
                old[i] = states[t, j, i]
            for i in range(LANES):
                new = old[i]
                if u is not None:
                    by_ask[i] += new * by_recalled
                if decay is not None:
                    new *= keep[i]
                if u is not None:
                    new += add[i] * recalled
                new += key[i] * value
                states[t + 1, j, i] = new
                by_query[i] += new * by_answer
        for i in range(width):
            dq[h, t, start + i] = by_query[i]
            if u is not None:
                dw[h, t, start + i] = by_ask[i]


@njit(**OPTIONS)
def _pull_writes(
    h: int,
    start: int,
    width: int,
    q: Any,
    v: Any,
    decay: Any,
    w: Any,
    asked: Any,
    dout: Any,
    dasked: Any,
    states: Any,
    slope: Any,
    dk: Any,
    ddecay: Any,
    du: Any,
) -> None:
    """Run the derivative by the state backward over one block."""
    T, V = v.shape[1:]
    zero = states.dtype.type(0)
    old, keep, query, ask = lanes(zero), lanes(zero), lanes(zero), lanes(zero)
    by_key, by_keep, by_add = lanes(zero), lanes(zero), lanes(zero)
    for t in range(T - 1, -1, -1):
        for i in range(width):
            query[i], by_key[i] = q[h, t, start + i], 0
            if decay is not None:
                keep[i], by_keep[i] = decay[h, t, start + i], 0
            if w is not None:
                ask[i], by_add[i] = w[h, t, start + i], 0
        for j in range(V):
            value, by_answer = v[h, t, j], dout[h, t, j]
            if w is not None:
                recalled, by_recalled = asked[h, t, j], dasked[h, t, j]
            if decay is not None:
                for i in range(LANES):
                    old[i] = states[t, j, i]
            for i in range(LANES):
                by_new = slope[j, i] + query[i] * by_answer
                by_key[i] += by_new * value
                if w is not None:
                    by_add[i] += by_new * recalled
                if decay is not None:
                    by_keep[i] += by_new * old[i]
                    by_new *= keep[i]
                if w is not None:
                    by_new += ask[i] * by_recalled
                slope[j, i] = by_new
        for i in range(width):
            dk[h, t, start + i] = by_key[i]
            if decay is not None:
                ddecay[h, t, start + i] = by_keep[i]
            if w is not None:
                du[h, t, start + i] = by_add[i]
