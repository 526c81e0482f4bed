"""Functions that die, hang, or spoil what they are given."""

import ctypes
import os
import sys
import time

import numpy as np

import refmem
from refmem.oracle.border.dlpack import BFLOAT, _pointer, _Tensor


def dies(q, **others):
    """Dies on sequences of more than one token."""
    if q.shape[-2] > 1:
        os._exit(7)
    return refmem.delta(q=q, **others)


def crashes(q, **others):
    """Reads where there is no memory where keys have one channel."""
    if q.shape[-1] == 1:
        ctypes.string_at(0)
    return refmem.delta(q=q, **others)


def hangs(q, **others):
    """Hangs on sequences of two tokens."""
    if q.shape[-2] == 2:
        time.sleep(1000)
    return refmem.delta(q=q, **others)


def hangs_and_notes_its_pid(**inputs):
    """Writes its process's number into the file $NOTE, and hangs."""
    draft = f"{os.environ['NOTE']}.draft"
    with open(draft, "w") as file:
        file.write(str(os.getpid()))
    os.rename(draft, os.environ["NOTE"])
    time.sleep(1000)


def careless(**inputs):
    """Changes an input."""
    result = refmem.delta(**inputs)
    inputs["k"] *= 2
    return tuple(result)


def lazy(state=None, **inputs):
    """Returns an input."""
    return refmem.delta(state=state, **inputs).out, state


def raises(**inputs):
    """Raises."""
    raise RuntimeError("no kernel")


def leaves(**inputs):
    """Wants to end the program."""
    sys.exit(3)


def returns_words(**inputs):
    """Returns words instead of arrays."""
    return "out", "state"


def returns_nothing(**inputs):
    """Returns nothing."""


def talks(**inputs):
    """Prints, from Python and below it, and reads what is not there."""
    print("hello")
    os.write(1, b"hello")
    assert sys.stdin.read() == ""
    return refmem.delta(**inputs)


def alone(**inputs):
    """Returns an output alone."""
    return refmem.ffn(**inputs).out


class DyingGradient:
    """A right function with a gradient that dies."""

    @staticmethod
    def delta(**inputs):
        return refmem.delta(**inputs)


def _dies(**inputs):
    os._exit(7)


DyingGradient.delta.vjp = _dies


def dlpack(**inputs):
    """Returns arrays of the dtype of q that only speak DLPack."""
    dtype = inputs["q"].dtype
    wide = {name: np.asarray(x, np.float32) for name, x in inputs.items()}
    return tuple(OnlyDLPack(x.astype(dtype)) for x in refmem.delta(**wide))


class OnlyDLPack:
    """An array of another library, which knows bfloat16."""

    def __init__(self, x):
        self._x = x

    def __dlpack__(self, **given):
        if self._x.dtype.name != "bfloat16":
            return self._x.__dlpack__(**given)
        capsule = self._x.view(np.uint16).__dlpack__(**given)
        _Tensor.from_address(_pointer(capsule, b"dltensor")).code = BFLOAT
        return capsule

    def __dlpack_device__(self):
        return self._x.view(np.uint16).__dlpack_device__()
