"""Caches in pages: a slot holds a list of pages of equal size, and how many tokens lie in them.

A cache grows by a token a time, and requests that begin alike share what they have in common. So
its rows lie in pages, which a request takes when it needs them and gives back when it leaves. A
page that two slots share is copied by the first who writes in it. Rows that nobody wrote hold NaN:
whoever reads them, even with weight zero, spreads it.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import numpy as np

from refmem.algebra import zeros
from refmem.around.serving.pool import Pool
from refmem.around.serving.slots import Memory
from refmem.grammar.lookup import Cache


class Table(NamedTuple):
    """Where the cache of a request lies: its pages in order, and its tokens in them."""

    pages: tuple[int, ...]
    tokens: int


class Pages(Pool):
    """Slots whose caches lie in pages of `size` tokens, of which there are as many as are needed.

    >>> from refmem import softmax_attention
    >>> pool, x = Pages(softmax_attention, 2, size=2), np.ones((3, 1))
    >>> out = pool.run([0], {"q": x, "k": x, "v": x}, [3])
    >>> pool.copy(0, 1)
    >>> pool.slots                                           # the prefix is there once
    [Table(pages=(0, 1), tokens=3), Table(pages=(0, 1), tokens=3)]
    >>> out = pool.run([1], {"q": x, "k": x, "v": x}, [2])   # it writes in page 1: in a copy of it
    >>> pool.slots[1]
    Table(pages=(0, 2, 3), tokens=5)
    """

    def __init__(self, memory: Memory, slots: int, size: int = 4) -> None:
        super().__init__(memory, slots)
        self.size = size
        self.pages: list[Cache] = []
        self.empty: Any = None
        self.users: Counter[int] = Counter()

    def state(self, slot: int) -> Any:
        """The cache of a slot, gathered from its pages."""
        table = self.slots[slot]
        if table is None:
            return None
        cache = self.empty
        for page in table.pages:
            cache = cache.append(*self.pages[page])
        return cache.first(table.tokens)

    def keep(self, slot: int, state: Cache) -> None:
        """Write the rows of a cache that are new, in pages that no other slot reads."""
        old, tokens = self.slots[slot] or Table((), 0), state.key.shape[-2]
        self.empty, pages = state.first(0), []
        for n, start in enumerate(range(0, tokens, self.size)):
            rows = state.part(start, min(start + self.size, tokens))
            pages.append(self._hold(old.pages[n] if n < len(old.pages) else None, rows))
        self.clear(slot)
        self.slots[slot] = Table(tuple(pages), tokens)

    def copy(self, source: int, target: int) -> None:
        """The target shares the pages of the source."""
        table = self.slots[source]
        self.users.update(table.pages)
        self.clear(target)
        self.slots[target] = table

    def clear(self, slot: int) -> None:
        """Give back the pages of the slot: those that nobody uses any more are free."""
        if self.slots[slot] is not None:
            self.users.subtract(self.slots[slot].pages)
        self.slots[slot] = None

    def read(self, slot: int) -> Any:
        """The cache itself: its pages may be given to others."""
        return self.state(slot)

    def write(self, slot: int, kept: Any) -> None:
        """Put a cache in pages of its own."""
        self.keep(slot, kept)

    def _hold(self, page: int | None, rows: Cache) -> int:
        """A page that begins with these rows, and has one more user: the same one if it can be."""
        if page is None or not self._begins(page, rows):
            if page is None or self.users[page] > 1:
                page = next(n for n in range(len(self.pages) + 1) if not self.users[n])
            self.pages[page : page + 1] = [rows.append(*self._unwritten(rows))]
        self.users[page] += 1
        return page

    def _begins(self, page: int, rows: Cache) -> bool:
        there = self.pages[page].part(0, rows.key.shape[-2])
        pairs = zip(there, rows, strict=True)
        return all(bool(np.all(x == y)) for x, y in pairs if x is not None)

    def _unwritten(self, rows: Cache) -> Cache:
        """What lies behind the rows of a page: NaN, or nothing where numbers have none."""
        more = self.size - rows.key.shape[-2]
        floating = rows.key.dtype.kind == "f"

        def rest(x: np.ndarray, axis: int) -> np.ndarray:
            shape = list(x.shape)
            shape[axis] = more
            return np.full(shape, np.nan, x.dtype) if floating else zeros(tuple(shape), x)

        gates = None if rows.log_alpha is None else rest(rows.log_alpha, -1)
        return Cache(rest(rows.key, -2), rest(rows.value, -2), gates)
