"""Attention: keep everything."""

from refmem.rules.attention.alibi import alibi
from refmem.rules.attention.deltaformer import deltaformer
from refmem.rules.attention.forgetting_attention import forgetting_attention
from refmem.rules.attention.kernel_attention import kernel_attention
from refmem.rules.attention.kernel_delta import kernel_delta
from refmem.rules.attention.parallax import parallax
from refmem.rules.attention.path_attention import path_attention
from refmem.rules.attention.path_attention_scaled_gate import path_attention_scaled_gate
from refmem.rules.attention.relu_attention import relu_attention
from refmem.rules.attention.sigmoid_attention import sigmoid_attention
from refmem.rules.attention.softmax_attention import softmax_attention
from refmem.rules.attention.stick_breaking import stick_breaking

__all__ = [
    "alibi",
    "deltaformer",
    "forgetting_attention",
    "kernel_attention",
    "kernel_delta",
    "parallax",
    "path_attention",
    "path_attention_scaled_gate",
    "relu_attention",
    "sigmoid_attention",
    "softmax_attention",
    "stick_breaking",
]
