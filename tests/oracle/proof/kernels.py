"""Kernels in NumPy to be proven and refuted."""

import numpy as np


def gated_delta(q, k, v, g, beta, initial_state=None, scale=None, late=False):
    """(batch, T, heads, channels), the gate a natural logarithm; `late` decays after the error."""
    batch, _, _, K = k.shape
    group = v.shape[2] // k.shape[2]
    q, k = (np.repeat(x, group, axis=2) for x in (q, k))
    beta = np.broadcast_to(beta, g.shape)
    S = np.zeros((batch, v.shape[2], K, v.shape[3]), np.float32)
    S = S if initial_state is None else initial_state.copy()
    out = np.zeros(v.shape, v.dtype)
    scale = np.float32(K**-0.5 if scale is None else scale)
    for t in range(k.shape[1]):
        decayed = S * np.exp(g[:, t, :, None, None])
        error = v[:, t] - (k[:, t, :, :, None] * (S if late else decayed)).sum(2)
        S = decayed + k[:, t, :, :, None] * (beta[:, t, :, None] * error)[:, :, None]
        out[:, t] = (q[:, t, :, :, None] * S).sum(2) * scale
    return out, S


def late_decay(q, k, v, g, beta, initial_state=None, scale=None):
    return gated_delta(q, k, v, g, beta, initial_state, scale, late=True)


def base_two(q, k, v, g, beta, initial_state=None, scale=None):
    return gated_delta(q, k, v, g * np.float32(np.log(2)), beta, initial_state, scale)


def by_differences(q, k, v, g, beta, initial_state=None, scale=None):
    """Decays as exp of differences of running sums: not a number where a gate is zero."""
    sums = np.cumsum(g, axis=1)
    steps = np.concatenate([sums[:, :1], sums[:, 1:] - sums[:, :-1]], axis=1)
    return gated_delta(q, k, v, steps, beta, initial_state, scale)


def scores(q, k, scale):
    scale = q.shape[-1] ** -0.5 if scale is None else scale
    T = q.shape[-2]
    seen = np.arange(T)[:, None] >= np.arange(T)
    return np.where(seen, np.matmul(q, np.swapaxes(k, -1, -2)) * scale, -np.inf)


def streaming(q, k, v, scale=None, block=3, kept=False):
    """Softmax in blocks; with `kept`, what was summed is not rescaled to the new maximum."""
    x, T = scores(q, k, scale), q.shape[-2]
    top = np.full((*q.shape[:-1], 1), -np.inf)
    total = np.zeros((*q.shape[:-1], 1))
    out = np.zeros((*q.shape[:-1], v.shape[-1]))
    for start in range(0, T, block):
        part = x[..., start : start + block]
        new = np.maximum(top, np.max(part, -1, keepdims=True))
        weights, shrink = np.exp(part - new), np.exp(top - new)
        total = shrink * total + np.sum(weights, -1, keepdims=True)
        new_out = np.matmul(weights, v[..., start : start + block, :])
        out, top = (out if kept else shrink * out) + new_out, new
    return out / total


def not_rescaled(q, k, v, scale=None):
    return streaming(q, k, v, scale, kept=True)


def whole(q, k, v, scale=None):
    x = scores(q, k, scale)
    weights = np.exp(x - np.max(x, -1, keepdims=True))
    return np.matmul(weights / np.sum(weights, -1, keepdims=True), v)


def without_maximum(q, k, v, scale=None):
    weights = np.exp(scores(q, k, scale))
    return np.matmul(weights, v) / np.sum(weights, -1, keepdims=True)


def by_log_sum_exp(q, k, v, scale=None):
    x = scores(q, k, scale)
    top = np.max(x, -1, keepdims=True)
    return np.matmul(np.exp(x - (top + np.log(np.sum(np.exp(x - top), -1, keepdims=True)))), v)


def in_base_two(q, k, v, scale=None):
    x = scores(q, k, scale) * float(1 / np.log(2))
    weights = np.exp2(x - np.max(x, -1, keepdims=True))
    return np.matmul(weights, v) / np.sum(weights, -1, keepdims=True)


def first_half_of_scale(q, k, v, scale=None):
    scale = q.shape[-1] ** -0.5 if scale is None else scale
    return whole(q * scale, k, v, 1.0)


def values_less_their_first(q, k, v, scale=None):
    return whole(q, k, v - v[..., :1, :], scale) + v[..., :1, :]


def by_einsum(q, k, v, scale=None):
    x = scores(q, k, scale)
    weights = np.exp(x - np.max(x, -1, keepdims=True))
    return np.einsum("bhti,bhic->bhtc", weights, v) / weights.sum(-1)[..., None]


def split_and_merged(q, k, v, scale=None):
    """The even keys and the odd ones by themselves, merged by their log-sum-exps."""
    x, parts = scores(q, k, scale), []
    for own in (x[..., ::2], x[..., 1::2]):
        top = np.max(np.concatenate([own, x[..., :1]], -1), -1, keepdims=True)
        parts.append((np.exp(own - top), top))
    sums = [top + np.log(np.sum(w, -1, keepdims=True)) for w, top in parts]
    top = np.maximum(*[top for _, top in parts])
    total = sum(np.exp(one - top) for one in sums)
    values = (v[..., ::2, :], v[..., 1::2, :])
    return (
        sum(np.exp(own - top) * np.matmul(w, x) for (w, own), x in zip(parts, values, strict=True))
        / total
    )


def token_by_token(q, k, v, scale=None):
    x, rows = scores(q, k, scale), []
    for t in range(q.shape[-2]):
        weights = np.exp(x[..., t, : t + 1] - x[..., t, :1])
        rows.append(np.matmul(weights[..., None, :], v[..., : t + 1, :])[..., 0, :])
        rows[-1] = rows[-1] / np.sum(weights, -1, keepdims=True)
    return np.stack(rows, -2)


RIGHT = (
    streaming,
    whole,
    without_maximum,
    by_log_sum_exp,
    in_base_two,
    first_half_of_scale,
    values_less_their_first,
    by_einsum,
    split_and_merged,
    token_by_token,
)
"""Ten writings of one memory."""


def maximum_added(q, k, v, scale=None):
    return whole(q, k, v, scale) + np.max(v, -1, keepdims=True)


def bounded_total(q, k, v, scale=None):
    """A sum of weights that is bounded from below, by so little that no float shows it."""
    weights = np.exp(scores(q, k, scale))
    total = np.maximum(np.sum(weights, -1, keepdims=True), 1e-30)
    return np.matmul(weights, v) / total


def clipped_by_a_branch(q, k, v, scale=None):
    return whole(q, k, v, scale) if (q > 0).all() else streaming(q, k, v, scale)
