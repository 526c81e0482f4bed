"""Keys on their way: every token takes its own direction w out of all keys it has seen.

Token m turns a key into key - beta[m] (w[m] . key) w[m]. Over a block of tokens that is one
unit-lower-triangular solve, as in the delta rule: with A = tril(diag(beta) W W', -1),

    taken = (I + A)^-1 diag(beta) W          of an earlier key: key - (key @ taken') W
    own   = (I + A)^-1 diag(beta) tril(W Key', -1)              of the block's own keys

and a query that sees keys as they are at its own token sees only what tokens up to it have taken.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from refmem.algebra import causal, causal_product, transposed, unit_lower_solve, zeros
from refmem.grammar.lookup import Lookup


class Path(NamedTuple):
    """What a block of R tokens does to keys.

    scores  (..., R, R)  every query with every own key as it is at the query's token
    query   (..., R, K)  asked of earlier keys as they are before the block
    key     (..., R, K)  the block's own keys, as they are after it
    taken   (..., R, K)  how much of each w an earlier key loses, as `key @ taken'`
    w       (..., R, K)
    """

    scores: np.ndarray
    query: np.ndarray
    key: np.ndarray
    taken: np.ndarray
    w: np.ndarray

    def carry(self, key: np.ndarray) -> np.ndarray:
        """Earlier keys as they are after the block."""
        return key - (key @ transposed(self.taken)) @ self.w


def path_of(look: Lookup) -> Path:
    """The path of a block of tokens; without one, keys stay as they are."""
    query, key, rows = look.query, look.key, look.key.shape[-2]
    if look.path is None:
        none = key[..., :0, :]
        return Path(look.scores(query, key), query, key, none, none)
    w, beta = look.path
    strict, none = causal(rows, rows, strict=True), zeros((1,), key)
    written = beta[..., None] * w
    inner = np.where(strict, written @ transposed(w), none)
    met = np.where(strict, written @ transposed(key), none)
    solved = unit_lower_solve(inner, np.concatenate([written, met], axis=-1))
    taken, own = solved[..., : w.shape[-1]], solved[..., w.shape[-1] :]
    passed = np.where(causal(rows, rows), query @ transposed(w), none)
    return Path(
        scores=query @ transposed(key) - causal_product(passed, own),
        query=query - causal_product(passed, taken),
        key=key - transposed(own) @ w,
        taken=taken,
        w=w,
    )
