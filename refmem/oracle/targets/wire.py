"""What a candidate's process is asked and what it answers: JSON, and arrays as raw numbers.

    refmem:1   8 bytes, then how long the head is and how long the numbers are, 8 bytes each
    head       JSON: {"token": ..., "said": ...}
    numbers    the bytes of every array in the order of the head, in C order, without gaps

In `said`, nothing, text and numbers are themselves; {"fields": {...}} is a dict, {"items": [...]} a
tuple, and {"array": {"dtype": "bfloat16", "shape": [2, 3]}} the next array. One whose byte order is
not the machine's says "swapped": true. A token names the question: its answer has the same.

A message is data: whoever reads it makes text, numbers, dicts, tuples and arrays of it, and runs
nothing. It may come from anybody, so a reader believes nothing that it says of itself.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

from refmem.oracle.border.arrays import find_numbers, is_of_numbers
from refmem.support.wording import one_line

NAME = b"refmem:1"
PREFIX = struct.Struct("<8sQQ")
LONGEST_HEAD, LONGEST_NUMBERS = 2**20, 2**28
"""Bytes that a message may have; those of a case have thousands."""

AT_ONCE = 2**20
"""Bytes that are taken at a time: what was only announced takes no memory."""

Take = Callable[[int], bytes]
"""Takes so many bytes or fewer from whoever speaks; none if there will be no more."""


class NoMessageError(ValueError):
    """Bytes are no message, and why, in one line: the reason may quote them."""

    def __init__(self, why: str) -> None:
        super().__init__(one_line(why))


def pack(token: str, said: Any) -> bytes:
    """A message. ValueError if it would be too long, TypeError if it cannot be said."""
    arrays: list[np.ndarray] = []
    head = json.dumps({"token": token, "said": _written(said, arrays)}, separators=(",", ":"))
    encoded, size = head.encode(), sum(x.nbytes for x in arrays)
    too_long = _too_long(len(encoded), size)
    if too_long:
        raise ValueError(f"a message {too_long}")
    prefix = PREFIX.pack(NAME, len(encoded), size)
    return b"".join([prefix, encoded, *(x.tobytes() for x in arrays)])


def unpack(take: Take) -> tuple[str, Any]:
    """The token of the next message, and what is said. Its arrays own their memory.

    Raises NoMessageError for anything that is no message, EOFError if there is nothing at all.
    """
    prefix = _take_all(take, PREFIX.size)
    if not prefix:
        raise EOFError
    name, head, size = PREFIX.unpack(prefix.ljust(PREFIX.size, b"\0"))
    if name != NAME:
        raise NoMessageError(f"it begins with {bytes(prefix[:8])!r}, expected {NAME!r}")
    _expect_whole(prefix, PREFIX.size)
    too_long = _too_long(head, size)
    if too_long:
        raise NoMessageError(f"it {too_long}")
    encoded = _expect_whole(_take_all(take, head), head)
    numbers = _expect_whole(_take_all(take, size), size)
    return _read(encoded, numbers)


def _written(x: Any, arrays: list[np.ndarray]) -> Any:
    """Something as JSON has it; its arrays are added to the list."""
    if x is None or type(x) in (str, bool, int, float):
        return x
    if isinstance(x, dict):
        if not all(type(name) is str for name in x):
            raise TypeError("a dict has a key that is no text")
        return {"fields": {name: _written(one, arrays) for name, one in x.items()}}
    if isinstance(x, tuple | list):
        return {"items": [_written(one, arrays) for one in x]}
    if not isinstance(x, np.ndarray) or not is_of_numbers(x.dtype):
        raise TypeError(f"{type(x).__name__} is no array of numbers")
    arrays.append(x)
    said = {"dtype": x.dtype.name, "shape": list(x.shape)}
    return {"array": said if x.dtype.isnative else said | {"swapped": True}}


def _read(encoded: bytearray, numbers: bytearray) -> tuple[str, Any]:
    try:
        head = json.loads(encoded)
    except (ValueError, RecursionError) as error:
        raise NoMessageError(f"its head is no JSON: {error}") from None
    if not isinstance(head, dict) or head.keys() != {"token", "said"}:
        raise NoMessageError("its head has other fields than token and said")
    if not isinstance(head["token"], str):
        raise NoMessageError("its token is no text")
    left = _Numbers(numbers)
    try:
        said = _value(head["said"], left)
    except RecursionError:
        raise NoMessageError("its head is nested too deeply") from None
    left.expect_none()
    return head["token"], said


def _value(x: Any, numbers: _Numbers) -> Any:
    """What JSON says: the inverse of `_written`."""
    if not isinstance(x, dict | list):
        return x
    match x:
        case {"fields": dict(fields)} if len(x) == 1:
            return {name: _value(one, numbers) for name, one in fields.items()}
        case {"items": list(items)} if len(x) == 1:
            return tuple(_value(one, numbers) for one in items)
        case {"array": dict(said)} if len(x) == 1:
            return numbers.next_array(said)
    raise NoMessageError(f"expected fields, items or an array, and it says {x!r}")


class _Numbers:
    """The numbers of a message, of which arrays are taken one after another."""

    def __init__(self, data: bytearray) -> None:
        self._data, self._start = data, 0

    def next_array(self, said: dict[str, Any]) -> np.ndarray:
        """A copy of the next numbers, of the dtype and shape that were said."""
        dtype, shape = _dtype(said), _shape(said.get("shape"))
        size = math.prod(shape)
        end = self._start + size * dtype.itemsize
        if end > len(self._data):
            raise NoMessageError(
                f"an array of {dtype} {shape} has {size * dtype.itemsize} bytes, and "
                f"{len(self._data) - self._start} are left"
            )
        x = np.frombuffer(self._data, dtype, size, self._start)
        self._start = end
        try:
            return x.reshape(shape).copy()
        except ValueError as error:
            raise NoMessageError(f"an array has shape {shape}: {error}") from None

    def expect_none(self) -> None:
        """No numbers are left over."""
        if self._start != len(self._data):
            raise NoMessageError(f"{len(self._data) - self._start} bytes belong to no array")


def _dtype(said: dict[str, Any]) -> np.dtype:
    if not said.keys() <= {"dtype", "shape", "swapped"}:
        raise NoMessageError("an array has other fields than dtype, shape and swapped")
    try:
        dtype = find_numbers(said.get("dtype"))
    except TypeError as error:
        raise NoMessageError(str(error)) from None
    return dtype.newbyteorder("S") if said.get("swapped") else dtype


def _shape(said: Any) -> tuple[int, ...]:
    if not isinstance(said, list) or not all(type(n) is int and 0 <= n < 2**63 for n in said):
        raise NoMessageError(f"an array has a shape that is no list of whole numbers: {said!r}")
    if len(said) > 64:
        raise NoMessageError(f"an array has {len(said)} axes, expected at most 64")
    return tuple(said)


def _take_all(take: Take, size: int) -> bytearray:
    """So many bytes, or fewer if there are no more."""
    data = bytearray()
    while len(data) < size and (more := take(min(AT_ONCE, size - len(data)))):
        data += more
    return data


def _expect_whole(data: bytearray, size: int) -> bytearray:
    if len(data) < size:
        raise NoMessageError(f"it is truncated: {len(data)} bytes, expected {size}")
    return data


def _too_long(head: int, numbers: int) -> str:
    for what, size, most in (("names", head, LONGEST_HEAD), ("numbers", numbers, LONGEST_NUMBERS)):
        if size > most:
            return f"has {size} bytes of {what}, expected at most {most}"
    return ""
