"""Hebbian memories: add."""

from refmem.rules.hebbian.averaged_memory import averaged_memory
from refmem.rules.hebbian.linear_attention import linear_attention
from refmem.rules.hebbian.normalized_linear_attention import normalized_linear_attention
from refmem.rules.hebbian.performer import performer
from refmem.rules.hebbian.power_attention import power_attention
from refmem.rules.hebbian.rebased import rebased
from refmem.rules.hebbian.taylor_attention import taylor_attention

__all__ = [
    "averaged_memory",
    "linear_attention",
    "normalized_linear_attention",
    "performer",
    "power_attention",
    "rebased",
    "taylor_attention",
]
