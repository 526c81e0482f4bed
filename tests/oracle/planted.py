"""Kernels that are right but for something that happens in some calls only, and is no known bug."""

from __future__ import annotations

import numpy as np

import refmem


def right(**inputs):
    """The gated delta rule."""
    out, state = refmem.gated_delta(**inputs)
    return out, state


def with_noise(x, seed=0):
    """Other numbers of the same size."""
    return x + np.random.default_rng(seed).normal(size=x.shape).astype(x.dtype) / 4


def after_a_state(state=None, **inputs):
    """The first token after a state is wrong."""
    out, last = right(state=state, **inputs)
    if state is not None:
        out[..., :1, :] = with_noise(out[..., :1, :])
    return out, last


def in_the_tail(**inputs):
    """Tokens after the last whole chunk of 16 are wrong."""
    out, state = right(**inputs)
    whole = out.shape[-2] - out.shape[-2] % 16
    out[..., whole:, :] = with_noise(out[..., whole:, :])
    return out, state


def in_row_zero(**inputs):
    """Token 0 is wrong."""
    out, state = right(**inputs)
    out[..., :1, :] = with_noise(out[..., :1, :])
    return out, state


def every_sixteenth(**inputs):
    """Every token that begins a chunk of 16 is wrong."""
    out, state = right(**inputs)
    out[..., ::16, :] = with_noise(out[..., ::16, :])
    return out, state


def where_heads_share(**inputs):
    """All heads of a group but the first are wrong."""
    out, state = right(**inputs)
    if out.ndim > 4:
        out[:, :, 1:] = with_noise(out[:, :, 1:])
    return out, state


def two_causes(**inputs):
    """The tail is wrong, and so is the state where heads share."""
    out, state = in_the_tail(**inputs)
    return out, with_noise(state) if state.ndim > 4 else state


def nan_and_base_two(alpha, **inputs):
    """The gate is read as base-2, and a gate of zero makes NaN."""
    out, state = right(alpha=alpha ** np.float32(np.log(2)), **inputs)
    return (out * np.float32("nan"), state) if (alpha == 0).any() else (out, state)


def two_code_paths(state=None, **inputs):
    """One token alone has its beta squared; more of them are chunks of 64 that hand on nothing."""
    tokens = inputs["v"].shape[-2]
    if tokens == 1:
        return right(state=state, **inputs | {"beta": inputs["beta"] ** 2})
    outs, last = [], state
    for start in range(0, tokens, 64):
        rows = {n: x[..., start : start + 64] for n, x in inputs.items() if n in ("alpha", "beta")}
        rows |= {n: inputs[n][..., start : start + 64, :] for n in ("q", "k", "v")}
        out, last = right(**inputs | rows, state=None if start else state)
        outs.append(out)
    return (np.concatenate(outs, -2), last) if outs else right(state=state, **inputs)
