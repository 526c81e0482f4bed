"""The torch fallbacks of Hugging Face transformers: the gated delta rule, chunked and recurrent."""

from __future__ import annotations

import importlib

import numpy as np

from refmem.oracle.cases import Case
from refmem.oracle.presets import HF
from refmem.oracle.targets.callable import Group, PythonCallable
from refmem.oracle.targets.target import UnavailableError

MODELS = ("qwen3_next", "qwen3_5", "qwen3_5_moe", "olmo_hybrid")
FUNCTIONS = ("torch_chunk_gated_delta_rule", "torch_recurrent_gated_delta_rule")


def make_transformers() -> Group:
    """The functions of every model that has them; each model carries a copy of its own."""
    for package in ("torch", "transformers"):
        try:
            importlib.import_module(package)
        except ImportError:
            raise UnavailableError(
                f"{package} is not installed; install it with: pip install {package}"
            ) from None
    parts = []
    for model in MODELS:
        module = _module(model)
        for name in FUNCTIONS:
            function = getattr(module, name, None)
            if function is not None:
                label = f"{model}.{name.removeprefix('torch_')}"
                parts.append(
                    PythonCallable(
                        function,
                        "gated_delta",
                        np.float32,
                        label,
                        HF,
                        "torch",
                        extra={"output_final_state": True},
                        limit=_limit,
                    )
                )
    if not parts:
        raise UnavailableError("transformers has none of the models with a gated delta rule")
    return Group("transformers", parts)


def _module(model: str) -> object:
    try:
        return importlib.import_module(f"transformers.models.{model}.modeling_{model}")
    except ImportError:
        return None


def _limit(case: Case) -> str:
    if case.inputs["q"].shape[-2] == 0:
        return "no tokens"
    if case.regime.sharing == "beta":
        return "beta is documented as one number a head"
    return ""
