"""refmem: the ground truth for associative memories in sequence models."""

from refmem import forms
from refmem.memory import Cache, Result, Trace
from refmem.rules import RULES
from refmem.rules.attention import deltaformer, forgetting_attention, softmax_attention
from refmem.rules.decay import gla, retention, scalar_decay, value_gated
from refmem.rules.delta import (
    comba,
    delta,
    gated_delta,
    gated_delta2,
    generalized_delta,
    kda,
)
from refmem.rules.hebbian import averaged_memory, linear_attention

__version__ = "0.1.0"

__all__ = [
    "RULES",
    "Cache",
    "Result",
    "Trace",
    "averaged_memory",
    "comba",
    "delta",
    "deltaformer",
    "forgetting_attention",
    "forms",
    "gated_delta",
    "gated_delta2",
    "generalized_delta",
    "gla",
    "kda",
    "linear_attention",
    "retention",
    "scalar_decay",
    "softmax_attention",
    "value_gated",
]
