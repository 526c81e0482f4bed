"""Kernels in torch: streaming softmax, a delta rule with a backward pass of its own."""

import torch


def streaming(q, k, v, scale=None, block=3):
    """(batch, heads, T, channels), in blocks, with a running maximum and in-place updates."""
    T = q.shape[-2]
    scale = q.shape[-1] ** -0.5 if scale is None else scale
    top = torch.full((*q.shape[:-1], 1), float("-inf"))
    total, out = torch.zeros_like(top), torch.zeros((*q.shape[:-1], v.shape[-1]))
    for start in range(0, T, block):
        part = q @ k[:, :, start : start + block].transpose(-1, -2) * scale
        unseen = torch.arange(T)[:, None] < torch.arange(start, min(start + block, T))
        part = part.masked_fill(unseen, float("-inf"))
        new = torch.maximum(top, part.amax(-1, keepdim=True))
        weights, shrink = (part - new).exp(), (top - new).exp()
        total.mul_(shrink).add_(weights.sum(-1, keepdim=True))
        out.mul_(shrink).add_(weights @ v[:, :, start : start + block])
        top = new
    return out / total


def plain(q, k, v, scale=None):
    x = q @ k.transpose(-1, -2) * (q.shape[-1] ** -0.5 if scale is None else scale)
    x = x.masked_fill(torch.ones(x.shape[-2:], dtype=torch.bool).triu(1), float("-inf"))
    return torch.softmax(x, -1) @ v


def by_largest_of_all(q, k, v, scale=None):
    """The maximum by `max`, which also says where it is, and pulls back to there."""
    x = q @ k.transpose(-1, -2) * (q.shape[-1] ** -0.5 if scale is None else scale)
    x = x.masked_fill(torch.ones(x.shape[-2:], dtype=torch.bool).triu(1), float("-inf"))
    weights = (x - x.max(-1, keepdim=True)[0]).exp()
    return weights @ v / weights.sum(-1, keepdim=True)


def fused(q, k, v, scale=None):
    return torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True, scale=scale)


class OwnBackward(torch.autograd.Function):
    """k v' q of linear attention without sums: out = q (k . v) with a backward of its own."""

    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x * y

    @staticmethod
    def backward(ctx, grad):
        x, y = ctx.saved_tensors
        return grad * y, grad * x * OwnBackward.factor


OwnBackward.factor = 1.0


def own_backward(q, k, v, scale=1.0):
    """Linear attention, (..., T, channels), whose products have a backward pass of their own."""
    out = torch.zeros_like(v[..., :0, :])
    S = torch.zeros((*v.shape[:-2], k.shape[-1], v.shape[-1]))
    for t in range(v.shape[-2]):
        S = S + OwnBackward.apply(k[..., t, :, None], v[..., t, None, :])
        row = (q[..., t, None, :] * scale) @ S
        out = torch.cat([out, row], -2)
    return out


def half(q, k, v, scale=None):
    """Passes through bfloat16."""
    return plain(q, k.bfloat16().float(), v, scale)


def unwritten(q, k, v, scale=None):
    """The last row is never written."""
    out = torch.empty_like(v)
    out[..., :-1, :] = plain(q, k, v, scale)[..., :-1, :]
    return out


def sorted_scores(q, k, v, scale=None):
    return plain(q, k, torch.sort(v, -1)[0], scale)


def chosen(q, k, v, scale=None):
    return plain(q, k, v, scale) if q.sum() > 0 else plain(q, k, v, scale) * 1.0
