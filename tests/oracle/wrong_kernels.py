"""Kernels as people write them, each right but for one mistake that a case must be there to find.

Nothing here uses refmem but its cache: it plays somebody else's kernel. `mistake=""` is right.
"""

from __future__ import annotations

import numpy as np

from refmem import Cache

F32 = np.float32


def leading(*arrays):
    return np.broadcast_shapes(*arrays)


# ---- attention


def attention(
    q, k, v, sink=None, first_bias=None, slopes=None, state=None, scale=None, window=None, *,
    mistake="",
):  # fmt: skip
    """Softmax attention over a cache, all scores at once, with ALiBi's slopes if it has heads."""
    key, value = (k, v) if state is None else (joined(state.key, k), joined(state.value, v))
    keys, tokens = key.shape[-2], q.shape[-2]
    s = (q.astype(F32) @ np.swapaxes(key, -1, -2)) * F32(scale or q.shape[-1] ** -0.5)
    i, t = np.arange(keys), keys - tokens + np.arange(tokens)[:, None]
    if slopes is not None:
        s = s - slopes[..., None, None].astype(s.dtype) * (t - i).astype(s.dtype)
    if first_bias is not None:
        s = s + np.where(i == 0, first_bias[..., None, None], 0).astype(s.dtype)
    reach = np.inf if window is None else window + (mistake == "window one longer")
    sees = (i <= t) & ((t < i + reach) | (mistake == "window ignored"))
    s = np.where(sees, s, -np.inf).astype(s.dtype)
    if sink is not None:
        last = np.broadcast_to(sink[..., None, None].astype(s.dtype), (*s.shape[:-1], 1))
        s = np.concatenate([s, last], axis=-1)
    e = np.exp(s - maximum(s, keys, mistake))
    total = e.sum(-1, keepdims=True)
    weights = np.divide(e, total, out=np.zeros_like(e), where=total != 0)[..., :keys]
    return (weights @ value).astype(v.dtype), Cache(key.copy(), value.copy())


def maximum(s, keys, mistake):
    top = s.max(-1, keepdims=True, initial=-np.inf)
    if mistake == "no maximum":
        return np.zeros_like(top)
    if mistake == "maximum from 0":
        return np.maximum(top, 0)
    if mistake == "sink outside the maximum":
        return s[..., :keys].max(-1, keepdims=True, initial=-np.inf)
    return np.where(np.isfinite(top), top, 0)


def joined(past, x):
    lead = leading(past.shape[:-2], x.shape[:-2])
    return np.concatenate([np.broadcast_to(y, (*lead, *y.shape[-2:])) for y in (past, x)], -2)


def alibi(q, k, v, slopes=None, state=None, scale=None, *, mistake=""):
    """The published slopes, or the formula of a power of two for any number of heads."""
    heads = q.shape[1]
    if slopes is None:
        slopes = of_power(heads) if mistake == "slopes of a power of two" else published(heads)
    return attention(q, k, v, slopes=np.array(slopes), state=state, scale=scale)


def of_power(heads):
    return [2.0 ** (-8 * (head + 1) / heads) for head in range(heads)]


def published(heads):
    below = 2 ** (heads.bit_length() - 1)
    return of_power(below) + of_power(2 * below)[::2][: heads - below]


def merged_attention(q, k, v, sink=None, first_bias=None, state=None, scale=None, *, mistake=""):
    """A cached prefix and the new tokens apart, merged by the logarithms of their sums."""
    if state is None:
        return attention(q, k, v, sink, first_bias, scale=scale)
    key, value = joined(state.key, k), joined(state.value, v)
    prefix, keys, tokens = state.key.shape[-2], key.shape[-2], q.shape[-2]
    wide = [x.astype(F32) for x in (q, key, value)]
    s = (wide[0] @ np.swapaxes(wide[1], -1, -2)) * F32(scale or q.shape[-1] ** -0.5)
    i, t = np.arange(keys), keys - tokens + np.arange(tokens)[:, None]
    if first_bias is not None:
        s = s + np.where(i == 0, first_bias[..., None, None].astype(F32), F32(0))
    s = np.where(i <= t, s, F32(-np.inf))
    outs, logs = [], []
    for start, stop in ((0, prefix), (prefix, keys)):
        x = s[..., start:stop]
        if start and sink is not None:
            last = np.broadcast_to(sink[..., None, None].astype(F32), (*x.shape[:-1], 1))
            x = np.concatenate([x, last], -1)
        top = x.max(-1, keepdims=True)
        e = np.exp(x - top)
        total = e.sum(-1, keepdims=True)
        outs.append((e[..., : stop - start] / total) @ wide[2][..., start:stop, :])
        logs.append((top + np.log(total)) / F32(np.log(2) if mistake == "log in base 2" else 1))
    w = np.exp(logs[0] - np.maximum(*logs)), np.exp(logs[1] - np.maximum(*logs))
    out = (w[0] * outs[0] + w[1] * outs[1]) / (w[0] + w[1])
    return out.astype(v.dtype), Cache(key.copy(), value.copy())


def grouped_attention(query, key, value, initial_state=None, scale=None, *, mistake=""):
    """(batch, heads, T, channels) without a cache, several query heads on a key head."""
    group = query.shape[1] // key.shape[1]
    repeat = np.tile if mistake == "heads tiled" else np.repeat
    order = repeat(np.arange(key.shape[1]), group)
    return attention(query, key[:, order], value[:, order], scale=scale)[0], None


# ---- memories


def chunked(q, k, v, log_alpha=None, *, chunk=64, mistake=""):
    """Linear attention, or scalar decay, in whole chunks from no state; (..., T, channels)."""
    lead = leading(q.shape[:-2], v.shape[:-2])
    S = np.zeros((*lead, k.shape[-1], v.shape[-1]), F32)
    outs = []
    for start in range(0, q.shape[-2], chunk):
        at = slice(start, start + chunk)
        rows = range(len(range(q.shape[-2])[at]))
        g = np.zeros((*lead, len(rows)), F32) if log_alpha is None else log_alpha[..., at]
        c = np.cumsum(g, -1, dtype=F32)
        if mistake == "quotients of products":
            decay = np.exp(c)[..., :, None] * np.exp(-c)[..., None, :]
            to_end = np.exp(c[..., -1:]) * np.exp(-c)
        else:
            decay = np.exp(c[..., :, None] - c[..., None, :])
            to_end = np.exp(c[..., -1:] - c)
        below = np.tri(len(rows), dtype=bool)
        inside = np.where(below, (q[..., at, :] @ np.swapaxes(k[..., at, :], -1, -2)) * decay, 0)
        out = inside @ v[..., at, :]
        if mistake != "term between chunks left out":
            out = out + np.exp(c)[..., None] * (q[..., at, :] @ S)
        written = np.swapaxes(to_end[..., None] * k[..., at, :], -1, -2) @ v[..., at, :]
        S = np.exp(c[..., -1:])[..., None] * S + written
        outs.append(out)
    return np.concatenate(outs, -2).astype(v.dtype), S


def linear_attention(q, k, v, scale=1, *, mistake=""):
    out, _ = chunked(q * F32(scale), k, v, mistake=mistake)
    return out, None


def scalar_decay(q, k, v, alpha, scale=1, *, mistake=""):
    """Chunks of cumulated logarithms; a gate of zero needs care, or is 0 * inf."""
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.log(alpha)
    if mistake != "not a number at a gate of zero":
        log = np.maximum(log, F32(-200))
    out, _ = chunked(q * F32(scale), k, v, log, mistake="" if "zero" in mistake else mistake)
    return out, None


def mamba2(x, dt, A, B, C, D=None, state=None, *, mistake=""):
    if mistake == "steps of at most one":
        dt = np.minimum(dt, F32(1))
    alpha = dt * A[..., None]
    if state is None and mistake == "quotients of products":
        out, S = chunked(C, B, dt[..., None] * x, alpha, mistake=mistake)
    elif state is None:
        out, S = chunked(C, B, dt[..., None] * x, alpha)
    else:
        out, S = by_token(C, B, dt[..., None] * x, np.exp(alpha), state)
    return (out if D is None else out + D[..., None, None] * x).astype(x.dtype), S


def by_token(q, k, v, alpha, state):
    lead = leading(q.shape[:-2], v.shape[:-2])
    S = np.array(np.broadcast_to(state, (*lead, k.shape[-1], v.shape[-1])), F32)
    out = np.zeros((*lead, *v.shape[-2:]), v.dtype)
    for t in range(v.shape[-2]):
        S = alpha[..., t, None, None] * S + k[..., t, :, None] * v[..., t, None, :]
        out[..., t, :] = (q[..., t, :, None] * S).sum(-2)
    return out, S


def mamba2_of_groups(x, dt, A, B, C, D=None, state=None, *, mistake=""):
    """(batch, T, heads, channels); several heads read the B and C of one group."""
    heads, groups = x.shape[2], B.shape[2]
    of = (
        np.arange(heads) % groups
        if mistake == "heads tiled"
        else np.arange(heads) * groups // heads
    )
    x, B, C, dt = (np.moveaxis(y, 1, 2) for y in (x, B[:, :, of], C[:, :, of], dt))
    out, S = mamba2(x, dt, A, B, C, D, state)
    return np.ascontiguousarray(np.moveaxis(out, 1, 2)), S


def rwkv4(k, v, w, u, state=None, *, mistake=""):
    """With a running maximum of the exponents, or without one."""
    lead, V = leading(k.shape[:-2], v.shape[:-2]), v.shape[-1]
    S = np.zeros((*lead, 2, V)) if state is None else np.reshape(state, (*state.shape[:-2], 2, V))
    a, b = (np.array(np.broadcast_to(S[..., n, :], (*lead, V)), F32) for n in (0, 1))
    m, (w, u) = np.zeros((*lead, V), F32), (w.astype(F32), u.astype(F32))
    if state is None and not mistake:
        m = m - F32(1e30)
    out = np.zeros((*lead, *v.shape[-2:]), v.dtype)
    for t in range(v.shape[-2]):
        now, x = k[..., t, :].astype(F32), v[..., t, :].astype(F32)
        top = m if mistake else np.maximum(m, u + now)
        old, own = np.exp(m - top), np.exp(u + now - top)
        out[..., t, :] = (old * a + own * x) / (old * b + own)
        top = m if mistake else np.maximum(w + m, now)
        old, own, m = np.exp(w + m - top), np.exp(now - top), top
        a, b = old * a + own * x, old * b + own
    state = np.concatenate([np.exp(m) * a, np.exp(m) * b], -1)[..., None, :]
    return out, state.astype(v.dtype)


def mlstm(q, k, v, log_i, log_f, state=None, scale=1, *, mistake=""):
    """Stabilised by a running maximum, which the normaliser's bound follows."""
    limit = {"bound clamped at 50": 50, "bound clamped at 2": 2}.get(mistake, np.inf)
    lead = leading(q.shape[:-2], k.shape[:-2], v.shape[:-2], log_i.shape[:-1])
    S = np.zeros((*lead, k.shape[-1], v.shape[-1] + 1), F32)
    S = S if state is None else np.array(np.broadcast_to(state, S.shape), F32)
    m, out = np.zeros((*lead, 1, 1), F32), np.zeros((*lead, *v.shape[-2:]), v.dtype)
    for t in range(q.shape[-2]):
        kept, added = log_f[..., t, None, None] + m, log_i[..., t, None, None]
        top = np.maximum(kept, added)
        row = np.concatenate([v[..., t, :], np.ones((*v.shape[:-2], 1), v.dtype)], -1)
        written = k[..., t, :, None] * row[..., None, :]
        S, m = np.exp(kept - top) * S + np.exp(added - top) * written, top
        read = (q[..., t, :, None] * S).sum(-2) * F32(1)
        bound = np.exp(-np.clip(m, -limit, limit))[..., 0]
        out[..., t, :] = F32(scale) * read[..., :-1] / np.maximum(abs(read[..., -1:]), bound)
    return out, S * np.exp(m)


def normalised(q, k, v, state=None, scale=1, *, mistake=""):
    """Normalised linear attention; elu(x) + 1 in the dtype of x, or without the sum."""

    def phi(x):
        if mistake == "elu + 1 that cancels":
            below = np.expm1(np.minimum(x, 0).astype(F32)).astype(x.dtype)
            return (np.where(x > 0, x, below) + np.ones((), x.dtype)).astype(F32)
        x = x.astype(F32)
        return np.where(x > 0, x + 1, np.exp(np.minimum(x, 0)))

    row = np.concatenate([v.astype(F32), np.ones((*v.shape[:-1], 1), F32)], -1)
    lead = leading(q.shape[:-2], k.shape[:-2], v.shape[:-2])
    start = np.zeros((*lead, k.shape[-1], row.shape[-1])) if state is None else state
    ones = np.ones((*lead, v.shape[-2]), F32)
    out, S = by_token(phi(q), phi(k), row, ones, start)
    return (F32(scale) * out[..., :-1] / out[..., -1:]).astype(v.dtype), S.astype(v.dtype)


# ---- layers


def glu(x, w_gate, w_in, w_out, *, mistake=""):
    a, b = x @ np.swapaxes(w_gate, -1, -2), x @ np.swapaxes(w_in, -1, -2)
    if mistake == "clamped at 7":
        a, b = np.minimum(a, F32(7)), np.clip(b, F32(-7), F32(7))
    small = np.exp(-abs(a))
    return ((a * np.where(a > 0, 1, small) / (1 + small) * b) @ w_out).astype(x.dtype), None


def moe(x, router, w_in, w_out, bias=None, *, mistake=""):
    s = x @ np.swapaxes(router, -1, -2)
    s = np.exp(s - s.max(-1, keepdims=True))
    s = s / s.sum(-1, keepdims=True)
    bias = np.zeros((1, s.shape[-3], s.shape[-1]), F32) if bias is None else bias
    helped = s + bias[..., None, :]
    chosen = np.argsort(-helped, axis=-1, kind="stable")[..., :2]
    mask = np.zeros(s.shape, bool)
    np.put_along_axis(mask, chosen, True, -1)
    score = helped - bias[..., None, :] if mistake == "score recovered" else s
    weights = np.where(mask, score, 0).astype(x.dtype)
    weights = weights / weights.sum(-1, keepdims=True)
    hidden = np.maximum(x[..., None, :, :] @ np.swapaxes(w_in, -1, -2), 0) @ w_out
    return (np.swapaxes(weights, -1, -2)[..., None] * hidden).sum(-3).astype(x.dtype), None
