"""The Triton kernels of flash-linear-attention, on a GPU or in Triton's interpreter.

On a GPU they run in bfloat16 with float32 states. The interpreter runs the same kernels, block by
block, in NumPy: in float32, because its products of bfloat16 blocks multiply their bits. Two things
are in its way, which `_make_fit` puts right: kernels are tuned by timing them, and a few call a
method of a tensor on the index of a loop, which the interpreter leaves a plain number.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from refmem.oracle.border.arrays import bfloat16
from refmem.oracle.border.presets import FLA, FLA_VARLEN
from refmem.oracle.targets.callable import PythonCallable
from refmem.oracle.targets.fla.function import FINAL, Function

VALUES, QUERIES = ("values",), ("queries",)
GDP = {**FINAL, "num_householder": 2}
PLAIN = {**FINAL, "normalize": False}
GK, RWKV = {"alpha": "gk"}, {"q": "r", "alpha": "w"}
ERASE = {"erase": "b", "write": "w"}

KERNELS = (
    Function("gated_delta", "gated_delta_rule:chunk_gated_delta_rule", extra=FINAL, groups=VALUES),
    Function(
        "gated_delta",
        "gated_delta_rule:fused_recurrent_gated_delta_rule",
        extra=FINAL,
        groups=VALUES,
        backward=False,
    ),
    Function("kda", "kda:chunk_kda", extra=FINAL, groups=VALUES),
    Function("kda", "kda:fused_recurrent_kda", extra=FINAL, groups=VALUES, backward=False),
    Function("gated_delta2", "gdn2:chunk_gdn2", ERASE, extra=FINAL),
    Function("gated_delta2", "gdn2:fused_recurrent_gdn2", ERASE, extra=FINAL, backward=False),
    Function("comba", "comba:chunk_comba", extra=FINAL),
    Function("comba", "comba:fused_recurrent_comba", extra=FINAL, backward=False),
    Function("delta", "delta_rule:chunk_delta_rule", extra=FINAL),
    Function("delta", "delta_rule:fused_recurrent_delta_rule", extra=FINAL),
    Function("gated_delta_product", "gated_delta_product:chunk_gated_delta_product", extra=GDP),
    Function("generalized_delta", "generalized_delta_rule:chunk_dplr_delta_rule", GK, extra=FINAL),
    Function(
        "generalized_delta",
        "generalized_delta_rule:fused_recurrent_dplr_delta_rule",
        GK,
        extra=FINAL,
        backward=False,
    ),
    Function("iplr", "generalized_delta_rule:chunk_iplr_delta_rule", extra=FINAL),
    Function("iplr", "generalized_delta_rule:fused_recurrent_iplr_delta_rule", extra=FINAL),
    Function("linear_attention", "linear_attn:chunk_linear_attn", extra=PLAIN),
    Function("linear_attention", "linear_attn:fused_recurrent_linear_attn", extra=PLAIN),
    Function("scalar_decay", "simple_gla:chunk_simple_gla", extra=FINAL),
    Function("scalar_decay", "simple_gla:fused_recurrent_simple_gla", extra=FINAL),
    Function("scalar_decay", "simple_gla:parallel_simple_gla", state="none"),
    Function("gla", "gla:chunk_gla", extra=FINAL),
    Function("gla", "gla:fused_recurrent_gla", GK, extra=FINAL),
    Function("rwkv6", "rwkv6:chunk_rwkv6", RWKV, extra=FINAL),
    Function("rwkv6", "rwkv6:fused_recurrent_rwkv6", RWKV, extra=FINAL),
    Function(
        "softmax_attention",
        "attn:parallel_attn",
        state="none",
        groups=QUERIES,
        lacks=("sink", "first_bias"),
    ),
    Function(
        "forgetting_attention",
        "forgetting_attn:parallel_forgetting_attn",
        state="none",
        groups=QUERIES,
    ),
    Function(
        "path_attention_scaled_gate",
        "path_attn:parallel_path_attn",
        state="none",
        widths=(16, 32, 64, 128),
    ),
    Function("parallax", "parallax:parallel_parallax", state="none", groups=QUERIES, square=True),
)
"""Functions by their modules below fla.ops. Those with cu_seqlens run a second time, packed."""

HALF = ("chunk_delta_rule", "chunk_gated_delta_product", "parallel_parallax")
"""Kernels that refuse float32: the interpreter runs them in float16."""

GPU_ONLY = ("chunk_dplr_delta_rule",)
"""Kernels that the interpreter of Triton 3.9 cannot run: they call what only a compiler knows."""


def interpreted() -> bool:
    """Whether Triton's interpreter was asked for."""
    return os.environ.get("TRITON_INTERPRET") == "1"


def kernel_targets(device: str) -> Iterator[PythonCallable]:
    """All of them, on a device of torch, or in the interpreter if that is ""."""
    for base in (FLA, FLA_VARLEN):
        for one in KERNELS:
            if (base is FLA or one.packs) and (device or one.name not in GPU_ONLY):
                label = one.name if base is FLA else f"{one.name} (cu_seqlens)"
                half = np.float16 if one.name in HALF else np.float32
                yield one.target(
                    _function(one, device), base, bfloat16() if device else half, label, device
                )


def _function(one: Function, device: str) -> Callable[..., Any]:
    module, _, name = one.path.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(f"fla.ops.{module}"), name)
    if not device:
        _make_fit()
    return function


class _Index(int):
    """An index of a loop with the method of a tensor that kernels call."""

    def to(self, dtype: Any) -> _Index:
        """Itself: a whole number is exact in every type."""
        return self


def _indices(*given: int) -> Iterator[_Index]:
    return map(_Index, range(*given))


def _make_fit() -> None:
    """Let the interpreter run what was imported of the package; see above."""
    tuner = importlib.import_module("triton.runtime.autotuner").Autotuner
    tuner.prune_configs = lambda self, given: self.configs[:1]
    for name, module in list(sys.modules.items()):
        if name.startswith("fla.ops."):
            vars(module)["range"] = _indices
