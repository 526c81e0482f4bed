"""What a function will be called with under a rule and a convention, and what it must return.

Shapes are in letters: B sequences, T tokens, H heads of keys, HQ of queries and HV of values where
these may be more, K and V channels; P tokens of a cache; N tokens of all sequences, where these are
joined. They come from the conversions themselves, run on arrays whose lengths are primes.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from refmem.grammar.kinds import Kind
from refmem.memory import CacheRule, StateRule, StaticRule, empty_matrix
from refmem.memory.rule import Rule
from refmem.oracle.border.conventions import Convention
from refmem.oracle.border.heads import is_of_queries, is_of_values, may_share
from refmem.oracle.border.layouts import JOINED, STATE, Arrays, Axes, is_timed
from refmem.oracle.border.spelling import Spelling

OUT = ("T", "V")

CACHE = {"key": ("P", "K"), "value": ("P", "V"), "log_alpha": ("P",)}
"""Fields of a cache, the last where the rule has such an input."""

PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)
LETTERS = ("B", "n", "T", "H", "HQ", "HV", "K", "V", "P")

GROUPS = ("values", "queries")
"""Heads that may be more than those of keys."""

NORMALISED = {
    "rsqrt": "x / sqrt(sum x^2 + {eps:g})",
    "max": "x / max(|x|, {eps:g})",
    "mean": "x / sqrt(K) / sqrt(mean x^2 + {eps:g})",
}


class Row(NamedTuple):
    """An argument, or a part of the result.

    name    the callee's
    of      refmem's, or ""
    shape   in letters, such as "(B, T, H, K)"; "" of what is no array
    dtype   "" of what is no array
    says    what its numbers are
    needed  whether every call has it
    """

    name: str
    of: str
    shape: str
    dtype: str
    says: str
    needed: bool = True


class Described(NamedTuple):
    """A call: its arguments, what it returns, and what else there is to know."""

    arguments: tuple[Row, ...]
    returns: tuple[Row, ...]
    notes: tuple[str, ...]


def describe_call(
    rule: Rule, convention: Convention, dtype: Any, lacks: Collection[str] = ()
) -> Described:
    """What a function of that rule gets in that convention and dtype, but for what it lacks.

    lacks   refmem's names: inputs, parameters, "state", "scale", and options of the rule

    >>> from refmem import gated_delta
    >>> from refmem.oracle.border.presets import FLA
    >>> found = describe_call(gated_delta, FLA, "float32")
    >>> for row in found.arguments[:4]:
    ...     print(row.name, row.shape, row.says)
    q (B, T, H, K) query
    k (B, T, H, K) key
    v (B, T, HV, V) value
    g (B, T, HV) natural logarithm of a factor in [0, 1]
    >>> found.returns[1].shape, found.notes
    ('(B, HV, K, V)', ('value head h uses key head h // (HV / H)',))
    """
    drawn = Drawn(rule, replace(convention, every_head=()))  # HV is already for every head
    rows = [*_arrays(rule, convention, dtype, drawn), *_state(rule, convention, dtype, drawn)]
    rows += [*_boundaries(convention), *_options(rule, convention)]
    kept = tuple(row for row in rows if row.of.partition(".")[0] not in lacks)
    returns = [drawn.row("out", OUT, dtype, "output"), *_state(rule, convention, dtype, drawn)]
    return Described(
        kept,
        tuple(
            row._replace(name=row.of, says=row.says.replace("before the first", "after the last"))
            for row in returns
            if row.of == "out" or "state" not in lacks
        ),
        tuple(_notes(rule, convention)),
    )


@dataclass
class Drawn:
    """Arrays of prime lengths for the inputs of a rule: a call, as conventions see one."""

    rule: Rule
    convention: Convention

    def __post_init__(self) -> None:
        self.axes: dict[str, Axes] = {n: tuple(s.split()) for n, s in self.rule.inputs.items()}
        self.kinds = {name: kind.name for name, kind in self.rule.kinds.items()}
        every = [axis for axes in self.axes.values() for one in axes for axis in one.split("*")]
        letters = dict.fromkeys((*LETTERS, *every))
        self.lengths = dict(zip(letters, PRIMES, strict=False))
        self.inputs: Arrays = {n: self.array(n, axes) for n, axes in self.axes.items()}

    def heads(self, name: str) -> str:
        """The letter of an array's heads."""
        both = {group: is_shared(group, self.rule, self.convention) for group in GROUPS}
        if both["queries"] and is_of_queries(self.rule, name):
            return "HQ"
        if both["values"] and is_of_values(self.rule, name):
            return "HV"
        return "HQ" if both["queries"] and name == "out" else "H"

    def _has_batch(self, name: str) -> bool:
        return name not in self.axes or is_timed(self.axes[name])

    def array(self, name: str, axes: Axes) -> np.ndarray:
        """An array of the grammar."""
        own = (math.prod(self.lengths[one] for one in axis.split("*")) for axis in axes)
        batch = self.lengths["B"] if self._has_batch(name) else 1
        return np.zeros((batch, self.lengths[self.heads(name)], *own))

    def row(
        self, name: str, axes: Axes, dtype: Any, says: str, needed: bool = True, like: Any = None
    ) -> Row:
        """A row of an array, its shape as the convention has it."""
        x = self.array(name, axes) if like is None else np.zeros(like)
        theirs = self.convention.part_to_foreign(name, x, axes, dtype)
        shape = ", ".join(self.written(n) for n in theirs.shape)
        kind = self.convention.dtype_of(name, dtype).name
        comma = "," if theirs.ndim == 1 else ""
        return Row(self.convention.name(name), name, f"({shape}{comma})", kind, says, needed)

    def written(self, length: int) -> str:
        """A length in letters: "H*K" is the product of two."""
        found = [letter for letter, prime in self.lengths.items() if length % prime == 0]
        if self.convention.layout in JOINED and {"B", "T"} <= set(found):
            found = [one for one in found if one not in ("B", "T")] + ["N"]
        return "*".join(found) or "1"


def _arrays(rule: Rule, convention: Convention, dtype: Any, drawn: Drawn) -> Iterator[Row]:
    """The inputs, and parameters that they are computed with."""
    for one in drawn.convention.spellings(drawn):
        for name, axes in one.raw_axes.items():
            own = name == one.name
            says = _says(one, rule.kinds[one.name], convention) if own else f"of {one.name}"
            needed = one.name not in rule.defaults
            yield drawn.row(name, axes, dtype, says, needed, one.shape_of(name))


def _says(one: Spelling, kind: Kind, convention: Convention) -> str:
    """What the numbers of an input are."""
    if convention.norm and one.name in convention.normed:
        how = NORMALISED[convention.norm].format(eps=convention.eps)
        return f"{kind.name}, normalised inside: {how}"
    if one.is_computed:
        return f"{one.name} is {one.says(convention.name)}"
    is_bounded = math.isfinite(kind.least + kind.most)
    within = f" in [{kind.least:g}, {kind.most:g}]" if is_bounded else ""
    return f"{one.how.unit or kind.name}{within}"


def _state(rule: Rule, convention: Convention, dtype: Any, drawn: Drawn) -> Iterator[Row]:
    """The memory before the first token."""
    says = "memory before the first token"
    if isinstance(rule, StateRule) and rule.initial is empty_matrix:
        yield drawn.row("state", STATE, dtype, says, False)
    elif isinstance(rule, CacheRule):
        fields = [name for name in CACHE if name != "log_alpha" or name in rule.inputs]
        rows = [drawn.row(f"state.{name}", CACHE[name], dtype, says) for name in fields]
        shapes = ", ".join(f"{n} {row.shape}" for n, row in zip(fields, rows, strict=True))
        yield Row("state", "state", "", "", f"{says}: Cache of {shapes}", False)
    elif not isinstance(rule, StaticRule):
        name = convention.name("state")
        yield Row(name, "state", "", "", f"{says}, as refmem.{rule.name} has it", False)


def _boundaries(convention: Convention) -> Iterator[Row]:
    if convention.layout in JOINED:
        says = "where each sequence begins, and where the last ends"
        yield Row(convention.name("lengths"), "lengths", "(B + 1,)", "int64", says)
    if "slots" in convention.names:
        says = "where each sequence's state is in the pool; -1 has none"
        yield Row(convention.name("slots"), "slots", "(B,)", "int64", says, False)


def _options(rule: Rule, convention: Convention) -> Iterator[Row]:
    """What is no array."""
    if rule.scaled and convention.takes_scale:
        says = f"a number; {_default_scale(rule, convention)} where it is not passed"
        yield Row(convention.name("scale"), "scale", "", "", says, False)
    for name, default in rule.options.items():
        if name != "denominator_eps" or not convention.denominator_eps:
            says = f"option; {default!r} where it is not passed"
            yield Row(convention.name(name), name, "", "", says, False)
    for name, value in convention.extra.items():
        yield Row(name, "", "", "", f"always {value!r}")


def _default_scale(rule: Rule, convention: Convention) -> str:
    own = "1" if rule.scale_default is None else "1/sqrt(K)"
    return own if convention.scale == "1" else convention.scale


def is_shared(group: str, rule: Rule, convention: Convention) -> bool:
    """Whether heads of queries, or of values, may be more than those of keys."""
    return group in convention.groups and may_share(group, rule)


def _notes(rule: Rule, convention: Convention) -> Iterator[str]:
    both = [group for group in GROUPS if is_shared(group, rule, convention)]
    for group in both:
        word, letter = {"values": ("value", "HV"), "queries": ("query", "HQ")}[group]
        place = f"h // ({letter} / H)" if convention.heads == "repeat" else "h % H"
        yield f"{word} head h uses key head {place}"
    if len(both) == 2:
        yield "either HQ or HV is H; outputs have the greater of both"
        for name in convention.every_head:
            if name in rule.inputs:
                yield f"{convention.name(name)} has as many heads as outputs"
    if rule.scaled and not convention.takes_scale:
        yield f"reads are scaled by {_default_scale(rule, convention)}, which is no argument"
    if convention.denominator_eps:
        yield f"{convention.denominator_eps:g} is added to the denominator"
