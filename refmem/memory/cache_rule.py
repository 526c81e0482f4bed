"""A memory that keeps everything. attend(past, ...) -> past, out defines it, lookup places it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Unpack

import numpy as np

from refmem.algebra import zeros
from refmem.derivative.recording import Recording
from refmem.forms import CACHE_FORMS
from refmem.forms.form import Form
from refmem.forms.taped import Definition, plain
from refmem.grammar.binding import bind_state
from refmem.grammar.inputs import Default, Inputs
from refmem.grammar.kinds import Input
from refmem.grammar.lookup import Cache, Lookup
from refmem.memory.gradients import Tangents
from refmem.memory.grouped_heads import call_in_groups, jvp_in_groups, vjp_in_groups
from refmem.memory.rule import Facts, Rule, one_over_root_of_keys


def blank_cache(x: Inputs, tokens: int) -> Cache:
    """A cache of so many tokens of zeros; with a gate if the rule has one."""
    gates = zeros((*x.lead, tokens), x.like) if "log_alpha" in x.arrays else None
    key, value = (*x.lead, tokens, x.K), (*x.lead, tokens, x.V)
    return Cache(zeros(key, x.like), zeros(value, x.like), gates)


class CacheRule(Rule):
    """A memory that keeps everything.

    attend         attend(past, **inputs) -> past, out: the definition, all scores at once
    lookup         lookup(**inputs) -> Lookup: what its other forms run on
    inputs, defaults, options   as for a StateRule
    scaled         inputs that `scale` multiplies, and what it is unless given
    queries        inputs of query heads, of which there may be more than key heads
    """

    default_chunk = 128

    def __init__(
        self,
        attend: Callable[..., tuple[Any, np.ndarray]],
        lookup: Callable[..., Lookup],
        *,
        inputs: Mapping[str, Input | str] | None = None,
        defaults: Mapping[str, Default | None] | None = None,
        options: Mapping[str, Any] | None = None,
        scaled: tuple[str, ...] = ("q",),
        scale_default: Callable[[str, Inputs], Any] | None = one_over_root_of_keys,
        queries: tuple[str, ...] = ("q",),
        **facts: Unpack[Facts],
    ) -> None:
        super().__init__(attend, inputs, defaults, options, scaled, scale_default, **facts)
        self.attend, self.lookup, self.queries = attend, lookup, queries

    @property
    def forms(self) -> tuple[str, ...]:
        """Names of the forms this rule runs in; the first is its definition."""
        return tuple(CACHE_FORMS)

    @property
    def arguments(self) -> dict[str, Any]:
        """What every call takes by name, with defaults."""
        return super().arguments | {"heads": None}

    def __call__(self, *args: Any, heads: str | None = None, **given: Any) -> Any:
        """As for every rule; with `heads`, "repeat" or "tile", of query heads that share key heads:
        see `grouped_heads`."""
        if heads is None:
            return super().__call__(*args, **given)
        return call_in_groups(self, heads, args, given)

    def runner(self, form: str) -> Form:
        """How the memory runs over a sequence in a form."""
        return CACHE_FORMS[form]

    def vjp(self, *args: Any, heads: str | None = None, **given: Any) -> Any:
        """As for every rule; with `heads`, of query heads that share key heads."""
        if heads is None:
            return super().vjp(*args, **given)
        return vjp_in_groups(self, heads, args, given)

    def jvp(self, *args: Any, heads: str | None = None, **given: Any) -> Tangents:
        """As for every rule; with `heads`, of query heads that share key heads."""
        if heads is None:
            return super().jvp(*args, **given)
        return jvp_in_groups(self, heads, args, given)

    def start(self, state: Any, x: Inputs) -> tuple[Any, Inputs]:
        """The cache before the first token, and the inputs with its leading axes."""
        seen = state.key.shape[-2] if isinstance(state, Cache) else 0
        return bind_state(self.name, state, blank_cache(x, seen), x)

    def unit(self, x: Inputs) -> int | None:
        """How many tokens the definition takes at a time: all."""
        return max(x.T, 1)

    def advance(self, past: Any, x: Inputs) -> tuple[Any, np.ndarray]:
        """The definition, for one unit of tokens."""
        return self.attend(past, **x.arguments)

    def record(self, x: Inputs, past: Any, form: str | None, chunk: int) -> Recording:
        """Run on traced arrays so as to be pulled back: all at once, by one token, or in chunks.

        Tokens that see later ones, or whose places do not follow from the cache, are one unit.
        """
        look = self.lookup(**plain(x).arguments)
        apart = not look.ahead and look.first is None
        units = {"recurrent": 1, "chunked": chunk} if apart else {}
        return Definition(self, x, past, units.get(form or "", self.unit(x)), every=chunk)
