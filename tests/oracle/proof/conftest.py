"""Kernels of a library are collected where it is installed."""

import importlib.util

LIBRARIES = ("torch", "jax")
collect_ignore = [f"{one}_kernels.py" for one in LIBRARIES if not importlib.util.find_spec(one)]
