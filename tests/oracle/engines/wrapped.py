"""Engines made of pools of the definition, right or with one mistake, in float32."""

import numpy as np

from refmem.around.serving import Pages, Pool
from refmem.grammar.state import each
from refmem.oracle.engines.stream import Stream
from refmem.oracle.targets.engine import Engine


class OfPool:
    """An engine that keeps its states in a pool of some kind.

    Its snapshots are what the pool says they are, which only that pool can bring back.
    """

    def __init__(self, pool, rule="gated_delta", convolution=0):
        self.make, self.convolution = pool, convolution
        take = Stream(rule, convolution=convolution)
        self.memory, self.empty = take.memory, take.empty

    def pool(self, slots):
        return self.make(self.memory, slots)

    def run(self, pool, slots, inputs, lengths):
        return pool.run(slots, inputs, lengths)

    def verify(self, pool, slots, inputs, lengths, accepted):
        return pool.verify(slots, inputs, lengths, accepted)

    def copy(self, pool, source, target):
        pool.copy(source, target)

    def clear(self, pool, slot):
        pool.clear(slot)

    def read(self, pool, slot):
        return Kept(self, pool, slot)

    def write(self, pool, slot, kept):
        pool.write(slot, kept.kept)


class Kept(tuple):
    """A snapshot: the arrays that lie in a slot now, and what the pool needs to bring them back."""

    def __new__(cls, engine, pool, slot):
        state = engine.empty if pool.slots[slot] is None else pool.state(slot)
        state = each(lambda x: x.astype(np.float32), state)
        made = super().__new__(cls, state if isinstance(state, tuple) else (state,))
        made.kept = pool.read(slot)
        return made


def engine(pool=Pool, rule="gated_delta", convolution=0):
    """An engine in this process."""
    return Engine(OfPool(pool, rule, convolution))


def of_pages(memory, slots):
    """Caches in pages of two tokens."""
    return Pages(memory, slots, size=2)
