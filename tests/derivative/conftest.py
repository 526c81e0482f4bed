"""Intervals carry 1024 bits, so that two which overlap have 512 of them in common."""

import flint
import pytest


@pytest.fixture(autouse=True)
def _many_digits():
    with flint.ctx.workprec(1024):
        yield
