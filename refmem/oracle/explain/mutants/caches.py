"""Mutants of rules that keep everything: masks, gates of scores, sinks.

Bugs are rows of the survey of 144 reported ones.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.grammar.lookup import Lookup
from refmem.memory import Result
from refmem.oracle.cases.case import Case
from refmem.oracle.explain.mutants.changes import change_input
from refmem.oracle.explain.mutants.mutant import Memory, Mutant, has, is_cache, with_lookup


def strict(look: Lookup) -> Lookup:
    """A token does not see itself."""
    return look._replace(sees=lambda t, i: look.sees(t, i) & (i < t))


def one_behind(look: Lookup) -> Lookup:
    """A token sees the next one as well."""
    return look._replace(sees=lambda t, i: look.sees(t, i) | (i == t + 1))


def no_erase(look: Lookup) -> Lookup:
    """Values are kept as they are."""
    return look._replace(erase=None)


def erase_with_query(look: Lookup) -> Lookup:
    """What is taken out is recalled with the query."""
    return look._replace(erase=(look.query, *look.erase[1:]) if look.erase else None)


def no_gate(look: Lookup) -> Lookup:
    """Scores do not fade."""
    return look._replace(log_alpha=None)


def no_path(look: Lookup) -> Lookup:
    """Keys are not reflected by later tokens."""
    return look._replace(path=None)


def gate_scaled(case: Case, memory: Memory) -> Memory:
    """The gate is scaled along with the scores."""
    return change_input("log_alpha", lambda g: g * case.regime.K**-0.5)(case, memory)


def top_left(case: Case, memory: Memory) -> Memory:
    """Query t sees the first t + 1 keys of the cache: the mask ignores what came before."""

    def call(**given: Any) -> Result:
        past = given.get("state")
        if past is None:
            return memory(**given)
        right = memory(**given)
        seen, tokens = past.key.shape[-2], given["q"].shape[-2]
        outs = []
        for t in range(tokens):
            key, value = right.state.key[..., : t + 1, :], right.state.value[..., : t + 1, :]
            outs.append(_answer(case, memory, given, t, key, value))
        out = np.concatenate(outs, axis=-2) if seen and tokens else right.out
        return Result(out, right.state)

    return call


def _answer(
    case: Case, memory: Memory, given: dict[str, Any], t: int, key: np.ndarray, value: np.ndarray
) -> np.ndarray:
    """The read of token t from these keys alone."""
    shape = np.broadcast_shapes(key.shape[:-2], value.shape[:-2])
    tokens = key.shape[-2]
    q = np.broadcast_to(given["q"][..., t : t + 1, :], (*shape, tokens, key.shape[-1]))
    rest = {n: x for n, x in given.items() if n in ("scale", "sink", "first_bias")}
    return memory(q=q, k=np.broadcast_to(key, (*shape, *key.shape[-2:])), v=value, **rest).out[
        ..., -1:, :
    ]


def _softmax(case: Case) -> bool:
    return case.rule.name == "softmax_attention"


def _erases(case: Case) -> bool:
    return case.rule.name in ("deltaformer", "kernel_delta")


def _has_path(case: Case) -> bool:
    return case.rule.name.startswith("path_attention")


CACHES = (
    Mutant(
        "strict mask",
        "a token not seeing itself (a strict mask)",
        "E3 (strict mask), 114",
        "i < t against i <= t in the mask",
        rule=with_lookup(strict),
        fits=is_cache,
    ),
    Mutant(
        "mask one behind",
        "a token seeing the next one",
        "107, 116 (InfiniCore#279)",
        "the offset of the causal mask",
        rule=with_lookup(one_behind),
        fits=is_cache,
    ),
    Mutant(
        "mask top left",
        "the mask counted from the first key of the cache (top-left)",
        "114 (onnx#8068)",
        "the offset of the causal mask where there are more keys than queries",
        call=top_left,
        fits=_softmax,
    ),
    Mutant(
        "scores do not fade",
        "the gate of the scores left out",
        "11, 97",
        "where the cumulative gate is added to the scores",
        rule=with_lookup(no_gate),
        fits=has("log_alpha"),
    ),
    Mutant(
        "gate scaled",
        "the gate scaled by 1/sqrt(K) along with the scores",
        "91 (fla PaTH against FoX)",
        "the gate inside or outside the scale",
        call=gate_scaled,
        fits=has("log_alpha"),
    ),
    Mutant(
        "sink ignored",
        "the sink ignored",
        "117 (TransformerEngine#3551)",
        "the sink in the softmax's denominator",
        call=change_input("sink", lambda sink: np.full_like(sink, -np.inf)),
        fits=has("sink"),
    ),
    Mutant(
        "sink counted twice",
        "the sink counted twice",
        "118 (rocm-libraries#12229)",
        "the sink in each part of a split softmax",
        call=change_input("sink", lambda sink: sink + np.log(2).astype(sink.dtype)),
        fits=has("sink"),
    ),
    Mutant(
        "sink on the first key",
        "the sink taken for a bias of the first key",
        "120 (MiMo against gpt-oss)",
        "which of the two things called a sink is meant",
        call=lambda case, memory: (
            lambda **given: memory(
                **{n: x for n, x in given.items() if n not in ("sink", "first_bias")},
                sink=given["first_bias"],
                first_bias=given["sink"],
            )
        ),
        fits=has("sink", "first_bias"),
    ),
    Mutant(
        "values uncorrected",
        "values kept without what their keys recall taken out",
        "32 (fla#1105), 11",
        "the triangular solve over the cache",
        rule=with_lookup(no_erase),
        fits=_erases,
    ),
    Mutant(
        "values corrected with the query",
        "values corrected by what the query recalls, not the key w",
        "fla's DeltaFormer",
        "the operand of the first of the two softmaxes",
        rule=with_lookup(erase_with_query),
        fits=_erases,
    ),
    Mutant(
        "keys unreflected",
        "keys not transformed by later tokens",
        "91 (fla PaTH)",
        "the products of Householder factors between a query and a key",
        rule=with_lookup(no_path),
        fits=_has_path,
    ),
)
