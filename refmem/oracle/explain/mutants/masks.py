"""Mutants of masks: which keys a token of a rule that keeps everything sees.

Numbers are rows of `refmem.oracle.explain.survey`: where a mistake was seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from refmem.grammar.lookup import Lookup, Sight
from refmem.oracle.cases.case import Case
from refmem.oracle.explain.mutants.abilities import (
    both,
    earlier,
    has_bias,
    has_state,
    is_aligned_at_the_top,
    is_cache,
    is_causal,
    is_windowed,
    lookup_of,
    tokens,
    window_of,
)
from refmem.oracle.explain.mutants.mutant import Mutant, with_lookup

UNASKED = 64
"""Keys that a query sees under a window that nobody asked for."""


def strict(look: Lookup, case: Case) -> Lookup:
    """A token does not see itself."""
    return look._replace(sees=lambda t, i: look.sees(t, i) & (i < t))


def one_behind(look: Lookup, case: Case) -> Lookup:
    """A token sees the next one as well."""
    return look._replace(sees=lambda t, i: look.sees(t, i) | (i == t + 1))


def top_left(look: Lookup, case: Case) -> Lookup:
    """Query t of a call sees the first t + 1 keys of the cache: what came before is not counted."""
    return look._replace(sees=lambda t, i: look.sees(t - earlier(case), i))


def bottom_right(look: Lookup, case: Case) -> Lookup:
    """The last query of a call is at the last key of the cache."""
    return look._replace(first=None)


def not_causal(look: Lookup, case: Case) -> Lookup:
    """A token sees every key, the later ones as well."""
    return look._replace(sees=lambda t, i: np.ones((t.size, i.size), dtype=bool))


def causal(look: Lookup, case: Case) -> Lookup:
    """A token sees no later key."""
    return look._replace(sees=Sight(window=window_of(case)))


def from_the_first_new(look: Lookup, case: Case) -> Lookup:
    """Tokens of a call count their places from its first one, whatever the cache holds."""
    past, bias = earlier(case), look.bias
    if bias is None:  # another mistake has left it out
        return look
    return look._replace(bias=lambda t, i: bias(t - past, np.where(i < past, i, i - past)))


def with_window(change: Callable[[int | None], int | None]) -> Any:
    """The rule with `change` of its window, which is None where a query sees all keys."""

    def changed(look: Lookup, case: Case) -> Lookup:
        window = change(window_of(case))
        if isinstance(look.sees, Sight):
            return look._replace(sees=replace(look.sees, window=window))
        within = Sight(window=window)  # of what another mistake made of it
        return look._replace(sees=lambda t, i: look.sees(t, i) & ((i > t) | within(t, i)))

    return with_lookup(changed)


def unasked_window(window: int) -> Mutant:
    """A window of so many keys where none was asked."""

    def fits(case: Case) -> bool:
        plain = is_cache(case) and isinstance(lookup_of(case).sees, Sight)
        return plain and window_of(case) is None and earlier(case) + tokens(case) > window

    return Mutant(
        f"window of {window} unasked",
        f"a window of {window} keys where none was asked",
        ("hippogriff#7",),
        "the default of the window, and the size of a ring buffer",
        rule=with_window(lambda _: window),
        fits=fits,
    )


MASKS = (
    Mutant(
        "strict mask",
        "a token not seeing itself (a strict mask)",
        (114,),
        "i < t against i <= t in the mask",
        rule=with_lookup(strict),
        fits=is_cache,
    ),
    Mutant(
        "mask one behind",
        "a token seeing the next one",
        (107, 116),
        "the offset of the causal mask",
        rule=with_lookup(one_behind),
        fits=is_causal,
    ),
    Mutant(
        "mask top left",
        "the mask counted from the first key of the cache (top-left)",
        (114,),
        "the offset of the causal mask where there are more keys than queries",
        rule=with_lookup(top_left),
        fits=both(is_causal, has_state, lambda case: not is_aligned_at_the_top(case)),
    ),
    Mutant(
        "mask bottom right",
        "the mask counted from the last key of the cache (bottom-right)",
        (114, "mlx#2835"),
        "the offset of the causal mask where there are more keys than queries",
        rule=with_lookup(bottom_right),
        fits=both(is_causal, has_state, is_aligned_at_the_top),
    ),
    Mutant(
        "no causal mask",
        "no causal mask: a token sees all later ones",
        (116,),
        "where the mask is made, or a flag such as is_causal",
        rule=with_lookup(not_causal),
        fits=is_causal,
    ),
    Mutant(
        "causal mask unasked",
        "a causal mask where none was asked",
        (116,),
        "where the mask is made, or a flag such as is_causal",
        rule=with_lookup(causal),
        fits=both(is_cache, lambda case: not is_causal(case)),
    ),
    Mutant(
        "window one wider",
        "a window of one key more than was asked",
        (107,),
        "the bound of the window: t - i < W or t - i <= W",
        rule=with_window(lambda window: None if window is None else window + 1),
        fits=is_windowed,
    ),
    Mutant(
        "window one narrower",
        "a window of one key less than was asked",
        (107,),
        "the bound of the window: whether a token's own key counts",
        rule=with_window(lambda window: None if window is None else max(window - 1, 0)),
        fits=is_windowed,
    ),
    Mutant(
        "window ignored",
        "the window ignored",
        (107,),
        "where the window is passed on",
        rule=with_window(lambda window: None),
        fits=is_windowed,
    ),
    unasked_window(UNASKED),
    Mutant(
        "places from the first new token",
        "places counted from the first new token, not from the first of the cache",
        (30, 125),
        "the offset of positions in a call that goes on from a cache",
        rule=with_lookup(from_the_first_new),
        fits=both(is_cache, has_state, has_bias),
    ),
)
