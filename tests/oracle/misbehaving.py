"""Functions that die, hang, or spoil what they are given."""

import ctypes
import os
import signal
import sys
import time

import ml_dtypes
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


def dies_of_a_signal_without_a_name(**inputs):
    """Is killed by a real-time signal."""
    os.kill(os.getpid(), signal.SIGRTMIN + 8)
    time.sleep(1000)


def complains_at_length(**inputs):
    """Raises with a long message that would clear a terminal."""
    raise RuntimeError("\x1b[2J\u202e" + "no\nkernel " * 10**6)


def complains_in_silence(**inputs):
    """Raises what cannot say why."""
    raise SilentError


class SilentError(Exception):
    """Has no message that can be read."""

    def __str__(self):
        raise ValueError


def prints_at_length(**inputs):
    """Prints more than a pipe holds."""
    print("x" * 10**6, flush=True)
    return refmem.delta(**inputs)


def grows_an_input(**inputs):
    """Changes the shape of an input in place."""
    result = refmem.delta(**inputs)
    inputs["k"].shape = (*inputs["k"].shape, 1)
    return result


def the_other_way_round(**inputs):
    """Returns the right numbers in the byte order of another machine."""
    return tuple(x.astype(">f4") for x in refmem.delta(**inputs))


def odd_numbers(**inputs):
    """Numbers that a careless way home would change."""
    x = np.frombuffer(bytes(range(256)) * 8, np.float32)
    nan = np.array([0x7FC12345, 0xFFC00001, 0x7F800001, 0x80000000], np.uint32).view(np.float32)
    low = np.frombuffer(bytes(range(256)), ml_dtypes.bfloat16)
    return {
        "payloads": nan,
        "none": np.zeros((2, 0, 3), np.float16),
        "alone": np.array(1.5),
        "turned": x.reshape(8, 64)[::-1, ::3].T,
        "one number many times": np.broadcast_to(np.float32(2.5), (3, 4)),
        "the other way round": np.arange(6, dtype=">f4").reshape(2, 3),
        "complex": np.array([1 + 2j, np.nan], np.complex64),
        "whole": np.array([[2**62, -1]]),
        "bfloat16": low,
        "fp8": low.view(ml_dtypes.float8_e4m3fn).reshape(16, 16)[:, ::2],
        "fp8 of another kind": low.view(ml_dtypes.float8_e5m2),
        "fp4": np.arange(4).astype(ml_dtypes.float4_e2m1fn),
    }, None
