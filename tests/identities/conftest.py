"""Intervals carry as many bits as in the laws."""

from tests.laws.conftest import _many_digits  # noqa: F401
