"""Intervals in the laws carry 256 bits, so that two which overlap have 64 in common."""

import flint
import pytest


@pytest.fixture(autouse=True)
def _many_digits():
    with flint.ctx.workprec(256):
        yield
