"""Mutants of precision: numbers that pass through fewer bits than they came with.

Numbers are rows of `refmem.oracle.explain.survey`: where a mistake was seen.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from refmem.algebra.numbers import to_bits
from refmem.grammar.state import each
from refmem.grammar.transition import Transition
from refmem.memory import Result, StateRule
from refmem.oracle.cases.case import Case
from refmem.oracle.cases.ingredients import gate_of, whole_inputs
from refmem.oracle.explain.mutants.abilities import (
    bound,
    has,
    has_state,
    is_linear,
    transition_of,
)
from refmem.oracle.explain.mutants.changes import change_input, change_result, with_state
from refmem.oracle.explain.mutants.mutant import (
    Memory,
    Mutant,
    ends_of_chunks,
    in_pieces,
    tokens_of,
)

Rounding = Callable[[np.ndarray], np.ndarray]

BITS = {"bfloat16": 8, "float16 or TF32": 11}
"""Format -> bits of a number, the leading one included. float16 and TF32 differ in range."""

LOADED = {"q": "the queries", "k": "the keys", "v": "the values", "beta": "beta"}
SEEN = (89, 141)
CAST = (132, 141)


def rounded_logarithm(rounding: Rounding) -> Rounding:
    """A factor whose natural logarithm is rounded."""
    return lambda alpha: np.exp(rounding(np.log(alpha)))


def every_input(rounding: Rounding, gate: Rounding) -> Any:
    """The call with all its inputs rounded, the state among them; the gate in its own way."""

    def wrap(case: Case, memory: Memory) -> Memory:
        rounded = change_input("gate", gate)(case, memory) if has("gate")(case) else memory

        def call(**given: Any) -> Result:
            names = {name for name in given if name in case.axes or name == "state"}
            inputs = {name: each(rounding, given[name]) for name in names - {gate_of(case.rule)}}
            return rounded(**given | inputs)

        return call

    return wrap


def every_token(rounding: Rounding) -> Any:
    """The state rounded after every token."""

    def wrap(case: Case, memory: Memory) -> Memory:
        def call(**given: Any) -> Result:
            ends = ends_of_chunks(tokens_of(case, given), 1)
            result = in_pieces(case, memory, given, ends, lambda S, stop: each(rounding, S))
            return Result(result.out, each(rounding, result.state))

        return call

    return wrap


def before_the_read(rounding: Rounding) -> Any:
    """The state rounded after every write, so that the token's own read sees it rounded."""

    def wrap(case: Case, memory: Memory) -> Memory:
        def call(**given: Any) -> Result:
            S, x = bound(case, given)
            t: Transition = case.rule.transition(**x.arguments)  # type: ignore[attr-defined]
            nothing = t._replace(decay=None, erase=None, write=(0 * t.write[0], t.write[1]))
            reads = []
            for token in range(tokens_of(case, given)):
                S = rounding(t.step(S, token)[0])
                reads.append(nothing.step(S, token)[1])
            return Result(np.stack(reads, axis=-2), S) if reads else memory(**given)

        return call

    return wrap


def _reads_after(case: Case) -> bool:
    return is_linear(case) and not transition_of(case).before


def _goes_on(case: Case) -> bool:
    """Whether a call can go on from a state: some rules must be told how many tokens it holds."""
    return isinstance(case.rule, StateRule) and whole_inputs(case.rule) <= set(case.inputs)


def _one_rounded(kind: str, rounding: Rounding) -> tuple[Mutant, ...]:
    """Mistakes with one input."""
    loaded = tuple(
        Mutant(
            f"{name} in {kind}",
            f"{said} rounded to {kind}",
            SEEN,
            f"the dtype in which {name} is loaded, or multiplied by the tensor cores",
            call=change_input(name, rounding),
            fits=has(name),
        )
        for name, said in LOADED.items()
    )
    return (
        *loaded,
        Mutant(
            f"gate in {kind}",
            f"the gate's factor rounded to {kind}",
            SEEN,
            "the dtype of the gate after exp",
            call=change_input("gate", rounding),
            fits=has("gate"),
        ),
        Mutant(
            f"logarithm of the gate in {kind}",
            f"the gate's logarithm rounded to {kind}",
            SEEN,
            "the dtype of the gate before exp, and of its cumulative sums",
            call=change_input("gate", rounded_logarithm(rounding)),
            fits=has("gate"),
        ),
    )


def _state_rounded(kind: str, rounding: Rounding) -> tuple[Mutant, ...]:
    """Mistakes with what is carried from token to token."""
    return (
        Mutant(
            f"initial state in {kind}",
            f"the initial state rounded to {kind}",
            (24, 26),
            "the dtype in which the initial state is loaded",
            call=with_state(functools.partial(each, rounding)),
            fits=has_state,
        ),
        Mutant(
            f"state in {kind}",
            f"the state rounded to {kind} at every token, after its read",
            (24, 25),
            "the dtype of the state between tokens",
            call=every_token(rounding),
            fits=_goes_on,
        ),
        Mutant(
            f"state in {kind} before the read",
            f"the state rounded to {kind} at every token, before its read",
            (24, 25, "mlx-lm#988", "vllm#13466"),
            "the dtype of the state that a token's own read sees",
            call=before_the_read(rounding),
            fits=_reads_after,
        ),
    )


def _all_rounded(kind: str, rounding: Rounding) -> tuple[Mutant, ...]:
    """Mistakes with everything that goes in, or comes out."""
    return (
        Mutant(
            f"inputs in {kind}",
            f"every input rounded to {kind}",
            CAST,
            "a cast of all arguments at the entry, or the precision of matrix products",
            call=every_input(rounding, rounding),
        ),
        Mutant(
            f"inputs in {kind}, the gate as a logarithm",
            f"every input rounded to {kind}, the gate as a logarithm",
            CAST,
            "a cast of all arguments at the entry",
            call=every_input(rounding, rounded_logarithm(rounding)),
            fits=has("gate"),
        ),
        Mutant(
            f"output in {kind}",
            f"the output rounded to {kind}",
            (26, 132),
            "the dtype in which the output is stored",
            call=change_result(lambda case, given, r: Result(rounding(r.out), r.state)),
        ),
    )


def _rounded_to(kind: str) -> tuple[Mutant, ...]:
    rounding = functools.partial(to_bits, BITS[kind])
    parts = _one_rounded, _state_rounded, _all_rounded
    return tuple(mutant for part in parts for mutant in part(kind, rounding))


PRECISION = tuple(mutant for kind in BITS for mutant in _rounded_to(kind))
