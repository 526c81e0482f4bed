"""Sizes: long words and many things, in float64 that holds nothing but small whole numbers.

Whole numbers below 2^53 add and multiply exactly in float64, in any order. Every input here is
one, or is rounded to one: inner products of keys are whole numbers over 9, off by a few roundings
where 1/18 is to spare. So these runs are exact, and their answers are compared with ==.
"""

import time

import numpy as np

from refmem.studies.expressivity.groups import symmetric
from refmem.studies.expressivity.keys import polynomial_keys
from refmem.studies.expressivity.machines import machine
from refmem.studies.expressivity.program import whole
from refmem.studies.expressivity.programs.delta import by_delta_product
from refmem.studies.expressivity.programs.deltaformer import by_deltaformer
from refmem.studies.expressivity.tasks import Swaps, WordProblem


def float64(x):
    return np.asarray(x).astype(np.float64)


def test_words_of_s5_of_100_000_symbols():
    task = WordProblem(symmetric(5))
    tokens = task.draw(100_000, np.random.default_rng(0))
    start = time.perf_counter()
    outputs = by_delta_product(machine(task)).outputs(tokens, float64, "fast")
    assert time.perf_counter() - start < 10
    assert (outputs == np.rint(outputs)).all()
    assert task.first_error(tokens, machine(task).decode(whole(outputs))) is None


def test_10_000_swaps_of_512_things_in_99_dimensions():
    task, keys = Swaps(512), polynomial_keys(512)
    assert keys.vectors.shape == (512, 99)
    tokens = task.draw(10_000, np.random.default_rng(0))
    program = by_deltaformer(machine(task), keys)
    assert program.first_error(tokens, float64, "fast") is None
