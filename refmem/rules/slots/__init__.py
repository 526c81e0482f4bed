"""Slot memories: a fixed number of places, and hierarchies of memories."""

from refmem.rules.slots.abc import abc
from refmem.rules.slots.gsa import gsa
from refmem.rules.slots.log_linear_attention import log_linear_attention

__all__ = ["abc", "gsa", "log_linear_attention"]
