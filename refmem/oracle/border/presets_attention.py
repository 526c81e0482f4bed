"""The conventions of softmax attention, and of popcorn's references.

Facts and where they were read, as in `presets`.

    TORCH_SDPA          torch 2.13, the documentation of nn.functional.scaled_dot_product_attention:
                        query, key, value (B, H, T, D); scale None is 1/sqrt(K); with enable_gqa
                        query head h uses key head h // group. It is causal only if told, and its
                        mask is aligned at the top.
    FLASH_ATTN          flash-attention commit 0053002, read in flash_attn_interface.py: q, k, v (B,
                        T, H, D); softmax_scale None is 1/sqrt(K); query head h uses key head h //
                        group.
    POPCORN             tilde-research/popcorn commit 0000b17, read in kernels/gated_delta_rule.py:
                        (B, T, H, D), as many heads of each; g a natural logarithm; softmax_scale
                        None is 1/sqrt(K); no state goes in or comes out, but for the decoding
                        kernels.
"""

from __future__ import annotations

from refmem.oracle.border.conventions import Convention

TORCH_SDPA = Convention(
    names={"q": "query", "k": "key", "v": "value", "causal": "is_causal"},
    layout="bhtd",
    scale="1/sqrt(K)",
    groups=("queries",),
    extra={"is_causal": True, "enable_gqa": True},
)

FLASH_ATTN = Convention(
    names={"scale": "softmax_scale"},
    layout="bthd",
    scale="1/sqrt(K)",
    groups=("queries",),
    extra={"causal": True},
)

POPCORN = Convention(
    names={"alpha": "g", "log_alpha": "g", "scale": "softmax_scale"},
    layout="bthd",
    gate="log",
    scale="1/sqrt(K)",
    groups=(),
)

ATTENTION: dict[str, Convention] = {
    "torch-sdpa": TORCH_SDPA,
    "flash-attn": FLASH_ATTN,
    "popcorn": POPCORN,
}
"""Name on the command line -> convention."""
