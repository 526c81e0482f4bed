"""What the whole suite runs under: `np` in doctests, memory that is never zero by chance, and no
width of somebody's terminal."""

import functools

import numpy as np
import pytest
from hypothesis import settings

settings.register_profile("refmem", derandomize=True, deadline=None, max_examples=25)
settings.load_profile("refmem")

_empty = np.empty


@functools.wraps(_empty)
def _poisoned(*args, **kwargs):
    """np.empty whose floats are NaN, so that an entry nobody wrote cannot pass for a zero."""
    out = _empty(*args, **kwargs)
    if out.dtype.kind in "fc":
        out.fill(np.nan)
    return out


@pytest.fixture(autouse=True)
def _poison_and_names(monkeypatch, doctest_namespace):
    monkeypatch.setattr(np, "empty", _poisoned)
    monkeypatch.delenv("COLUMNS", raising=False)
    doctest_namespace["np"] = np
