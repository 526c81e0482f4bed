"""Law: beyond inputs and outputs a call needs little, however long the sequence.

Forward, two states a head at most, and a tile for each thread. Backward, the states it runs from
again, one for every `BLOCKS` chunks; with chunks of one length nothing else grows with the sequence
(unless given, they are of sqrt(T) tokens), and a segment is gone once it has been pulled back,
without the garbage collector.
"""

import gc
import tracemalloc
import weakref

import numba
import numpy as np
import pytest

import refmem
from refmem.forms.compiled import gradients
from refmem.forms.compiled.lanes import BYTES
from refmem.laws.draws import sample
from refmem.laws.systems import floats

HEADS, WIDTH, CHUNK = 4, 64, 32
STATE = 4 * HEADS * WIDTH**2
PYTHON = 2**16
"""Bytes for what is no array."""


def call(rule, T):
    return sample(rule, floats(np.float32), T=T, K=WIDTH, V=WIDTH, lead=(HEADS,), state=False)


def beyond(run):
    """Most bytes at once beyond what a call returns."""
    returned = sum(part.nbytes for part in run() if part is not None)
    tracemalloc.start()
    result = run()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    del result
    return peak - returned


@pytest.mark.parametrize("name", ["linear_attention", "scalar_decay", "gated_delta", "kda"])
def test_outputs_take_two_states_a_head(name):
    rule = getattr(refmem, name)
    tiles = numba.get_num_threads() * WIDTH * BYTES
    for x in (call(rule, T) for T in (512, 4096)):
        used = beyond(lambda x=x: tuple(rule(**x, form="fast")))
        assert used <= 2 * STATE + tiles + PYTHON


def test_gradients_grow_by_the_states_that_are_kept(one_thread):
    """One array of keys for every token would be 64 states more; 16 are kept."""
    x, longer = (call(refmem.gated_delta, T) for T in (4096, 8192))
    grown = beyond(lambda: vjp(longer)) - beyond(lambda: vjp(x))
    assert grown <= 4096 // (gradients.BLOCKS * CHUNK) * STATE + PYTHON


@pytest.fixture
def one_thread():
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    yield
    numba.set_num_threads(before)


def vjp(x):
    return tuple(refmem.gated_delta.vjp(**x, dout=x["v"], form="fast", chunk=CHUNK))


def test_a_segment_is_gone_once_it_is_pulled_back(monkeypatch):
    made = []

    class Noted(gradients.Segment):
        def __init__(self, *args):
            super().__init__(*args)
            made.append(weakref.ref(self))

    monkeypatch.setattr(gradients, "Segment", Noted)
    x = call(refmem.gated_delta, 700)
    gc.collect()
    gc.disable()
    try:
        vjp(x)
        assert len(made) > 1
        assert not any(segment() for segment in made)
    finally:
        gc.enable()
