"""Mini-batches of tokens, for memories that learn from where their batch began.

A state keeps which place of its batch the next token has as a one-hot row (..., batch) of ordinary
numbers, so that a batch ends by a product and not by a comparison, in every number system.
"""

from __future__ import annotations

import numpy as np

from refmem.algebra import ones, zeros
from refmem.grammar.inputs import Inputs


def first_place(x: Inputs) -> np.ndarray:
    """The next token is the first of its batch."""
    rest = zeros((*x.lead, x.batch - 1), x.like)
    return np.concatenate([ones((*x.lead, 1), x.like), rest], axis=-1)


def next_place(place: np.ndarray) -> np.ndarray:
    """One place further; after the last comes the first.

    >>> next_place(np.array([0., 0., 1.]))
    array([1., 0., 0.])
    """
    return np.concatenate([place[..., -1:], place[..., :-1]], axis=-1)


def start_of_batch(start: np.ndarray, S: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Where the batch of the next token begins: with S, after the last token of a batch.

    >>> start_of_batch(np.array([[1.]]), np.array([[3.]]), place=np.array([0., 1.]))
    array([[3.]])
    """
    last = ends(place, 2)
    return (1 - last) * start + last * S


def ends(place: np.ndarray, axes: int) -> np.ndarray:
    """1 for a token that is the last of its batch, else 0, with `axes` axes to broadcast over."""
    return place[(..., -1) + (None,) * axes]
