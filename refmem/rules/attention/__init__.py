"""Attention: keep everything."""

from refmem.rules.attention.deltaformer import deltaformer
from refmem.rules.attention.forgetting_attention import forgetting_attention
from refmem.rules.attention.softmax_attention import softmax_attention

__all__ = ["deltaformer", "forgetting_attention", "softmax_attention"]
