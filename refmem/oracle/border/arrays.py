"""Other libraries' arrays: NumPy to theirs and back, bfloat16 included.

Torch, JAX and MLX are imported only when a target wants them; anything else that speaks DLPack or
the array interface is taken as it comes, and a NumPy array, which speaks both, is what it gets.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from refmem.oracle.border.dlpack import from_dlpack
from refmem.support.extras import optional


def as_numpy(x: Any) -> np.ndarray:
    """Any array as a NumPy array, without copying where that can be."""
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
    y = np.asarray(x)
    if y.dtype == object:
        raise TypeError(f"{type(x).__name__} is no array")
    return y


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
