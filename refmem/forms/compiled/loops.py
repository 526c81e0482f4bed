"""The compiled loops: a memory over tokens, and the derivatives by its keys.

Both take a block of columns of the state at a time, as many as there are lanes, and make ONE pass
over it per token. A state of 128 x 128 is several times a first-level cache, and a token does only
a few operations on each entry, so a pass for every term of the equation would wait for memory most
of the time. In the one pass every entry is loaded once, changed, used by every sum that needs it,
and stored; what a token has to know before it can write is gathered by the pass of the token before
it.

Every entry is computed by the same operations in the same order however columns are blocked, on
however many threads, and wherever a sequence is cut, after an even number of tokens. Arguments that
are None are left out when a kernel is compiled.
"""

from __future__ import annotations

from typing import Any

from numba import njit

from refmem.forms.compiled.lanes import entry, fma, get, load, put, store, tile, total, width, zeros

NEAR = 256
"""Tokens that every block of columns takes before the next are due: their keys stay in a near cache
meanwhile."""

OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}


def run_tokens(
    q: Any,
    k: Any,
    strength: Any,
    v: Any,
    decay: Any,
    u: Any,
    w: Any,
    share: Any,
    S: Any,
    out: Any,
    asked: Any,
    kept: Any,
) -> None:
    """For every head, and every token t in turn,

        asked[t] = share[t] * recall(S, w[t])
        S        = decay[t] * S + bind(u[t], asked[t]) + strength[t] * bind(k[t], v[t])
        out[t]   = recall(S, q[t])

    q, k, u, w (H, T, K); v, out, asked (H, T, V); strength, share (H, T) or None for ones; S
    (H, K, V), changed in place; decay None or (H, T) or (H, T, K) or (H, T, K, V). Without u, u is
    -strength * k; without w nothing is asked. Without q nothing is read, and `out` is None; `asked`
    may be None; `kept` (H, N, K, V), if given, becomes the state before each of N blocks of tokens,
    of which only the last may be shorter.
    """
    heads, T, K = k.shape
    V, state = v.shape[2], tile(K, S)
    near = NEAR if kept is None else max(1, -(-T // kept.shape[1]))
    for h in range(heads):
        for first in range(0, T, near):
            beyond = min(first + near, T)
            for start in range(0, V, width(S)):
                ahead, alone = zeros(S), first
                for i in range(K):
                    old = load(S[h, i], start)
                    put(state, i, old)
                    if kept is not None:
                        store(kept[h, first // near, i], start, old)
                    if w is not None:
                        ahead = fma(w[h, first, i], old, ahead)
                if w is None and q is not None:
                    alone = beyond - (beyond - first) % 2
                    if decay is not None and decay.ndim == 2:
                        _run_faded_pairs(
                            h, first, alone, start, q, k, strength, v, decay, state, out
                        )
                    else:
                        _run_pairs(h, first, alone, start, q, k, strength, v, decay, state, out)
                for t in range(alone, beyond):
                    value, following = load(v[h, t], start), min(t + 1, beyond - 1)
                    if w is not None:
                        recalled, ahead = _times(share, h, t, ahead), zeros(S)
                        if asked is not None:
                            store(asked[h, t], start, recalled)
                        if u is None:
                            value -= recalled
                    answer, value = zeros(S), _times(strength, h, t, value)
                    for i in range(K):
                        new = _faded(decay, h, t, i, start, get(state, i))
                        if u is not None:
                            new = fma(entry(u[h, t], i), recalled, new)
                        new = fma(entry(k[h, t], i), value, new)
                        put(state, i, new)
                        if q is not None:
                            answer = fma(entry(q[h, t], i), new, answer)
                        if w is not None:
                            ahead = fma(entry(w[h, following], i), new, ahead)
                    if q is not None:
                        store(out[h, t], start, answer)
                for i in range(K):
                    store(S[h, i], start, get(state, i))


@njit(**OPTIONS)
def _run_pairs(
    h: int,
    first: int,
    beyond: int,
    start: int,
    q: Any,
    k: Any,
    strength: Any,
    v: Any,
    decay: Any,
    state: Any,
    out: Any,
) -> None:
    """Tokens that ask nothing, two a pass: half the loads and stores, and one token's sum goes on
    while the other's waits."""
    for t in range(first, beyond, 2):
        value = _times(strength, h, t, load(v[h, t], start))
        next_value = _times(strength, h, t + 1, load(v[h, t + 1], start))
        keys, next_keys = k[h, t], k[h, t + 1]
        reads, next_reads = q[h, t], q[h, t + 1]
        answer, next_answer = zeros(v), zeros(v)
        for i in range(k.shape[2]):
            new = _faded(decay, h, t, i, start, get(state, i))
            new = fma(entry(keys, i), value, new)
            answer = fma(entry(reads, i), new, answer)
            new = _faded(decay, h, t + 1, i, start, new)
            new = fma(entry(next_keys, i), next_value, new)
            next_answer = fma(entry(next_reads, i), new, next_answer)
            put(state, i, new)
        store(out[h, t], start, answer)
        store(out[h, t + 1], start, next_answer)


@njit(**OPTIONS)
def _run_faded_pairs(
    h: int,
    first: int,
    beyond: int,
    start: int,
    q: Any,
    k: Any,
    strength: Any,
    v: Any,
    decay: Any,
    state: Any,
    out: Any,
) -> None:
    """The same where one factor fades all of S: once for both tokens.

    With S the state before them, and what is primed the second token's,

        S'   = (decay decay') S + bind(k, decay' v) + bind(k', v')
        out  = decay recall(S, q) + (q . k) v
        out' = recall(S', q')
    """
    for t in range(first, beyond, 2):
        value = _times(strength, h, t, load(v[h, t], start))
        next_value = _times(strength, h, t + 1, load(v[h, t + 1], start))
        keys, next_keys = k[h, t], k[h, t + 1]
        reads, next_reads = q[h, t], q[h, t + 1]
        keep, next_keep = decay[h, t], decay[h, t + 1]
        both, faded = keep * next_keep, next_keep * value
        answer, next_answer = zeros(v), zeros(v)
        for i in range(k.shape[2]):
            old = get(state, i)
            answer = fma(entry(reads, i), old, answer)
            new = fma(entry(keys, i), faded, both * old)
            new = fma(entry(next_keys, i), next_value, new)
            next_answer = fma(entry(next_reads, i), new, next_answer)
            put(state, i, new)
        store(out[h, t], start, fma(keep, answer, _dot(reads, keys) * value))
        store(out[h, t + 1], start, next_answer)


@njit(**OPTIONS)
def _times(factors: Any, h: int, t: int, y: Any) -> Any:
    """Lanes times a token's number, if there is one."""
    if factors is None:
        return y
    return factors[h, t] * y


@njit(**OPTIONS)
def _dot(x: Any, y: Any) -> Any:
    """The inner product of two rows."""
    sums = zeros(x)
    for start in range(0, x.size, width(x)):
        sums = fma(load(x, start), load(y, start), sums)
    return total(sums)


@njit(**OPTIONS)
def _faded(decay: Any, h: int, t: int, i: int, start: int, old: Any) -> Any:
    """Row i of a state after the decay of token t."""
    if decay is None:
        return old
    if decay.ndim == 2:
        return decay[h, t] * old
    if decay.ndim == 3:
        return entry(decay[h, t], i) * old
    return load(decay[h, t, i], start) * old


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

    As in `run_tokens`, in N blocks of T tokens: q (H, N, T, K) and so on. S (H, N, K, V) is the
    state before each block, and G the derivative by the state after it, its last read included;
    `asked` is what `run_tokens` recalled, `dasked` the derivative by it. A rule whose u is -k
    leaves out u, `asked` and du: its v is what k writes after all, less what was recalled. Here
    lanes are keys, and rows are values. S[t] is run again, then G[t], the derivative by S[t],
    backwards:

        dq[t] = S[t] dout[t]         dw[t] = S[t-1] dasked[t]
        dk[t] = G[t] v[t]            du[t] = G[t] asked[t]
        ddecay[t] = the sum over value columns of G[t] * S[t-1]
    """
    heads, blocks, T, K = k.shape
    V = v.shape[3]
    states, slope = tile((T + 1) * V, S), tile(V, S)
    for h in range(heads):
        for b in range(blocks):
            for start in range(0, K, width(S)):
                _turn(S[h, b], start, states)
                _turn(G[h, b], start, slope)
                _pull_reads(h, b, start, k, v, decay, u, asked, dout, dasked, states, dq, dw)
                _pull_writes(
                    h, b, start, q, v, decay, w, asked, dout, dasked, states, slope, dk, ddecay, du
                )


@njit(**OPTIONS)
def _turn(S: Any, start: int, rows: Any) -> None:
    """Row j becomes what value column j holds for the keys from `start` on."""
    K, V = S.shape
    for j in range(V):
        for i in range(width(S)):
            rows[j * width(S) + i] = S[start + i, j] if start + i < K else 0


@njit(**OPTIONS)
def _pull_reads(
    h: int,
    b: int,
    start: int,
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
    T, V = v.shape[2:]
    for t in range(T):
        key, by_query = load(k[h, b, t], start), zeros(k)
        if decay is not None:
            keep = _factor(decay, h, b, t, start)
        if dw is not None:
            by_ask = zeros(k)
        if u is not None:
            add = load(u[h, b, t], start)
        for j in range(V):
            old = get(states, t * V + j)
            new = v[h, b, t, j] * key
            if dw is not None:
                by_ask = fma(dasked[h, b, t, j], old, by_ask)
            if u is not None:
                new = fma(asked[h, b, t, j], add, new)
            new = new + old if decay is None else fma(keep, old, new)
            put(states, (t + 1) * V + j, new)
            by_query = fma(dout[h, b, t, j], new, by_query)
        store(dq[h, b, t], start, by_query)
        if dw is not None:
            store(dw[h, b, t], start, by_ask)


@njit(**OPTIONS)
def _factor(decay: Any, h: int, b: int, t: int, start: int) -> Any:
    """The decay of token t: a number, or lanes of keys."""
    if decay.ndim == 3:
        return decay[h, b, t]
    return load(decay[h, b, t], start)


@njit(**OPTIONS)
def _pull_writes(
    h: int,
    b: int,
    start: int,
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
    T, V = v.shape[2:]
    for t in range(T - 1, -1, -1):
        earlier, by_key = max(t - 1, 0), zeros(q)
        query = load(q[h, b, earlier], start)
        if decay is not None:
            keep, by_keep = _factor(decay, h, b, t, start), zeros(q)
        if w is not None:
            ask = load(w[h, b, t], start)
        if du is not None:
            by_add = zeros(q)
        for j in range(V):
            by_new = get(slope, j)
            by_key = fma(v[h, b, t, j], by_new, by_key)
            if du is not None:
                by_add = fma(asked[h, b, t, j], by_new, by_add)
            if decay is not None:
                by_keep = fma(by_new, get(states, t * V + j), by_keep)
                by_new = keep * by_new
            if w is not None:
                by_new = fma(dasked[h, b, t, j], ask, by_new)
            put(slope, j, fma(dout[h, b, earlier, j], query, by_new))
        store(dk[h, b, t], start, by_key)
        if decay is not None:
            store(ddecay[h, b, t], start, by_keep)
        if du is not None:
            store(du[h, b, t], start, by_add)
