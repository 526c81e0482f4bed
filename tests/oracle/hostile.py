"""Functions that try to decide their own verdict, or to outlive it."""

import contextlib
import ctypes
import os
import pickle
import stat
import threading
import time

import numpy as np

import refmem
from refmem.oracle.targets import wire


class Harmful:
    """Makes the folder $NOTE wherever it is unpickled."""

    def __reduce__(self):
        return os.mkdir, (os.environ["NOTE"],)


class HarmfulError(BaseException, Harmful):
    """Likewise."""


def returns_a_harmful_object(**inputs):
    """Returns what runs where it is unpickled, instead of an output."""
    return Harmful(), refmem.delta(**inputs).state


def returns_harmful_objects(**inputs):
    """Returns an array of such."""
    out, state = refmem.delta(**inputs)
    return np.full(out.shape, Harmful()), state


def returns_objects(**inputs):
    """Returns the right numbers as Python's own objects."""
    return tuple(x.astype(object) for x in refmem.delta(**inputs))


def raises_a_harmful_error(**inputs):
    """Raises what runs where it is unpickled."""
    raise HarmfulError


def _write_to_every_descriptor(data):
    for number in range(256):
        with contextlib.suppress(OSError):
            os.write(number, data)


def _right_answer(inputs):
    return {"returned": tuple(refmem.delta(**inputs)), "changed": {}}


def forges_a_pickle(**inputs):
    """Writes the right answer as a pickle wherever it can, and ends."""
    _write_to_every_descriptor(pickle.dumps(_right_answer(inputs) | {"changed": inputs}))
    os._exit(0)


def forges_a_message(**inputs):
    """Writes the right answer as a message, with a token that it made up."""
    _write_to_every_descriptor(wire.pack("0" * 32, _right_answer(inputs)))
    os._exit(0)


def forges_after_a_fork(**inputs):
    """The same from a process that it forks; it returns nothing."""
    if os.fork() == 0:
        _write_to_every_descriptor(wire.pack("0" * 32, _right_answer(inputs)))
        os._exit(0)
    os.wait()


def writes_to_every_descriptor(**inputs):
    """Writes a line wherever it can, and returns the right answer."""
    _write_to_every_descriptor(b"hello\n")
    return refmem.delta(**inputs)


def says_too_much(**inputs):
    """Returns the right answer, and when there is a file $NOTE, writes more and removes it."""
    threading.Thread(target=_say_more, daemon=True).start()
    return refmem.delta(**inputs)


def _say_more():
    while not os.path.exists(os.environ["NOTE"]):
        time.sleep(0.01)
    for number in filter(_is_socket, range(3, 256)):
        os.write(number, b"more and more")
    os.remove(os.environ["NOTE"])


def announces_too_much(**inputs):
    """Says that more follows than memory holds."""
    _write_to_every_descriptor(wire.PREFIX.pack(wire.NAME, 100, 2**62))
    os._exit(0)


def _is_socket(number):
    try:
        return stat.S_ISSOCK(os.fstat(number).st_mode)
    except OSError:
        return False


def closes_every_descriptor(**inputs):
    """Closes what it did not open, and returns the right answer."""
    os.closerange(3, 256)
    return refmem.delta(**inputs)


def closes_and_opens(**inputs):
    """Closes what it did not open, opens files that get the same numbers, and is right."""
    os.closerange(0, 256)
    for _ in range(20):
        os.open(os.environ["NOTE"], os.O_RDWR | os.O_CREAT)
    return refmem.delta(**inputs)


def hangs_up(**inputs):
    """Closes what it did not open, and goes on for long."""
    os.closerange(3, 256)
    time.sleep(1000)


def forks_and_both_return(**inputs):
    """Goes on as two processes."""
    os.fork()
    return refmem.delta(**inputs)


def leaves_a_process(**inputs):
    """Starts a process that nothing ends, which has all that it has, and returns."""
    _leave_a_process()
    return refmem.delta(**inputs)


def leaves_a_process_and_hangs(**inputs):
    """The same, and hangs."""
    _leave_a_process()
    time.sleep(1000)


def leaves_a_process_and_dies(**inputs):
    """The same, and dies."""
    _leave_a_process()
    os._exit(7)


def leaves_a_copy_and_dies(**inputs):
    """The same below Python, so that the process left has the descriptor of the answers, too."""
    _leave_a_process(fork=ctypes.PyDLL(None).fork)
    os._exit(7)


def leaves_a_daemon(**inputs):
    """Starts a process of another session, and returns."""
    _leave_a_process(first=os.setsid)
    return refmem.delta(**inputs)


def _leave_a_process(first=lambda: None, fork=os.fork):
    """Its number is in the file $NOTE when this returns."""
    if fork() == 0:
        first()
        draft = f"{os.environ['NOTE']}.draft"
        with open(draft, "w") as file:
            file.write(str(os.getpid()))
        os.rename(draft, os.environ["NOTE"])
        time.sleep(1000)
    while not os.path.exists(os.environ["NOTE"]):
        time.sleep(0.01)
