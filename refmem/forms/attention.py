"""How a cache rule runs: all scores at once, token by token over the cache, or streaming.

Streaming looks at a block of keys at a time. What a block contributes is a `Partial`: a weighted
sum of values, the sum of the weights, and the shift both are relative to. Two of them merge exactly
into that of both blocks, so a softmax never needs a whole row of scores.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from refmem.algebra import (
    causal,
    exp_where,
    greater,
    over,
    segment_sums,
    sums_after,
    transposed,
    unit_lower_solve,
    zeros,
)
from refmem.kernels import Kernel
from refmem.memory import Cache, CacheRule, Lookup
from refmem.signature import Inputs

Run = tuple[np.ndarray, Cache, list[Cache] | None]


def run_parallel(rule: CacheRule, x: Inputs, past: Cache, chunk: int, keep: bool) -> Run:
    """The definition: every query against every key it may see."""
    if x.T == 0:
        return zeros((*x.lead, 0, x.V), x.like), past, [] if keep else None
    cache, out = rule.attend(past, **x.arguments)
    return _finished(out, cache, x.T, keep)


def run_recurrent(rule: CacheRule, x: Inputs, past: Cache, chunk: int, keep: bool) -> Run:
    """Decoding: one token at a time, against the whole cache."""
    return _run_blocks(rule, x, past, keep, queries=1, keys=max(1, past.key.shape[-2] + x.T))


def run_chunked(rule: CacheRule, x: Inputs, past: Cache, chunk: int, keep: bool) -> Run:
    """Streaming: at most `chunk` queries against at most `chunk` keys at a time."""
    return _run_blocks(rule, x, past, keep, queries=chunk, keys=chunk)


def _finished(out: np.ndarray, cache: Cache, tokens: int, keep: bool) -> Run:
    seen = cache.key.shape[-2] - tokens
    after = [cache.first(seen + t + 1) for t in range(tokens)] if keep else None
    return out, cache.first(seen + tokens), after


def _run_blocks(
    rule: CacheRule, x: Inputs, past: Cache, keep: bool, *, queries: int, keys: int
) -> Run:
    look = rule.lookup(**x.arguments)
    seen = past.key.shape[-2]
    cache = past.append(look.key, zeros(look.value.shape, x.like), look.log_alpha)
    out = zeros((*x.lead, x.T, x.V), x.like)
    for start in range(0, x.T, queries):
        stop = min(start + queries, x.T)
        block, before = look.tokens(start, stop), cache.part(0, seen + start)
        value = _stored(block, before, keys)
        cache.value[..., seen + start : seen + stop, :] = value
        out[..., start:stop, :] = _read(block, before, value, keys)
    return _finished(out, cache, x.T, keep)


def _stored(block: Lookup, before: Cache, keys: int) -> np.ndarray:
    """What the block's tokens put in the cache: their values, less what they erase."""
    if block.erase is None:
        return block.value
    w, beta, kernel = block.erase
    mask = causal(w.shape[-2], w.shape[-2], strict=True)
    own = partial(kernel, w @ transposed(block.key), mask, None)
    earlier = stream(kernel, w, before._replace(log_alpha=None), None, keys)
    of_earlier, of_own = shares(kernel, earlier, own)
    strength = beta[..., None]
    return unit_lower_solve(
        strength * (of_own * own.weighted),
        block.value - strength * (of_earlier * earlier.weighted),
    )


def _read(block: Lookup, before: Cache, value: np.ndarray, keys: int) -> np.ndarray:
    """What the block's queries are answered by the cache before them and by the block itself."""
    rows = block.query.shape[-2]
    scores = block.query @ transposed(block.key)
    if block.log_alpha is not None:
        scores = scores + segment_sums(block.log_alpha, rows)
    own = partial(block.kernel, scores, causal(rows, rows), value)
    earlier = stream(block.kernel, block.query, before, block.log_alpha, keys)
    of_earlier, of_own = shares(block.kernel, earlier, own)
    return of_earlier * earlier.weighted + of_own * own.weighted


class Partial(NamedTuple):
    """What some keys answer, over exp(shift): shift, total (..., R, 1), weighted (..., R, V)."""

    shift: np.ndarray
    total: np.ndarray
    weighted: np.ndarray


def partial(
    kernel: Kernel, scores: np.ndarray, mask: np.ndarray, values: np.ndarray | None
) -> Partial:
    """The contribution of one block of keys; without values, the weights themselves."""
    weights, shift = kernel.shifted_weights(scores, mask)
    weighted = weights if values is None else weights @ values
    return Partial(shift, weights.sum(-1, keepdims=True), weighted)


def stream(
    kernel: Kernel, query: np.ndarray, cache: Cache, gates: np.ndarray | None, keys: int
) -> Partial:
    """What a whole cache answers to queries that come after it, a block of keys at a time.

    `gates` (..., R) are the queries' own: the first query is one gate away from the cache.
    """
    rows, seen = query.shape[-2], cache.key.shape[-2]
    none = zeros((*query.shape[:-1], 1), query)
    answer = Partial(none, none, zeros(query.shape[:-1] + cache.value.shape[-1:], query))
    if gates is not None and cache.log_alpha is not None:
        until_cache_ends = sums_after(cache.log_alpha)[..., None, :]
        from_cache_end = np.add.accumulate(gates, axis=-1)[..., None]
    for start in range(0, seen, keys):
        block = cache.part(start, min(start + keys, seen))
        scores = query @ transposed(block.key)
        if gates is not None:
            scores = scores + (until_cache_ends[..., start : start + keys] + from_cache_end)
        mask = np.ones((rows, block.key.shape[-2]), dtype=bool)
        answer = merge(kernel, answer, partial(kernel, scores, mask, block.value))
    return answer


def merge(kernel: Kernel, one: Partial, other: Partial) -> Partial:
    """The contribution of two sets of keys together."""
    shift, of_one, of_other = _rescaled(kernel, one, other)
    return Partial(
        shift,
        of_one * one.total + of_other * other.total,
        of_one * one.weighted + of_other * other.weighted,
    )


def shares(kernel: Kernel, one: Partial, other: Partial) -> tuple[np.ndarray, np.ndarray]:
    """Factors of `one.weighted` and `other.weighted` in the answer of both, normaliser included."""
    _, of_one, of_other = _rescaled(kernel, one, other)
    if not kernel.normalised:
        return of_one, of_other
    total = of_one * one.total + of_other * other.total
    return over(of_one, total), over(of_other, total)


def _rescaled(
    kernel: Kernel, one: Partial, other: Partial
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A common shift, and what to multiply each side by. A side that saw nothing has no say."""
    if not kernel.normalised:
        unit = zeros((1,), one.total) + 1
        return one.shift, unit, unit
    blank, other_blank = (np.asarray(p.total == 0, dtype=bool) for p in (one, other))
    shift = np.where(
        blank, other.shift, np.where(other_blank, one.shift, greater(one.shift, other.shift))
    )
    return (
        shift,
        exp_where(~blank, one.shift - shift),
        exp_where(~other_blank, other.shift - shift),
    )
