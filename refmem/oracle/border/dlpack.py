"""Arrays of any library that speaks DLPack, bfloat16 included, which NumPy's own reader refuses.

Source: the header of DLPack 1.0, dmlc/dlpack, include/dlpack/dlpack.h: a capsule named "dltensor"
holds a DLManagedTensor, which begins with the DLTensor below.
"""

from __future__ import annotations

import ctypes
import math
from types import SimpleNamespace
from typing import Any

import numpy as np

BFLOAT = 4
"""kDLBfloat, the code of a type."""


class _Tensor(ctypes.Structure):
    """DLTensor, its device and its type spelled out."""

    _fields_ = [
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    ]


def from_dlpack(x: Any) -> np.ndarray:
    """An array that shares the memory of another library's; bfloat16 as its bits, uint16.

    >>> from_dlpack(np.arange(3.0)).tolist()
    [0.0, 1.0, 2.0]
    """
    capsule = x.__dlpack__()
    tensor = _Tensor.from_address(_pointer(capsule, b"dltensor"))
    if tensor.code != BFLOAT:
        return np.from_dlpack(x)
    shape = tuple(tensor.shape[: tensor.ndim])
    if not math.prod(shape):
        return np.zeros(shape, np.uint16)
    interface = {
        "version": 3,
        "typestr": "<u2",
        "shape": shape,
        "strides": tuple(2 * s for s in tensor.strides[: tensor.ndim]) if tensor.strides else None,
        "data": (tensor.data + tensor.byte_offset, False),
    }
    return np.asarray(SimpleNamespace(__array_interface__=interface, keeps_alive=capsule))


_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_pointer.restype, _pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
