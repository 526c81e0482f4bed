"""Numbers for cases: small dyadic ones, so that a float16 kernel sees exactly what the oracle sees.

A draw is a function of (random, shape, time): a stream of raw bits, the shape wanted, and where its
time axis is, counted from the end (0: it has none). Every value is a multiple of 1/64 below 2, or a
power of two times one; gates are `exp` of such a logarithm. `filled` makes fine numbers of them.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable

import numpy as np


class Random:
    """Raw bits of PCG64, which are the same in every NumPy; its distributions need not be."""

    def __init__(self, name: str, seed: int) -> None:
        self._bits = np.random.PCG64([zlib.crc32(name.encode()), seed])

    def whole(self, below: int, shape: tuple[int, ...]) -> np.ndarray:
        """Whole numbers in [0, below)."""
        return (self._bits.random_raw(math.prod(shape)) % np.uint64(below)).reshape(shape)

    def choose(self, levels: list[float], shape: tuple[int, ...]) -> np.ndarray:
        """Entries of `levels`, each as likely."""
        return np.array(levels)[self.whole(len(levels), shape)]

    def order(self, shape: tuple[int, ...]) -> np.ndarray:
        """A permutation along the last axis."""
        return np.argsort(self._bits.random_raw(math.prod(shape)).reshape(shape), axis=-1)


Draw = Callable[[Random, tuple[int, ...], int], np.ndarray]

MILD = [0, -1 / 64, -1 / 32, -1 / 16, -1 / 8, -1 / 4]
"""Logarithms of gates that remember about twelve tokens: every chunk matters to the next."""


def filled(random: Random, x: np.ndarray) -> np.ndarray:
    """The same, up to 1/16 nearer to zero, so that all bits of a float64, or of what it is rounded
    to, are in use: whoever rounds them again, to fewer bits, has other numbers.
    """
    return x * (1 - random.whole(2**48, x.shape) / 2.0**52)


def signed(random: Random, shape: tuple[int, ...], time: int) -> np.ndarray:
    """Multiples of 1/8 in [-3/2, 3/2], both signs: sums cancel, as they do in a model."""
    return random.choose([n / 8 for n in range(-12, 13)], shape)


def signs(random: Random, shape: tuple[int, ...], time: int) -> np.ndarray:
    """Ones and minus ones."""
    return random.choose([-1, 1], shape)


def unit_keys(random: Random, shape: tuple[int, ...], time: int) -> np.ndarray:
    """Rows of norm exactly 1: a few entries of 1/2 and of 1/4, shuffled, with random signs."""
    width = shape[-1]
    halves = max(0, -(-(16 - width) // 3))
    if width < 4:
        magnitudes = np.eye(1, width)[0]
    else:
        magnitudes = np.zeros(width)
        magnitudes[:halves] = 1 / 2
        magnitudes[halves : halves + 4 * (4 - halves)] = 1 / 4
    return magnitudes[random.order(shape)] * random.choose([-1, 1], shape)


def uneven_keys(random: Random, shape: tuple[int, ...], time: int) -> np.ndarray:
    """Keys of norm 1/2, 3/4 or 5/4: a kernel that normalises them on its own is found out."""
    return unit_keys(random, shape, time) * random.choose([1 / 2, 3 / 4, 5 / 4], (*shape[:-1], 1))


def few_keys(random: Random, shape: tuple[int, ...], time: int) -> np.ndarray:
    """Two keys for all tokens: nearly every write meets what an earlier one left."""
    two = unit_keys(random, (*shape[:-2], 2, shape[-1]), time)
    return np.take_along_axis(two, random.whole(2, (*shape[:-1], 1)).astype(int), axis=-2)


def near_keys(random: Random, shape: tuple[int, ...], time: int) -> np.ndarray:
    """The unit keys of the same stream, each entry times 1/4 to 1: never opposed to them."""
    keys = unit_keys(random, shape, time)
    return keys * random.choose([1 / 4, 1 / 2, 3 / 4, 1], shape)


def erasing(random: Random, shape: tuple[int, ...], time: int) -> np.ndarray:
    """Minus such keys: what a low-rank term adds back makes the memory smaller."""
    return -near_keys(random, shape, time)


def constant(value: float) -> Draw:
    """The same number everywhere."""
    return lambda random, shape, time: np.full(shape, float(value))


def levels(*values: float) -> Draw:
    """Entries of `values`, each as likely."""
    return lambda random, shape, time: random.choose(list(values), shape)


def log_gates(*logs: float) -> Draw:
    """Factors whose natural logarithms are entries of `logs`."""
    return lambda random, shape, time: np.exp(random.choose(list(logs), shape))


def open_at_first(draw: Draw) -> Draw:
    """The same, but the first gate is exp(-1/4): the initial state is read before it is lost."""

    def opened(random: Random, shape: tuple[int, ...], time: int) -> np.ndarray:
        alpha = np.moveaxis(draw(random, shape, time), time, 0)
        alpha[0] = np.exp(-1 / 4)
        return np.moveaxis(alpha, 0, time)

    return opened


def resets_inside(random: Random, shape: tuple[int, ...], time: int) -> np.ndarray:
    """Mild gates, but exactly zero at some tokens inside each chunk, other ones in each head."""
    alpha = np.moveaxis(np.exp(random.choose(MILD, shape)), time, 0)
    at = 1 + random.whole(29, alpha.shape[1:]).astype(int)
    tokens = np.arange(alpha.shape[0]).reshape((-1,) + (1,) * (alpha.ndim - 1))
    alpha[tokens % 31 == at] = 0
    return np.moveaxis(alpha, 0, time)


def resets_at_chunks(random: Random, shape: tuple[int, ...], time: int) -> np.ndarray:
    """Mild gates, but exactly zero at tokens 0, 64 and 128."""
    alpha = np.moveaxis(np.exp(random.choose(MILD, shape)), time, 0)
    alpha[::64] = 0
    return np.moveaxis(alpha, 0, time)


def unlike_heads(random: Random, shape: tuple[int, ...], time: int) -> np.ndarray:
    """Gates of 1, exp(-1/4), exp(-1/2), ... by head, the second axis."""
    heads = np.arange(shape[1]).reshape((-1,) + (1,) * (len(shape) - 2))
    return np.broadcast_to(np.exp(-heads / 4), shape)


def counting(random: Random, shape: tuple[int, ...], time: int) -> np.ndarray:
    """4, 5, 6, ...: three tokens came before."""
    tokens = np.arange(shape[time]).reshape((-1,) + (1,) * (-1 - time))
    return np.broadcast_to(tokens + 4.0, shape)


def one_entry(random: Random, shape: tuple[int, ...], time: int) -> np.ndarray:
    """A memory with a single one, off its diagonal: transposed, it is another memory."""
    state = np.zeros(shape)
    state[..., 0, -1] = 1
    return state


def random_state(random: Random, shape: tuple[int, ...], time: int) -> np.ndarray:
    """A memory without symmetry."""
    return signed(random, shape, time)


def large_state(random: Random, shape: tuple[int, ...], time: int) -> np.ndarray:
    """A memory that outweighs what is written."""
    return signed(random, shape, time) * 4


# ---- the ends of ranges


def times(draw: Draw, factor: float) -> Draw:
    """The same numbers, so many times as large."""
    return lambda random, shape, time: draw(random, shape, time) * factor


def by_head(*values: float) -> Draw:
    """One of `values` for every sequence and head, each as likely."""

    def drawn(random: Random, shape: tuple[int, ...], time: int) -> np.ndarray:
        lead = shape[:2] + (1,) * (len(shape) - 2)
        return np.broadcast_to(random.choose(list(values), lead), shape)

    return drawn


def shuffled(*values: float) -> Draw:
    """All of `values` in some order along the last axis, of as many entries."""
    return lambda random, shape, time: np.array(values)[random.order(shape)]


def at_chunks(there: float, elsewhere: float) -> Draw:
    """One number at tokens 0, 64 and 128, another one elsewhere."""

    def drawn(random: Random, shape: tuple[int, ...], time: int) -> np.ndarray:
        x = np.moveaxis(np.full(shape, float(elsewhere)), time, 0)
        x[::64] = there
        return np.moveaxis(x, 0, time)

    return drawn
