"""Named float64 arrays as bytes that are the same wherever they are written, and back.

    npz          NumPy's, as numpy.load reads it: stored, not compressed, all times 1980
    safetensors  with the extra `vectors`
    raw          little-endian numbers, one array after another in C order; the manifest says where

Nothing here is ever unpickled: what is read is a table of names and shapes, and numbers.
"""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Mapping
from types import ModuleType

import numpy as np

from refmem.oracle.border.layouts import Arrays, Shape
from refmem.support.extras import MissingExtraError, optional

LITTLE_FLOAT64 = np.dtype("<f8")
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip archive can have."""

UNIX = 3
"""What a zip archive says it was made on."""

ENDINGS = {"npz": ".npz", "safetensors": ".safetensors", "raw": ".bin"}
"""Format -> how its files' names end."""


class UnreadableError(ValueError):
    """Bytes are not a file of that format."""


def encode(arrays: Arrays, kind: str) -> bytes:
    """The arrays as one file of a format."""
    arrays = {name: np.asarray(x, dtype=LITTLE_FLOAT64, order="C") for name, x in arrays.items()}
    if kind == "npz":
        return _as_npz(arrays)
    if kind == "safetensors":
        return bytes(safetensors().save(arrays))
    return b"".join(x.tobytes() for x in arrays.values())


def decode(data: bytes, kind: str, shapes: Mapping[str, Shape]) -> Arrays:
    """The arrays in a file; UnreadableError unless they are float64 of these names and shapes."""
    try:
        arrays = {"npz": _from_npz, "safetensors": _from_safetensors}.get(kind, _from_raw)(
            data, shapes
        )
    except MissingExtraError:
        raise
    except Exception as error:  # whatever a parser makes of foreign bytes
        raise UnreadableError(f"no {kind} of these arrays: {error}") from error
    if arrays.keys() != shapes.keys():
        odd = sorted(arrays.keys() ^ shapes.keys())
        raise UnreadableError(f"has other arrays than the manifest: {', '.join(odd)}")
    for name, x in arrays.items():
        if x.shape != shapes[name] or x.dtype != LITTLE_FLOAT64:
            raise UnreadableError(
                f"{name} has {x.dtype} {x.shape}, expected float64 {shapes[name]}"
            )
    return arrays


def safetensors() -> ModuleType:
    """The package, or `MissingExtraError` with the extra to install."""
    return optional("safetensors.numpy", "vectors")


def _as_npz(arrays: Arrays) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, x in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy", FIRST_DAY)
            entry.create_system = UNIX
            member = io.BytesIO()
            np.lib.format.write_array(member, x, version=(1, 0), allow_pickle=False)
            archive.writestr(entry, member.getvalue())
    return file.getvalue()


def _from_npz(data: bytes, shapes: Mapping[str, Shape]) -> Arrays:
    arrays = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.infolist():
            if entry.compress_type != zipfile.ZIP_STORED:
                raise UnreadableError(f"{entry.filename} is compressed, expected stored")
            member = io.BytesIO(archive.read(entry))
            x = np.lib.format.read_array(member, allow_pickle=False)
            arrays[entry.filename.removesuffix(".npy")] = x
    return arrays


def _from_safetensors(data: bytes, shapes: Mapping[str, Shape]) -> Arrays:
    return dict(safetensors().load(data))


def _from_raw(data: bytes, shapes: Mapping[str, Shape]) -> Arrays:
    arrays, start = {}, 0
    for name, shape in shapes.items():
        size = math.prod(shape)
        x = np.frombuffer(data, LITTLE_FLOAT64, size, start) if size else np.zeros(0)
        arrays[name] = x.reshape(shape)
        start += size * LITTLE_FLOAT64.itemsize
    if start != len(data):
        raise UnreadableError(f"{len(data)} bytes, expected {start}")
    return arrays
