"""Mutants of softmax: what else is in the sum, how parts of it are merged, slopes of heads.

Numbers are rows of `refmem.oracle.explain.survey`: where a mistake was seen.
"""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import numpy as np

from refmem.algebra import segment_sums
from refmem.grammar.lookup import Cache, Lookup
from refmem.memory import Result
from refmem.oracle.cases.case import Case
from refmem.oracle.cases.reference import arguments
from refmem.oracle.explain.mutants.abilities import (
    both,
    bound,
    earlier,
    erases,
    is_cache,
    is_capped,
    is_packed,
    is_resumed,
    is_softmax,
    lacks,
    lookup_of,
    tokens,
)
from refmem.oracle.explain.mutants.mutant import Memory, Mutant, with_lookup

EXACT = 1e-9
"""How far two ways to the same numbers may be apart."""

SLOTS = 64
"""Slots of a cache are allocated so many at a time."""


class Scores(NamedTuple):
    """Scores (..., T, P + T) of T tokens and a cache of P, minus infinity where unseen; values."""

    scores: np.ndarray
    values: np.ndarray
    sink: np.ndarray | None


def scores_of(case: Case, given: dict[str, Any]) -> Scores:
    """All scores of a softmax at once, as its lookup has them."""
    state, x = bound(case, given)
    look: Lookup = case.rule.lookup(**x.arguments)  # type: ignore[attr-defined]
    past: Cache = state.append(look.key, look.value, look.log_alpha)
    keys, count = past.key.shape[-2], look.query.shape[-2]
    first = keys - count if look.first is None else look.first
    t, i = np.arange(first, first + count)[:, None], np.arange(keys)
    scores = look.scores(look.query, past.key)
    if past.log_alpha is not None:
        scores = scores + segment_sums(past.log_alpha, count)
    if look.bias is not None:
        scores = scores + look.bias(t, i)
    sink = None if look.sink is None else look.sink[..., None, None] + 0 * scores[..., :1]
    return Scores(np.where(look.sees(t, i), scores, -np.inf), past.value, sink)


def sums(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights over exp(shift), their sum, and that shift, each (..., T, 1) but the first."""
    top = scores.max(-1, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, 0)
    weights = np.exp(scores - top)
    return weights, weights.sum(-1, keepdims=True), top


@functools.lru_cache(maxsize=16)
def is_plain_softmax(case: Case) -> bool:
    """Whether these scores are all there is to a case: their softmax is what the rule gives."""
    if not is_softmax(case) or erases(case) or is_packed(case) or not tokens(case):
        return False
    given = arguments(case, case.inputs) | case.options
    scores, values, sink = scores_of(case, given)
    found = read(scores, values, sink, 0)
    right = case.rule(**given).out
    return found.shape == right.shape and bool(np.abs(found - right).max() < EXACT)


def read(scores: np.ndarray, values: np.ndarray, sink: np.ndarray | None, eps: float) -> np.ndarray:
    """Means of the values under a softmax, over a denominator that is `eps` too large."""
    every = scores if sink is None else np.concatenate([scores, sink], axis=-1)
    weights, total, _ = sums(every)
    total = np.where(total + eps == 0, 1, total + eps)
    return (weights[..., : values.shape[-2]] / total) @ values


def merged_in_base(base: float) -> Any:
    """The cache and the new tokens answer apart, and are merged by log-sum-exps over `base`."""

    def wrap(case: Case, memory: Memory) -> Memory:
        def call(**given: Any) -> Result:
            right = memory(**given)
            past = earlier(case) if "state" in given else 0
            if not past or not right.out.shape[-2]:
                return right
            scores, values, sink = scores_of(case, given)
            of_cache, of_new = scores[..., :past], scores[..., past:]
            if sink is not None:
                of_new = np.concatenate([of_new, sink], axis=-1)
                values = np.concatenate([values, 0 * values[..., :1, :]], axis=-2)
            parts = [sums(part) for part in (of_cache, of_new)]
            means = [np.divide(w, z, out=0 * w, where=z > 0) for w, z, _ in parts]
            logs = [(top + np.log(z)) / base for _, z, top in parts]
            share, total, _ = sums(np.concatenate(logs, axis=-1))
            share = share / total
            out = share[..., :1] * (means[0] @ values[..., :past, :])
            out = out + share[..., 1:] * (means[1] @ values[..., past:, :])
            return Result(out, right.state)

        return call

    return wrap


def unwritten_slots(slots: int) -> Mutant:
    """Keys of zeros up to a multiple of `slots`, which hold nothing, in the sum of the softmax."""

    def more(case: Case) -> int:
        return -(earlier(case) + tokens(case)) % slots

    def changed(look: Lookup, case: Case) -> Lookup:
        none = np.full((1,) * (look.query.ndim - 2), np.log(more(case)))
        sink = none if look.sink is None else np.logaddexp(look.sink, none)
        return look._replace(sink=sink.astype(look.query.dtype))

    def fits(case: Case) -> bool:
        normalised = is_cache(case) and lookup_of(case).kernel.normalised
        return normalised and not is_packed(case) and more(case) > 0

    return Mutant(
        f"unwritten slots up to {slots}",
        f"unwritten slots of the cache, up to a multiple of {slots}, in the softmax",
        ("gpt-fast#233", "onnxruntime-genai#2354"),
        "the mask of slots that hold no token yet",
        rule=with_lookup(changed),
        fits=fits,
    )


def epsilon_in_softmax(eps: float) -> Any:
    """A small number is added to the sum of the weights, after their maximum is taken off."""

    def wrap(case: Case, memory: Memory) -> Memory:
        def call(**given: Any) -> Result:
            right = memory(**given)
            if not right.out.shape[-2]:
                return right
            return Result(read(*scores_of(case, given), eps), right.state)

        return call

    return wrap


def plain_slopes(case: Case, memory: Memory) -> Memory:
    """2^(-8 h/H) for h = 1, ..., H, whatever H is."""

    def call(**given: Any) -> Result:
        _, x = bound(case, given)
        heads = x.lead[-1] if x.lead else 1
        slopes = 2.0 ** (-8 * np.arange(1, heads + 1) / heads)
        return memory(**given | {"slopes": slopes.astype(x.like.dtype)})

    return call


def for_twice_the_heads(case: Case, memory: Memory) -> Memory:
    """What follows from the number of heads is made for twice as many, of which these are half."""
    name = by_heads(case)

    def call(**given: Any) -> Result:
        return memory(**given | {name: made_for_twice(case, given, name)})

    return call


def made_for_twice(case: Case, given: dict[str, Any], name: str) -> np.ndarray:
    """An input that was left out, as it is for twice as many heads."""
    rule = case.rule
    x = bound(case, given)[1]
    own = {n: len(axes.split()) for n, axes in rule.inputs.items() if n in x.arrays and n != name}
    doubled = {n: np.concatenate([x.arrays[n]] * 2, axis=-k - 1) for n, k in own.items()}
    options = {n: y for n, y in given.items() if n in rule.options}
    made: np.ndarray = rule.bind((), doubled | options, None, None).arrays[name]
    return made[..., : x.lead[-1]]


@functools.lru_cache(maxsize=16)
def by_heads(case: Case) -> str:
    """The input of a number a head that is left out, and follows from how many heads there are."""
    rule, given = case.rule, {n: x for n, x in case.inputs.items() if n in case.rule.inputs}
    for name, make in rule.defaults.items():
        if make and not rule.inputs[name] and name not in given:
            own = bound(case, given)[1].arrays[name]
            if own.any() and not np.array_equal(own, made_for_twice(case, given, name)):
                return name
    return ""


SCORES = (
    unwritten_slots(SLOTS),
    unwritten_slots(16),
    Mutant(
        "log-sum-exp in base 2",
        "cache and new tokens merged by base-2 log-sum-exps taken for natural ones",
        ("sglang#40903", "sglang#35045", "flashinfer#4547"),
        "the base of the log-sum-exp that the two parts hand to the merge",
        call=merged_in_base(np.log(2)),
        fits=both(is_plain_softmax, is_resumed),
    ),
    Mutant(
        "log-sum-exp natural",
        "cache and new tokens merged by natural log-sum-exps taken for base-2 ones",
        ("sglang#40903", "flashinfer#4547"),
        "the base of the log-sum-exp that the two parts hand to the merge",
        call=merged_in_base(1 / np.log(2)),
        fits=both(is_plain_softmax, is_resumed),
    ),
    Mutant(
        "softcap ignored",
        "the cap of the scores ignored",
        ("keras-hub#1712",),
        "where the cap is passed on",
        rule=with_lookup(lambda look, case: look._replace(cap=None)),
        fits=is_capped,
    ),
    Mutant(
        "slopes by the plain formula",
        "slopes 2^(-8 h/H), although H is no power of two",
        (121, "llama.cpp#20031"),
        "the slopes where the number of heads is no power of two",
        call=plain_slopes,
        fits=lacks("slopes"),
    ),
    Mutant(
        "made for twice the heads",
        "what its head count makes of a head (slopes, factors) made for twice as many heads",
        (121,),
        "the number of heads where heads are split over devices",
        call=for_twice_the_heads,
        fits=lambda case: bool(by_heads(case)),
    ),
)
