"""Decaying memories: forget, then add."""

from refmem.rules.decay.gla import gla
from refmem.rules.decay.retention import retention
from refmem.rules.decay.scalar_decay import scalar_decay
from refmem.rules.decay.value_gated import value_gated

__all__ = ["gla", "retention", "scalar_decay", "value_gated"]
