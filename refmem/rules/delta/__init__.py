"""Delta memories: correct what is there."""

from refmem.rules.delta.comba import comba
from refmem.rules.delta.delta import delta
from refmem.rules.delta.gated_delta import gated_delta
from refmem.rules.delta.gated_delta2 import gated_delta2
from refmem.rules.delta.generalized_delta import generalized_delta
from refmem.rules.delta.kda import kda

__all__ = ["comba", "delta", "gated_delta", "gated_delta2", "generalized_delta", "kda"]
