"""What programs of machines share: how registers are asked and how outputs come back."""

from __future__ import annotations

import numpy as np

from refmem.studies.expressivity.machines import Machine


def asked_registers(machine: Machine, tokens: np.ndarray) -> np.ndarray:
    """Queries (b, T, n): head h asks the h-th register that a token asks."""
    heads = machine.asked(tokens).T
    return (heads[..., None] == np.arange(machine.registers)).astype(int)


def read_by_heads(out: np.ndarray, tokens: np.ndarray) -> np.ndarray:
    """Outputs (b, T, 1) of all heads as the numbers (T, b)."""
    return out[..., 0].T


def merged(x: np.ndarray) -> np.ndarray:
    """Steps as tokens: (T, steps, n) to (T steps, n)."""
    return x.reshape(-1, x.shape[-1])


def spread(q: np.ndarray, steps: int) -> np.ndarray:
    """Queries (b, T, n) for the last of each token's steps, nothing asked at the others."""
    heads, tokens, width = q.shape
    out = np.zeros((heads, tokens, steps, width), dtype=q.dtype)
    out[:, :, -1] = q
    return out.reshape(heads, -1, width)


def first_number(numbers: np.ndarray) -> np.ndarray:
    """The answer is the one number that was read."""
    return numbers[:, 0]


def as_it_is(out: np.ndarray, tokens: np.ndarray) -> np.ndarray:
    """Outputs (T, V) of one head are what is read."""
    return out
