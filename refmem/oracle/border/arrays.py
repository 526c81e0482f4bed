"""Other libraries' arrays: NumPy to theirs and back, bfloat16 included.

Torch, JAX and MLX are imported only when a target wants them; anything else that speaks DLPack or
the array interface is taken as it comes, and a NumPy array, which speaks both, is what it gets.
"""

from __future__ import annotations

import functools
import importlib
import re
from typing import Any

import numpy as np

from refmem.oracle.border.dlpack import from_dlpack
from refmem.support.extras import optional

NUMBERS = {np.dtype(code).name: np.dtype(code) for code in "?bBhHiIlLqQefdgFDG"}
"""NumPy's own dtypes of numbers, by their names."""

LOW_PRECISION = re.compile(r"bfloat16|float[4-8]_e\dm\d[a-z0-9]*|u?int[1-7]|b?complex32")
"""Names of those of ml_dtypes."""


def as_numpy(x: Any) -> np.ndarray:
    """Any array of numbers as a NumPy array, without copying where that can be.

    TypeError for what is no array of numbers, such as one of objects, and for a masked array, whose
    mask would be lost.
    """
    y = _taken(x)
    if isinstance(y, np.ma.MaskedArray):
        raise TypeError(f"{type(x).__name__} has a mask, expected an array without one")
    if not is_of_numbers(y.dtype):
        raise TypeError(f"{type(x).__name__} is no array of numbers: its dtype is {y.dtype}")
    return y


def find_numbers(name: Any) -> np.dtype:
    """The dtype of numbers with that name, which may be of ml_dtypes; TypeError for any other.

    >>> find_numbers("float16"), find_numbers("bfloat16").itemsize
    (dtype('float16'), 2)
    >>> find_numbers("object")
    Traceback (most recent call last):
    TypeError: dtype has name 'object', expected that of numbers
    """
    if isinstance(name, str) and name in NUMBERS:
        return NUMBERS[name]
    if isinstance(name, str) and LOW_PRECISION.fullmatch(name):
        found = getattr(optional("ml_dtypes", "lowp"), name, None)
        if found is not None:
            return np.dtype(found)
    raise TypeError(f"dtype has name {name!r}, expected that of numbers")


@functools.lru_cache
def is_of_numbers(dtype: np.dtype) -> bool:
    """Whether `find_numbers` finds it by its name, in whatever byte order."""
    try:
        return find_numbers(dtype.name) == dtype.newbyteorder("=")
    except TypeError:
        return False


def _taken(x: Any) -> np.ndarray:
    if isinstance(x, np.ndarray):
        return x
    module = type(x).__module__.partition(".")[0]
    if module == "torch":
        return _from_torch(x)
    if module == "mlx" and "bfloat16" in str(x.dtype):
        mlx = importlib.import_module("mlx.core")
        return np.array(x.astype(mlx.float32)).astype(bfloat16())
    if hasattr(x, "__dlpack__") and not hasattr(x, "__array__"):
        y = from_dlpack(x)
        return y.view(bfloat16()) if y.dtype == np.uint16 else y
    return np.asarray(x)


def to_library(x: np.ndarray, library: str, device: str = "") -> Any:
    """A NumPy array as one of "numpy", "torch", "jax" or "mlx"; of torch, on a device."""
    if library == "torch":
        return _to_torch(x).to(device) if device else _to_torch(x)
    if library == "jax":
        return importlib.import_module("jax.numpy").asarray(x)
    if library == "mlx":
        mlx = importlib.import_module("mlx.core")
        if x.dtype.name == "bfloat16":
            return mlx.array(x.astype(np.float32)).astype(mlx.bfloat16)
        return mlx.array(x)
    return x


def bfloat16() -> np.dtype:
    """The dtype of ml_dtypes."""
    return np.dtype(optional("ml_dtypes", "lowp").bfloat16)


def _from_torch(x: Any) -> np.ndarray:
    torch = importlib.import_module("torch")
    x = x.detach().cpu()
    if x.dtype == torch.bfloat16:
        return np.asarray(x.view(torch.int16).numpy().view(bfloat16()))
    return np.asarray(x.numpy())


def _to_torch(x: np.ndarray) -> Any:
    torch = importlib.import_module("torch")
    if x.dtype.name == "bfloat16":
        return torch.from_numpy(x.view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(x)
