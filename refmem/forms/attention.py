"""How a cache rule runs: all scores at once, token by token over the cache, or streaming.

Time T^2 (K + V). Memory T^2 in the definition; the cache and one block of scores in the others.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from refmem.algebra import join, unit_lower_solve, zeros
from refmem.forms.form import CacheMemory
from refmem.forms.path import Path, path_of
from refmem.forms.streaming import Partial, finished, of_earlier, of_nothing, of_own, shares
from refmem.grammar.inputs import Inputs
from refmem.grammar.lookup import Cache, Lookup, Sight

Run = tuple[np.ndarray, Cache, list[Cache] | None]


def run_parallel(rule: CacheMemory, x: Inputs, past: Cache, chunk: int, keep: bool) -> Run:
    """The definition: every query against every key it may see."""
    if x.T == 0:
        return zeros((*x.lead, 0, x.V), x.like), past, [] if keep else None
    cache, out = rule.attend(past, **x.arguments)
    after = _after_every_token(rule.lookup(**x.arguments), past, cache) if keep else None
    return out, cache.first(past.key.shape[-2] + x.T), after


def run_recurrent(rule: CacheMemory, x: Inputs, past: Cache, chunk: int, keep: bool) -> Run:
    """Decoding: one token at a time, against the whole cache."""
    look, keys = rule.lookup(**x.arguments), max(1, past.key.shape[-2] + x.T)
    return run_blocks(look, x, past, keep, queries=1, keys=keys)


def run_chunked(rule: CacheMemory, x: Inputs, past: Cache, chunk: int, keep: bool) -> Run:
    """Streaming: at most `chunk` queries against at most `chunk` keys at a time."""
    return run_blocks(rule.lookup(**x.arguments), x, past, keep, queries=chunk, keys=chunk)


def run_blocks(
    look: Lookup,
    x: Inputs,
    past: Cache,
    keep: bool,
    *,
    queries: int,
    keys: int,
    solve: Callable[[np.ndarray, np.ndarray], np.ndarray] = unit_lower_solve,
) -> Run:
    """At most so many queries against at most so many keys at a time; `solve` is for erasing."""
    if look.ahead:
        return _run_ahead(look, x, past, keep, queries=queries, keys=keys)
    cache = past.append(look.key, zeros(look.value.shape, x.like), look.log_alpha)
    out = zeros((*x.lead, x.T, x.V), x.like)
    for start in range(0, x.T, queries):
        stop = min(start + queries, x.T)
        here = past.key.shape[-2] + start
        block, before = look.tokens(start, stop), cache.part(0, here)
        value, path = _stored(block, before, keys, solve), path_of(block)
        out[..., start:stop, :] = _read(block, before, path, value, keys)
        own = cache.part(here, here + stop - start)
        own.value[...] = value
        if block.path is not None:
            before.key[...], own.key[...] = path.carry(before.key), path.key
    return out, cache, _after_every_token(look, past, cache) if keep else None


def _run_ahead(look: Lookup, x: Inputs, past: Cache, keep: bool, *, queries: int, keys: int) -> Run:
    """The same where tokens see later ones: every key is there before the first query asks."""
    cache = past.append(look.key, look.value)
    look = look._replace(first=past.key.shape[-2] if look.first is None else look.first)
    out = zeros((*x.lead, x.T, x.V), x.like)
    for start in range(0, x.T, queries):
        block = look.tokens(start, min(start + queries, x.T))
        found = of_earlier(block, block.query, cache, keys)
        none = of_nothing(block._replace(sink=None), block.query)
        out[..., start : start + queries, :] = _answer(block, found, none)
    return out, cache, _after_every_token(look, past, cache) if keep else None


def _stored(
    block: Lookup,
    before: Cache,
    keys: int,
    solve: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> np.ndarray:
    """What the block's tokens put in the cache: their values, less what they erase."""
    if block.erase is None:
        return block.value
    w, beta, kernel = block.erase
    reader = Lookup(w, block.key, block.value, kernel, sees=Sight(itself=False))
    own = of_own(reader, path_of(reader).scores, before.key.shape[-2], None)
    earlier = of_earlier(reader, w, before, keys)
    share_of_earlier, share_of_own = shares(kernel, earlier, own)
    strength = beta[..., None]
    return solve(
        strength * (share_of_own * own.weighted),
        block.value - strength * (share_of_earlier * earlier.weighted),
    )


def _read(block: Lookup, before: Cache, path: Path, value: np.ndarray, keys: int) -> np.ndarray:
    """What the block's queries are answered by the cache before them and by the block itself."""
    own = of_own(block, path.scores, before.key.shape[-2], value)
    return _answer(block, of_earlier(block, path.query, before, keys), own)


def _answer(block: Lookup, earlier: Partial, own: Partial) -> np.ndarray:
    """What two sets of keys answer together."""
    share_of_earlier, share_of_own = shares(block.kernel, earlier, own)
    answer = finished(block, share_of_earlier * earlier.weighted + share_of_own * own.weighted)
    if block.rest is None:
        return answer
    weight = share_of_earlier * earlier.total + share_of_own * own.total
    return answer + (1 - weight) * block.rest


def _after_every_token(look: Lookup, past: Cache, cache: Cache) -> list[Cache]:
    """The cache after every token: its first tokens, their keys only as far as they had come."""
    seen, tokens = past.key.shape[-2], look.key.shape[-2]
    after = [cache.first(seen + t + 1) for t in range(tokens)]
    if look.path is None:
        return after
    key = past.key
    for t in range(tokens):
        path = path_of(look.tokens(t, t + 1))
        key = join(path.carry(key), path.key)
        after[t] = after[t]._replace(key=key)
    return after
