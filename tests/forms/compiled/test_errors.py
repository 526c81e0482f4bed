"""The compiled form refuses what it cannot do, in words, and is not there until it is asked for."""

import subprocess
import sys

import numpy as np
import pytest

import refmem
from refmem.forms.compiled import sharing

ONE = np.ones((1, 1))


def run(program):
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_importing_refmem_does_not_import_numba():
    program = "import sys, refmem; print('fast' in refmem.delta.forms, 'numba' in sys.modules)"
    assert run(program) == "True False"


def test_without_numba_everything_else_works():
    program = """
import sys; sys.modules["numba"] = None
import numpy as np, refmem
q = np.ones((2, 1))
refmem.linear_attention(q, q, q, form="chunked")
from refmem.studies.capacity import simulate_memory
from refmem.studies.longcontext.memories import Delta
simulate_memory("delta", writes=4, dim=2, ages=[0], beta=1.0, trials=2)
Delta(0.5).write(q[None], q[None], 0)
try:
    refmem.linear_attention(q, q, q, form="fast")
except ImportError as error:
    print(error)
"""
    said = run(program)
    assert said.startswith("linear_attention: form has value 'fast', expected any other")
    assert "Numba does not work here" in said


@pytest.mark.parametrize("dtype", [np.float16, np.longdouble, np.complex128])
def test_other_floats_are_refused(dtype):
    x = ONE.astype(dtype)
    for rule in (refmem.linear_attention, refmem.softmax_attention):
        with pytest.raises(TypeError, match=r"form has value 'fast', expected any other for"):
            rule(x, x, x, form="fast")


def test_what_does_not_fit_says_what_it_needs(monkeypatch):
    monkeypatch.setattr(sharing, "free_bytes", lambda needed: 2**20)
    x = np.ones((2**10, 2**8))
    said = r"needs 0\.0 GiB, expected at most 0\.0 GiB, because that is free now"
    for rule in (refmem.linear_attention, refmem.softmax_attention):
        with pytest.raises(MemoryError, match=f"{rule.name}: the call {said}"):
            rule(x, x, x, form="fast")


def test_gradients_that_do_not_fit_say_so_before_the_run(monkeypatch):
    x = np.ones((2**10, 2**8))
    monkeypatch.setattr(sharing, "free_bytes", lambda needed: 10 * 2**20)
    refmem.linear_attention(x, x, x, form="fast")
    with pytest.raises(MemoryError, match="linear_attention: the call needs"):
        refmem.linear_attention.vjp(x, x, x, dout=x, form="fast")


def test_free_memory_is_known_or_unlimited():
    free = sharing.free_bytes()
    assert free > 0
    assert sharing.free_bytes(1) >= 1, "no more is looked for than is needed"
    assert sharing.free_bytes(2 * free) < 2 * free or np.isinf(free)
