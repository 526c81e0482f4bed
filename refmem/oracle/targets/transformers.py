"""The torch fallbacks of Hugging Face transformers: the gated delta rule, and Mamba-2's scan.

Found with transformers 5.24.0 and torch 2.13.0 on a CPU, float32:

- `torch_chunk_gated_delta_rule` returns NaN where a gate is exactly zero (g of minus infinity),
  because it subtracts cumulative sums; `torch_recurrent_gated_delta_rule` is right. Everything else
  is right in both, in all four models.
- `mamba2_chunk_scan` is right in all six models, over chunk boundaries too: that some of them once
  summed over the wrong axis between chunks (issue 47250) is no longer so.
- The scale, 1/sqrt(K), is no argument of the gated delta rule.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from refmem.oracle.border.conventions import Convention
from refmem.oracle.border.presets import HF
from refmem.oracle.cases.case import Case
from refmem.oracle.targets.callable import Group, PythonCallable
from refmem.oracle.targets.contract import Contract
from refmem.oracle.targets.target import UnavailableError, require

GATED_DELTA = ("qwen3_next", "qwen3_5", "qwen3_5_moe", "olmo_hybrid")
MAMBA2 = ("mamba2", "zamba2", "bamba", "falcon_h1", "granitemoehybrid", "nemotron_h")

SCAN = Convention(
    names={"x": "hidden_states", "state": "initial_states"},
    layout="bthd",
    state_layout="vk",
    groups=(),
)
"""mamba2_chunk_scan: hidden_states (B, T, H, V), dt (B, T, H), A, D (H,), B, C (B, T, H, K)."""


def make_transformers() -> Group:
    """The functions of every model that has them; each model carries a copy of its own."""
    require("torch")
    require("transformers")
    parts = [*_gated_deltas(), *_scans()]
    if not parts:
        raise UnavailableError("transformers has none of the models with such a memory")
    return Group("transformers", parts)


def _gated_deltas() -> Iterator[PythonCallable]:
    for model in GATED_DELTA:
        for name in ("torch_chunk_gated_delta_rule", "torch_recurrent_gated_delta_rule"):
            label = f"{model}.{name.removeprefix('torch_')}"
            yield from _part(model, name, "gated_delta", label, HF, output_final_state=True)


def _scans() -> Iterator[PythonCallable]:
    for model in MAMBA2:
        label, extra = f"{model}.mamba2_chunk_scan", {"chunk_size": 16, "return_final_states": True}
        yield from _part(model, "mamba2_chunk_scan", "mamba2", label, SCAN, **extra)


def _part(
    model: str, name: str, rule: str, label: str, convention: Convention, **extra: Any
) -> Iterator[PythonCallable]:
    """The function of a model, if it has it."""
    try:
        module = importlib.import_module(f"transformers.models.{model}.modeling_{model}")
    except ImportError:
        return
    function = getattr(module, name, None)
    if function is not None:
        yield PythonCallable(
            function,
            rule,
            np.float32,
            label,
            convention,
            "torch",
            contract=Contract(extra=extra),
            limit=_limit,
        )


def _limit(case: Case) -> str:
    return "no tokens" if case.regime.name == "empty" else ""
