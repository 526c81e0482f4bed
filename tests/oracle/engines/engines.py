"""Engines of a gated delta rule in NumPy: a right one, and what others do instead."""

import time

import numpy as np


class Right:
    def pool(self, slots):
        return np.zeros((slots, 2, 4, 3), np.float32)

    def run(self, pool, slots, x, lengths):
        return self.verify(pool, slots, x, lengths, lengths)

    def verify(self, pool, slots, x, lengths, accepted):
        out = np.zeros(x["v"].shape, np.float32)
        ends = np.cumsum(lengths)
        for slot, end, n, j in zip(slots, ends, lengths, accepted, strict=True):
            S = pool[slot].copy()
            for t in range(end - n, end):
                k, v = x["k"][:, t, :, None], x["v"][:, t, None, :]
                S = x["alpha"][:, t, None, None] * S
                S = S + k * (x["beta"][:, t, None, None] * (v - (k * S).sum(1, keepdims=True)))
                out[:, t] = (x["q"][:, t, :, None] * S).sum(1)
                if t == end - n + j - 1 and slot >= 0:
                    pool[slot] = S
        return out

    def copy(self, pool, source, target):
        pool[target] = pool[source]

    def clear(self, pool, slot):
        pool[slot] = 0

    def read(self, pool, slot):
        return pool[slot].copy()

    def write(self, pool, slot, kept):
        pool[slot] = kept


class KeepsAll(Right):
    def verify(self, pool, slots, x, lengths, accepted):
        return super().verify(pool, slots, x, lengths, lengths)


class HandsOutViews(Right):
    def read(self, pool, slot):
        return pool[slot]


class RunsOnly:
    def __init__(self):
        self.right = Right()

    def pool(self, slots):
        return self.right.pool(slots)

    def run(self, pool, slots, x, lengths):
        return self.right.run(pool, slots, x, lengths)


class KeepsAllUnread(RunsOnly):
    def verify(self, pool, slots, x, lengths, accepted):
        return self.right.verify(pool, slots, x, lengths, lengths)


class RestoresDouble(Right):
    def pool(self, slots):
        return list(super().pool(slots))

    def write(self, pool, slot, kept):
        pool[slot] = kept.astype(np.float64)


class Raises(Right):
    def verify(self, pool, slots, x, lengths, accepted):
        if len(slots) > 1:
            raise RuntimeError("no\nbatches")
        return super().verify(pool, slots, x, lengths, accepted)


class ReturnsTooMuch(Right):
    def run(self, pool, slots, x, lengths):
        return super().run(pool, slots, x, lengths)[..., None]


class ReturnsNothing(Right):
    def run(self, pool, slots, x, lengths):
        super().run(pool, slots, x, lengths)


class ChangesInputs(Right):
    def run(self, pool, slots, x, lengths):
        x["beta"] *= 2
        return super().run(pool, slots, x, lengths)


class Hangs(Right):
    def copy(self, pool, source, target):
        time.sleep(60)


class HasSmallPools(Right):
    def pool(self, slots):
        return super().pool(min(slots, 100))


class HasNoRun:
    def pool(self, slots):
        return None


class CannotBeMade:
    def __init__(self):
        raise OSError("no device")


class Int8(Right):
    """States of whole numbers, and a scale for each head."""

    stored = "int8"

    def pool(self, slots):
        return [self.empty() for _ in range(slots)]

    def empty(self):
        return np.zeros((2, 4, 3), np.int8), np.zeros((2, 1, 1), np.float32)

    def verify(self, pool, slots, x, lengths, accepted):
        out, rows = np.zeros(x["v"].shape, np.float32), 0
        for slot, n, j in zip(slots, lengths, accepted, strict=True):
            codes, scale = pool[slot]
            for t in range(n):
                one = np.zeros((1, 2, 4, 3), np.float32)
                one[0] = codes * scale
                token = {name: y[:, rows + t : rows + t + 1] for name, y in x.items()}
                out[:, rows + t] = super().verify(one, [0], token, [1], [1])[:, 0]
                codes, scale = self.stored_as(one[0])
                if t + 1 == j and slot >= 0:
                    pool[slot] = codes, scale
            rows += n
        return out

    def stored_as(self, S):
        scale = abs(S).max((1, 2), keepdims=True) / np.float32(127)
        return np.rint(S / np.where(scale > 0, scale, 1)).astype(np.int8), scale

    def clear(self, pool, slot):
        pool[slot] = self.empty()

    def read(self, pool, slot):
        return pool[slot]


class Int8Truncated(Int8):
    def stored_as(self, S):
        scale = abs(S).max((1, 2), keepdims=True) / np.float32(127)
        return np.trunc(S / np.where(scale > 0, scale, 1)).astype(np.int8), scale


class Int8OfTensor(Int8):
    def stored_as(self, S):
        scale = np.full((2, 1, 1), abs(S).max() / np.float32(127))
        return np.rint(S / np.where(scale > 0, scale, 1)).astype(np.int8), scale


class Int7(Right):
    stored = "int7"
