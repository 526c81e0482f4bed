"""Kernels to machine code, once per structure and dtype, kept on disk between runs."""

from __future__ import annotations

import functools
import hashlib
import inspect
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np
from numba import from_dtype, njit, types

from refmem.forms.compiled import lanes
from refmem.forms.compiled.loops import OPTIONS


@functools.cache
def compiled(
    kernel: Callable[..., None],
    dtype: np.dtype,
    read: tuple[int | None, ...],
    written: tuple[int | None, ...],
) -> Callable[..., None]:
    """The kernel for arrays of these dimensions, of any strides; None is an argument left out."""
    number = from_dtype(dtype)
    arguments = [
        types.none if ndim is None else types.Array(number, ndim, "A", readonly=place < len(read))
        for place, ndim in enumerate(read + written)
    ]
    machine_code: Any = njit([types.none(*arguments)], cache=True, **OPTIONS)
    return machine_code(named_by(inspect.getsource(lanes), kernel))


def named_by(source: str, kernel: Callable[..., None]) -> Callable[..., None]:
    """The kernel under a name of its own for each `source` that it is made of.

    Numba keeps machine code by a function's name and file, and compiles anew when that file has
    changed. That lanes have changed, which are in another, shows in the name.
    """
    same = FunctionType(kernel.__code__, kernel.__globals__)
    same.__qualname__ = f"{kernel.__name__}_{hashlib.sha256(source.encode()).hexdigest()[:8]}"
    return same
