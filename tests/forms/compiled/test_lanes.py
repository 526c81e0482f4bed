"""Lanes are the entries of a row: all of them, and nothing beyond its end."""

import numpy as np
import pytest
from numba import njit
from numba.core.caching import CompileResultCacheImpl

from refmem.forms.compiled.compiling import named_by
from refmem.forms.compiled.lanes import (
    LINE,
    entry,
    get,
    load,
    put,
    store,
    tile,
    total,
    width,
    zeros,
)
from refmem.forms.compiled.loops import run_tokens


@njit
def shifted_by_one(row, other):
    """`other` becomes 2 row + 1/2 by way of a tile, lanes at a time, as far as the row goes."""
    rows = tile(1, row)
    for start in range(0, row.size, width(row)):
        put(rows, 0, 2 * load(row, start) - (zeros(row) - 1))
        value = get(rows, 0)
        value -= zeros(row) + 0.5
        store(other, start, value)


@njit
def exchanged(row, other):
    """The halves of a row of two lanes exchanged, by way of a tile; entry 3 of the row added."""
    rows = tile(2, row)
    for i in range(2):
        put(rows, 1 - i, load(row, i * width(row)) + entry(row, 3))
    for i in range(2):
        store(other, i * width(row), get(rows, i))


@njit
def sum_of_lanes(row, start):
    """What a load holds, summed over all its lanes."""
    rows = tile(1, row)
    put(rows, 0, load(row, start))
    return rows.sum()


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=lambda d: np.dtype(d).name)
def test_lanes_are_the_entries_of_a_row(dtype):
    for size in (0, 1, 15, 16, 17, 31, 32, 33, 70):
        row, whole = np.arange(size, dtype=dtype), np.full(size + 40, -1, dtype)
        shifted_by_one(row, whole[:size])
        np.testing.assert_array_equal(whole[:size], 2 * row + dtype(0.5))
        assert (whole[size:] == -1).all(), f"{size} entries: something was written beyond the row"


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=lambda d: np.dtype(d).name)
def test_what_lies_beyond_a_row_is_zero(dtype):
    whole = np.ones(100, dtype)
    assert sum_of_lanes(whole[:50], 45) == 5
    assert sum_of_lanes(whole, 0) == width(whole)


@njit
def total_of_row(row):
    return total(load(row, 0))


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=lambda d: np.dtype(d).name)
def test_the_total_of_lanes_is_their_sum(dtype):
    for size in (1, 7, 16, 32, 40):
        row = np.arange(1, size + 1, dtype=dtype)
        assert total_of_row(row) == row[: width(row)].sum()


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=lambda d: np.dtype(d).name)
def test_rows_of_a_tile_follow_each_other(dtype):
    lanes = width(np.zeros(1, dtype))
    row, other = np.arange(2 * lanes, dtype=dtype), np.zeros(2 * lanes, dtype)
    exchanged(row, other)
    np.testing.assert_array_equal(other, np.roll(row, lanes) + 3)


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=lambda d: np.dtype(d).name)
def test_a_tile_begins_a_line_of_the_cache(dtype):
    for rows in (1, 3, 17):
        block = tile(rows, np.zeros(1, dtype))
        assert block.shape == (rows * width(block),)
        assert block.ctypes.data % LINE == 0


def test_machine_code_is_kept_apart_by_what_lanes_are():
    kernels = [named_by(source, run_tokens) for source in ("lanes", "lanes", "other lanes")]
    one, same, other = (CompileResultCacheImpl(kernel).filename_base for kernel in kernels)
    assert one == same, "machine code for the same lanes is found again"
    assert one != other, "machine code for other lanes is not taken for theirs"
