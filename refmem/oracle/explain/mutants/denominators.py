"""Mutants of normalisers: what a read is divided by, of rules that are linear in their state.

A read has its numerators first, and then one denominator, or one for each of them. The rule's
`finish` says what it does with them, so it is asked what it divides by.

Numbers are rows of `refmem.oracle.explain.survey`: where a mistake was seen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refmem.grammar.transition import Transition
from refmem.memory import Result
from refmem.oracle.cases.case import Case
from refmem.oracle.explain.mutants.abilities import (
    both,
    bound,
    has,
    is_normalised,
    transition_of,
)
from refmem.oracle.explain.mutants.mutant import Memory, Mutant, with_transition
from refmem.oracle.explain.mutants.scores import epsilon_in_softmax, is_plain_softmax

Finish = Callable[[np.ndarray], np.ndarray]


def split(finish: Finish, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numerators and denominators of a read."""
    width = finish(x).shape[-1]
    return x[..., :width], x[..., width:]


def divisor(finish: Finish, x: np.ndarray) -> np.ndarray:
    """What a read's numerators are divided by; zero where they become zero."""
    top, below = split(finish, x)
    share = finish(np.concatenate([np.ones_like(top), below], axis=-1))
    return np.divide(1, share, out=np.zeros_like(share), where=share != 0)


def with_finish(change: Callable[[Finish, np.ndarray], np.ndarray]) -> Any:
    """A rule whose reads are finished by `change(finish, reads)`."""

    def changed(t: Transition, open_gate: Transition) -> Transition:
        finish = t.finish
        assert finish is not None
        return t._replace(finish=lambda x: change(finish, x))

    return with_transition(changed)


def with_epsilon(eps: float) -> Any:
    """A small number is added to what a read is divided by."""

    def added(finish: Finish, x: np.ndarray) -> np.ndarray:
        return split(finish, x)[0] / (divisor(finish, x) + eps)

    return with_finish(added)


def small_denominator(eps: float) -> Mutant:
    """An epsilon in a denominator, where the rule has none."""
    return Mutant(
        f"epsilon of {eps:.2g} in the denominator",
        f"an epsilon of {eps:.2g} added to the denominator",
        (),
        "the epsilon of the normaliser; declare it where it is meant: --denominator-eps",
        call=lambda case, memory: (
            epsilon_in_softmax(eps)(case, memory) if is_plain_softmax(case) else memory
        ),
        rule=lambda case, rule: with_epsilon(eps)(case, rule) if is_normalised(case) else rule,
        fits=lambda case: is_normalised(case) or is_plain_softmax(case),
    )


def left_out(finish: Finish, x: np.ndarray) -> np.ndarray:
    """The numerators."""
    return split(finish, x)[0]


def multiplied(finish: Finish, x: np.ndarray) -> np.ndarray:
    """The numerators times what they should be divided by."""
    return split(finish, x)[0] * divisor(finish, x)


def not_held(finish: Finish, x: np.ndarray) -> np.ndarray:
    """The numerators over the denominator, however near to zero that is."""
    top, below = split(finish, x)
    return np.divide(
        top, below, out=np.zeros_like(top), where=np.broadcast_to(below != 0, top.shape)
    )


def over_heads(t: Transition, open_gate: Transition) -> Transition:
    """The denominator sums keys over the heads up to one, and not over time."""
    finish, (key, value) = t.finish, t.write
    assert finish is not None
    written = np.cumsum(np.broadcast_to(key * value[..., -1:], t.read.shape), axis=1)
    below = (t.read * written).sum(-1, keepdims=True)

    def finished(x: np.ndarray) -> np.ndarray:
        top, own = split(finish, x)
        return finish(np.concatenate([top, np.broadcast_to(below, own.shape)], axis=-1))

    return t._replace(finish=finished)


def with_bound(bound_of: Callable[[np.ndarray], np.ndarray], floor: bool) -> Any:
    """A denominator over e^m that is held at `bound_of(m)`, with m as stabilised kernels keep it.

    m[t] is the greater of log_f[t] + m[t-1] and log_i[t], and with `floor` at least zero.
    """

    def wrap(case: Case, memory: Memory) -> Memory:
        def call(**given: Any) -> Result:
            right = memory(**given)
            if not right.out.shape[-2]:
                return right
            S, x = bound(case, given)
            t: Transition = case.rule.transition(**x.arguments)  # type: ignore[attr-defined]
            reads = []
            for token in range(right.out.shape[-2]):
                S, read = t._replace(finish=None).step(S, token)
                reads.append(read)
            raw, m = np.stack(reads, axis=-2), exponents(x.log_i, x.log_f, floor)[..., None]
            top, below = raw[..., :-1] * np.exp(-m), np.abs(raw[..., -1:]) * np.exp(-m)
            return Result(top / np.maximum(below, bound_of(m)), right.state)

        return call

    return wrap


def exponents(log_i: np.ndarray, log_f: np.ndarray, floor: bool) -> np.ndarray:
    """m of every token, from m = 0 before the first."""
    m, all_m = np.zeros(log_f.shape[:-1]), []
    for token in range(log_f.shape[-1]):
        m = np.maximum(log_f[..., token] + m, log_i[..., token])
        m = np.where(np.isfinite(m), m, 0)
        m = np.maximum(m, 0) if floor else m
        all_m.append(m)
    return np.stack(all_m, axis=-1)


def clamped_bound(limit: float) -> Mutant:
    """The exponent of the bound is clamped to +-limit."""
    return Mutant(
        f"bound clamped at {limit:g}",
        f"the exponent m of the bound e^-m clamped to +-{limit:g}",
        ("structured-linear-cdes#17",),
        "a clamp of m before exp",
        call=with_bound(lambda m: np.exp(-np.clip(m, -limit, limit)), floor=False),
        fits=both(has("log_i", "log_f"), is_normalised),
    )


def gates_exchanged(case: Case, memory: Memory) -> Memory:
    """The input gate is taken for the forget gate, and the other way round."""

    def call(**given: Any) -> Result:
        return memory(**given | {"log_i": given["log_f"], "log_f": given["log_i"]})

    return call


def _one_denominator(case: Case) -> bool:
    if not is_normalised(case) or "lengths" in case.inputs:
        return False
    t = transition_of(case)
    return not t.columns and t.bonus is None and t.read.ndim > 3


def _is_held(case: Case) -> bool:
    """Its denominator is held away from zero: 1/2 is not what it divides by."""
    if not is_normalised(case):
        return False
    finish = transition_of(case).finish
    assert finish is not None
    width = 2 if not transition_of(case).columns else 2 * case.regime.V
    reads = np.full((1, width), 0.5)
    return bool((divisor(finish, reads) != 0.5).any())


DENOMINATORS = (
    small_denominator(1e-2),
    Mutant(
        "denominator left out",
        "the normaliser left out",
        ("fla#850", "performer-pytorch#40"),
        "where the read is divided by the sum of its weights",
        rule=with_finish(left_out),
        fits=is_normalised,
    ),
    Mutant(
        "denominator multiplied",
        "the normaliser multiplied in place of divided by",
        ("performer-pytorch#40",),
        "a reciprocal that was forgotten",
        rule=with_finish(multiplied),
        fits=is_normalised,
    ),
    Mutant(
        "denominator over heads",
        "the normaliser summed over heads in place of time",
        ("fla#850", "fla#594"),
        "the axis of the cumulative sum of keys",
        rule=with_transition(over_heads),
        fits=_one_denominator,
    ),
    Mutant(
        "denominator not held",
        "the normaliser not held away from zero",
        ("xlstm#98",),
        "the lower bound of the denominator",
        rule=with_finish(not_held),
        fits=_is_held,
    ),
    Mutant(
        "bound of one",
        "the normaliser of a stabilised read, over e^m, held at 1 in place of e^-m",
        ("xlstm#98",),
        "the bound of the denominator, which the stabiliser scales too",
        call=with_bound(np.ones_like, floor=False),
        fits=both(has("log_i", "log_f"), is_normalised),
    ),
    Mutant(
        "bound of one, m at least zero",
        "the normaliser of a stabilised read held at 1 in place of e^-m, m at least zero",
        ("xlstm#98",),
        "the bound of the denominator, which the stabiliser scales too",
        call=with_bound(np.ones_like, floor=True),
        fits=both(has("log_i", "log_f"), is_normalised),
    ),
    clamped_bound(2),
    Mutant(
        "input and forget gate exchanged",
        "the input gate and the forget gate exchanged",
        ("xlstm#98",),
        "the order of the two gates' arguments",
        call=gates_exchanged,
        fits=has("log_i", "log_f"),
    ),
)
