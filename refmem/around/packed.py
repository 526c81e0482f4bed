"""Packed sequences: several, one after another on the same time axis, each with its own memory."""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.algebra import zeros
from refmem.grammar.binding import as_arrays, bind_names, bind_shapes
from refmem.grammar.state import each
from refmem.memory import CacheRule, Result, StateRule
from refmem.memory.grouped_heads import Groups, unfold
from refmem.memory.rule import Rule


def packed(
    rule: Rule,
    *args: Any,
    cu_seqlens: Any,
    state: Any = None,
    scale: Any = None,
    heads: str | None = None,
    **given: Any,
) -> Result:
    """Run `rule` over sequences that share a time axis: sequence n is tokens cu_seqlens[n] up to
    cu_seqlens[n + 1], and sees no other.

    cu_seqlens   N + 1 whole numbers that start at 0 and never fall; an empty sequence is allowed
    state        a state per sequence: an array (N, ..., K, V), or a named tuple of such arrays; for
                 a rule that keeps everything, a list of N caches. None: all start empty

    Everything else as the rule itself, but for `states`. Returns Result(out, state) with the same
    kind of state; an empty sequence passes its state through. Tokens after the last sequence
    (padding) belong to none: they touch no state and their outputs are zero.

    >>> from refmem import linear_attention
    >>> q = k = v = np.ones((3, 1))
    >>> out, state = packed(linear_attention, q, k, v, cu_seqlens=[0, 2, 2, 3])
    >>> out[:, 0], state[:, 0, 0]
    (array([1., 2., 1.]), array([2., 0., 1.]))

    Raises ValueError for boundaries that are not as above or another number of states.
    """
    if heads is not None and isinstance(rule, CacheRule):
        return _in_groups(rule, heads, args, given, state, cu_seqlens=cu_seqlens, scale=scale)
    if heads is not None:
        given |= {"heads": heads}
    options = {name: given.pop(name) for name in rule.options if name in given}
    keywords: dict[str, Any] = {n: given.pop(n) for n in ("form", "chunk") if n in given}
    arrays = as_arrays(rule.name, bind_names(rule.name, rule.argument_order, args, given))
    shapes = {name: axes for name, axes in rule.inputs.items() if name in arrays}
    x = bind_shapes(rule.name, arrays, shapes, rule.options | options)
    bounds = _boundaries(rule.name, cu_seqlens, x.T)
    states = _one_each(rule, state, len(bounds) - 1)
    keywords |= options | {"scale": scale}
    results = [
        rule(**x.tokens(start, stop).arrays, state=one, **keywords)
        for start, stop, one in zip(bounds[:-1], bounds[1:], states, strict=True)
    ]
    return _joined(rule, results, x.T - bounds[-1])


def _in_groups(
    rule: CacheRule,
    heads: str,
    args: tuple[Any, ...],
    given: dict[str, Any],
    state: Any,
    **call: Any,
) -> Result:
    """The same where query heads share key heads."""
    call |= {name: given.pop(name) for name in ("form", "chunk") if name in given}
    groups = Groups(rule, heads, args, given)
    before = None if state is None else [groups.divided_state(cache) for cache in state]
    out, after = packed(rule, **groups.inputs, state=before, **call)
    return Result(unfold(out, 2, heads), [groups.joined_state(cache) for cache in after])


def _boundaries(rule: str, cu_seqlens: Any, T: int) -> list[int]:
    """The boundaries as a list, checked."""
    bounds = np.asarray(cu_seqlens)
    if bounds.ndim != 1 or bounds.size < 2 or bounds.dtype.kind not in "iu":
        raise ValueError(
            f"{rule}: cu_seqlens has shape {bounds.shape} and dtype {bounds.dtype}, expected (N + "
            "1,) whole numbers, because these are the boundaries of N sequences"
        )
    if bounds[0] != 0 or (np.diff(bounds.astype(int)) < 0).any() or bounds[-1] > T:
        raise ValueError(
            f"{rule}: cu_seqlens has values {bounds.tolist()}, expected some from 0 to at most T = "
            f"{T} that never fall, because sequences lie one after another"
        )
    return [int(bound) for bound in bounds]


def _one_each(rule: Rule, state: Any, sequences: int) -> list[Any]:
    """The state of each sequence."""
    if state is None:
        return [None] * sequences
    arrays = isinstance(rule, StateRule)
    fields = state if arrays and isinstance(state, tuple) else (state,)
    counts = {len(field) for field in fields if field is not None}
    if counts != {sequences}:
        raise ValueError(
            f"{rule.name}: state has {' and '.join(map(str, sorted(counts)))} entries, expected "
            f"{sequences}, because cu_seqlens has so many sequences"
        )
    if arrays:
        return [each(lambda S, at=n: S[at, ...], state) for n in range(sequences)]
    return list(state)


def _joined(rule: Rule, results: list[Any], unused: int) -> Result:
    """Outputs along time, with zeros for what no sequence has, and the states together."""
    outs = [result.out for result in results]
    blank = zeros((*outs[0].shape[:-2], unused, outs[0].shape[-1]), outs[0])
    out = np.concatenate([*outs, blank], axis=-2)
    states = [result.state for result in results]
    if not isinstance(rule, StateRule):
        return Result(out, states)
    return Result(out, each(lambda *arrays: np.stack(arrays), *states))
