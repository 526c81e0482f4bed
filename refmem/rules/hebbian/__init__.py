"""Hebbian memories: add."""

from refmem.rules.hebbian.averaged_memory import averaged_memory
from refmem.rules.hebbian.linear_attention import linear_attention

__all__ = ["averaged_memory", "linear_attention"]
