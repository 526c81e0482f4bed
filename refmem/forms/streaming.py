"""Attention without a whole row of scores: what blocks of keys answer, merged.

What a block contributes is a `Partial`: a weighted sum of values, the sum of the weights, and the
shift both are relative to. Two of them merge exactly into that of both blocks, the earlier first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from refmem.algebra import (
    causal_product,
    exp_where,
    greater,
    over,
    segment_sums,
    sums_after,
    transposed,
    with_ones,
    zeros,
)
from refmem.functions.kernels import Kernel
from refmem.grammar.lookup import Cache, Lookup, Sight


class Partial(NamedTuple):
    """What some keys answer, over exp(shift): shift, total (..., R, 1), weighted (..., R, V)."""

    shift: np.ndarray
    total: np.ndarray
    weighted: np.ndarray


def of_own(look: Lookup, scores: np.ndarray, seen: int, values: np.ndarray | None) -> Partial:
    """What the tokens of a block answer each other, after `seen` earlier ones.

    `scores` (..., R, R) are query . key. Without values, the weights themselves.
    """
    rows = scores.shape[-1]
    if look.log_alpha is not None:
        scores = scores + segment_sums(look.log_alpha, rows)
    return _of_block(look, scores, look.key, values, seen, seen, causal_product)


def of_earlier(look: Lookup, query: np.ndarray, cache: Cache, keys: int) -> Partial:
    """What a whole cache answers to queries that come after it, so many keys at a time.

    The gates of `look` are the queries' own: the first query is one gate away from the cache.
    """
    seen = cache.key.shape[-2]
    answer = of_nothing(look, query)
    if look.log_alpha is not None and cache.log_alpha is not None:
        until_cache_ends = sums_after(cache.log_alpha)[..., None, :]
        from_cache_end = np.add.accumulate(look.log_alpha, axis=-1)[..., None]
    for start in range(0, seen, keys):
        block = cache.part(start, min(start + keys, seen))
        scores = look.scores(query, block.key)
        if look.log_alpha is not None:
            scores = scores + (until_cache_ends[..., start : start + keys] + from_cache_end)
        part = _of_block(look, scores, block.key, block.value, seen, start)
        answer = merge(look.kernel, answer, part)
    return answer


def of_nothing(look: Lookup, query: np.ndarray) -> Partial:
    """Before any key: an empty sum, or a sink, which is a key that holds nothing."""
    width = look.value.shape[-1] * (1 if look.probe is None else 2) + (look.probe is not None)
    none, held = zeros((*query.shape[:-1], 1), query), zeros((*query.shape[:-1], width), query)
    if look.sink is None:
        return Partial(none, none, held)
    scores = none + look.sink[..., None, None]
    weights, shift = look.kernel.shifted_weights(scores, np.ones((1, 1), dtype=bool))
    return Partial(shift, weights, held)


def _of_block(
    look: Lookup,
    scores: np.ndarray,
    key: np.ndarray,
    values: np.ndarray | None,
    seen: int,
    first_key: int,
    product: Callable[[np.ndarray, np.ndarray], np.ndarray] = np.matmul,
) -> Partial:
    first = seen if look.first is None else look.first
    t = np.arange(first, first + scores.shape[-2])[:, None]
    i = np.arange(first_key, first_key + scores.shape[-1])
    if look.bias is not None:
        scores = scores + look.bias(t, i)
    whole = isinstance(look.sees, Sight) and look.sees.whole(t, i)
    sees = np.ones((1, 1), dtype=bool) if whole else look.sees(t, i)
    weights, shift = look.kernel.shifted_weights(scores, sees)
    weighted = weights if values is None else product(weights, values)
    if look.probe is not None and values is not None:
        probed = np.where(sees, weights * (look.probe @ transposed(key)), zeros((1,), weights))
        weighted = np.concatenate([weighted, product(probed, with_ones(values))], axis=-1)
    return Partial(shift, weights.sum(-1, keepdims=True), weighted)


def merge(kernel: Kernel, earlier: Partial, later: Partial) -> Partial:
    """The contribution of two sets of keys together."""
    shift, of_earlier, of_later = _factors(kernel, earlier, later)
    return Partial(
        shift,
        of_earlier * earlier.total + of_later * later.total,
        of_earlier * earlier.weighted + of_later * later.weighted,
    )


def shares(kernel: Kernel, earlier: Partial, later: Partial) -> tuple[np.ndarray, np.ndarray]:
    """Factors of both `weighted` in the answer of all keys, normaliser included."""
    _, of_earlier, of_later = _factors(kernel, earlier, later)
    if not kernel.normalised:
        return of_earlier, of_later
    total = of_earlier * earlier.total + of_later * later.total
    return over(of_earlier, total), over(of_later, total)


def finished(look: Lookup, answer: np.ndarray) -> np.ndarray:
    """The outputs, of means over all keys: of u, or with a probe of u, (r . key) u and r . key."""
    if look.probe is None:
        return answer
    V = look.value.shape[-1]
    mean, product, slope = answer[..., :V], answer[..., V : 2 * V], answer[..., 2 * V :]
    return mean - (product - slope * mean)


def _factors(
    kernel: Kernel, earlier: Partial, later: Partial
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A common shift, and what to multiply each side by. A side that saw nothing has no say."""
    if not kernel.shifted:
        one = zeros((1,), later.total) + 1
        return later.shift, one - later.total if kernel.breaking else one, one
    blank, other_blank = (np.asarray(p.total == 0, dtype=bool) for p in (earlier, later))
    shift = np.where(
        blank,
        later.shift,
        np.where(other_blank, earlier.shift, greater(earlier.shift, later.shift)),
    )
    return (
        shift,
        exp_where(~blank, earlier.shift - shift),
        exp_where(~other_blank, later.shift - shift),
    )
