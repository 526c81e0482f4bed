"""Kernels of an outsider's rules, right and wrong, in refmem's grammar."""

import numpy as np


def right(q, k, v, beta, state=None, scale=None):
    """flowing_delta, token by token, in the dtype of its inputs."""
    return _run(q, k, v, beta, state, scale, lambda S, k: (S * k[..., :, None]).sum(-2))


def read_transposed(q, k, v, beta, state=None, scale=None):
    """The first state is taken for V by K."""
    if state is not None:
        K, V = state.shape[-2:]
        state = np.swapaxes(state.reshape(*state.shape[:-2], V, K), -1, -2)
    return right(q, k, v, beta, state, scale)


def uncorrected(q, k, v, beta, state=None, scale=None):
    """Nothing is taken out of what is written."""
    return _run(q, k, v, beta, state, scale, lambda S, k: 0)


def _run(q, k, v, beta, state, scale, recalled):
    lead = np.broadcast_shapes(q.shape[:-2], k.shape[:-2], v.shape[:-2], beta.shape[:-1])
    if state is not None:
        lead = np.broadcast_shapes(lead, state.shape[:-2])
    S = np.zeros((*lead, k.shape[-1], v.shape[-1]), v.dtype)
    S = S if state is None else S + state
    out = np.zeros((*lead, *v.shape[-2:]), v.dtype)
    for t in range(v.shape[-2]):
        one, square = k[..., t, :], (k[..., t, :] ** 2).sum(-1)
        reach = -np.expm1(-beta[..., t] * square) / square
        error = v[..., t, :] - recalled(S, one)
        S = S + (reach[..., None] * one)[..., :, None] * error[..., None, :]
        out[..., t, :] = (S * q[..., t, :, None]).sum(-2)
    return (out if scale is None else out * scale).astype(v.dtype), S


def mean_kernel(q, k, v, lam, state=None, scale=None):
    """running_mean, token by token."""
    lead = np.broadcast_shapes(q.shape[:-2], k.shape[:-2], v.shape[:-2], lam.shape[:-1])
    S = np.zeros((*lead, k.shape[-1], v.shape[-1]), v.dtype)
    S = S if state is None else S + state
    out = np.zeros((*S.shape[:-2], *v.shape[-2:]), v.dtype)
    for t in range(v.shape[-2]):
        keep = lam[..., t, None, None]
        S = keep * S + (1 - keep) * k[..., t, :, None] * v[..., t, None, :]
        out[..., t, :] = (S * q[..., t, :, None]).sum(-2)
    return (out if scale is None else out * scale).astype(v.dtype), S
