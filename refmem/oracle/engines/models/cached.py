"""An engine of a model with caches: a slot holds one, and requests run one after another.

What is copied or kept is a deep copy. Each model is compared with itself, for a whole model is no
rule of refmem.
"""

from __future__ import annotations

import copy
from typing import Any


class Cached:
    """What a model needs beside its caches is `new`, `forward`, `blank` and `joined`."""

    heads, K = 1, 16

    def new(self) -> Any:
        """An empty cache."""
        raise NotImplementedError

    def forward(self, cache: Any, x: Any) -> Any:
        """The outputs (1, tokens, K) of the next tokens, which the cache then holds."""
        raise NotImplementedError

    def blank(self, x: Any) -> Any:
        """Zeros of the shape of x."""
        raise NotImplementedError

    def joined(self, parts: list[Any]) -> Any:
        """Outputs one after another."""
        raise NotImplementedError

    def pool(self, slots: int) -> dict[int, Any]:
        """Caches by slot, made when they are needed."""
        return {}

    def run(self, pool: Any, slots: Any, inputs: Any, lengths: Any) -> Any:
        """Each request alone, one after another."""
        return self.each(pool, slots, inputs["x"], lengths, lengths)

    def each(self, pool: Any, slots: Any, x: Any, lengths: Any, accepted: Any) -> Any:
        """The same of drafts, of which those rejected are taken back."""
        parts, start = [], 0
        for slot, length, kept in zip(slots, lengths, accepted, strict=True):
            rows = x[:, start : start + length]
            start += length
            if not length or slot < 0:
                parts.append(self.blank(rows))
                continue
            pool[slot] = pool.get(slot) or self.new()
            parts.append(self.forward(pool[slot], rows))
            self.take_back(pool[slot], length - kept)
        return self.joined([*parts, self.blank(x[:, start:])])

    def take_back(self, cache: Any, tokens: int) -> None:
        """Nothing, for a cache that cannot."""

    def copy(self, pool: Any, source: int, target: int) -> None:
        """A deep copy."""
        pool[target] = copy.deepcopy(pool.get(source))

    def read(self, pool: Any, slot: int) -> Any:
        """A deep copy."""
        return copy.deepcopy(pool.get(slot))

    def write(self, pool: Any, slot: int, kept: Any) -> None:
        """A deep copy again."""
        pool[slot] = copy.deepcopy(kept)
