"""Functions that die, hang, or spoil what they are given."""

import os
import time

import numpy as np

import refmem


def dies(q, **others):
    """Dies on sequences of more than one token."""
    if q.shape[-2] > 1:
        os._exit(7)
    return refmem.delta(q=q, **others)


def hangs(q, **others):
    """Hangs on sequences of two tokens."""
    if q.shape[-2] == 2:
        time.sleep(1000)
    return refmem.delta(q=q, **others)


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


def dlpack(**inputs):
    """Returns arrays that only speak DLPack."""
    return tuple(map(OnlyDLPack, refmem.delta(**inputs)))


class OnlyDLPack:
    """An array of another library."""

    def __init__(self, x):
        self._x = np.ascontiguousarray(x)

    def __dlpack__(self, **given):
        return self._x.__dlpack__(**given)

    def __dlpack_device__(self):
        return self._x.__dlpack_device__()
