"""The `naive.py` files of flash-linear-attention, which the package tests its kernels against.

They are read by their paths, because the package itself does not import without Triton.
"""

from __future__ import annotations

import contextlib
import importlib.util
import pathlib
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from refmem.oracle.border.presets import FLA
from refmem.oracle.targets.callable import PythonCallable
from refmem.oracle.targets.fla.function import FINAL, Function
from refmem.oracle.targets.target import UnavailableError

GDP = {**FINAL, "num_householder": 2}
DPLR = {"a": "alpha", "b": "beta", "alpha": "gk"}
MOMENTUM = {"alpha": "log_alpha", "mu": "log_mu"}
MOMENTS = {"fade": "g_atk", "weight": "beta_atk", "center": "log_atk_scale"}

NAIVE = (
    Function("linear_attention", "linear_attn:naive_recurrent_linear_attn", extra=FINAL),
    Function("linear_attention", "linear_attn:naive_chunk_linear_attn", state="none", multiple=64),
    Function("scalar_decay", "simple_gla:naive_recurrent_simple_gla", extra=FINAL),
    Function("scalar_decay", "simple_gla:naive_chunk_simple_gla", extra=FINAL),
    Function("scalar_decay", "simple_gla:naive_parallel_simple_gla", state="none"),
    Function("gla", "gla:naive_recurrent_gla", {"alpha": "gk"}, extra=FINAL, scale="fixed"),
    Function("delta", "delta_rule:delta_rule_recurrence", layout="bhtd", scale="fixed"),
    Function(
        "delta",
        "delta_rule:delta_rule_chunkwise",
        layout="bhtd",
        state="out",
        multiple=32,
        scale="fixed",
    ),
    Function("gated_delta", "gated_delta_rule:naive_recurrent_gated_delta_rule", extra=FINAL),
    Function("gated_delta", "gated_delta_rule:naive_chunk_gated_delta_rule", extra=FINAL),
    Function("kda", "kda:naive_recurrent_kda", extra=FINAL, groups=("values",)),
    Function("kda", "kda:naive_chunk_kda", extra=FINAL, multiple=64, groups=("values",)),
    Function(
        "gated_delta2", "gdn2:naive_recurrent_gdn2", {"erase": "b", "write": "w"}, extra=FINAL
    ),
    Function("gated_delta2", "gdn2:naive_chunk_gdn2", {"erase": "b", "write": "w"}, extra=FINAL),
    Function("comba", "comba:naive_recurrent_comba", extra=FINAL),
    Function("comba", "comba:naive_chunk_comba", extra=FINAL),
    Function(
        "gated_delta_product",
        "gated_delta_product:naive_recurrent_gated_delta_product",
        extra=GDP,
        scale="required",
    ),
    Function(
        "delta_product",
        "gated_delta_product:naive_recurrent_gated_delta_product",
        extra={**GDP, "g": None},
        scale="required",
    ),
    Function("iplr", "generalized_delta_rule/iplr:iplr_recurrence", DPLR, "bhtd", scale="fixed"),
    Function(
        "iplr",
        "generalized_delta_rule/iplr:iplr_chunkwise",
        DPLR,
        "bhtd",
        multiple=32,
        scale="fixed",
    ),
    Function(
        "generalized_delta",
        "generalized_delta_rule/dplr:dplr_recurrence",
        DPLR,
        "bhtd",
        scale="fixed",
    ),
    Function(
        "generalized_delta",
        "generalized_delta_rule/dplr:dplr_chunkwise",
        DPLR,
        "bhtd",
        multiple=32,
        scale="fixed",
    ),
    Function("rwkv6", "rwkv6/recurrent_naive:naive_recurrent_rwkv6", {"alpha": "w"}, "bhtd", FINAL),
    Function("gsa", "gsa:naive_recurrent_gsa", state="none", needs=("s",)),
    Function(
        "forgetting_attention",
        "forgetting_attn:naive_forgetting_attn",
        state="none",
        groups=("queries",),
    ),
    Function(
        "softmax_attention",
        "attn:naive_parallel_attn",
        {"sink": "sink_bias"},
        state="none",
        groups=("queries",),
        lacks=("first_bias",),
    ),
    Function("path_attention_scaled_gate", "path_attn:naive_path_attn", state="none"),
    Function(
        "deltaformer",
        "deltaformer:naive_deltaformer_attn",
        state="none",
        scale="fixed",
        square=True,
        lacks=("alpha", "w"),
    ),
    Function("parallax", "parallax:naive_parallax", state="none", groups=("queries",), square=True),
    Function("stick_breaking", "stickbreaking_attn:naive_stickbreaking_attn", state="none"),
    Function(
        "log_linear_attention",
        "log_linear_attn:naive_log_linear_attn",
        {"levels": "level_scales"},
        state="none",
    ),
    Function(
        "gradient_momentum_delta",
        "momentum_delta_rule:recurrent_momentum_delta_rule_ref",
        MOMENTUM,
        state="none",
        needs=("p",),
    ),
    Function(
        "gradient_momentum_delta",
        "momentum_delta_rule:chunk_momentum_delta_rule_ref",
        MOMENTUM,
        state="none",
        needs=("p",),
    ),
    Function(
        "preconditioned_delta",
        "precond_gated_delta_rule:naive_recurrent_precond_gated_delta_rule",
        MOMENTS,
        state="none",
        norm=("max", 1e-12),
    ),
    Function(
        "preconditioned_kda", "precond_kda:naive_recurrent_precond_kda", MOMENTS, state="none"
    ),
    Function(
        "mesa",
        "mesa_net:naive_mesa_net_exact",
        {"lam": "lamb"},
        state="none",
        scale="none",
        square=True,
    ),
    Function(
        "mesa",
        "mesa_net:naive_mesa_net_CG",
        {"lam": "lamb"},
        extra={"chunk_size": 16},
        state="none",
        multiple=16,
        scale="none",
        square=True,
    ),
    Function("taylor_attention", "based:naive_parallel_based", layout="bhtd", state="none"),
    Function(
        "taylor_attention",
        "based:naive_chunk_based",
        layout="bhtd",
        extra={"chunk_size": 32},
        state="none",
        multiple=32,
        scale="fixed",
    ),
    Function("power_attention", "rebased:naive_parallel_rebased", layout="bhtd", state="none"),
    Function(
        "retention",
        "retention:naive_retention",
        layout="bhtd",
        state="none",
        scale="fixed",
        lacks=("gamma",),
    ),
    Function("abc", "abc:naive_recurrent_abc", layout="bhtd", state="none"),
    Function("abc", "abc:naive_cumsum_abc", layout="bhtd", state="none", scale="fixed"),
)


def naive_targets(home: pathlib.Path) -> list[PythonCallable]:
    """All of them, from the folder of the package."""
    return [_target(home, one) for one in NAIVE]


def _target(home: pathlib.Path, one: Function) -> PythonCallable:
    path, _, name = one.path.partition(":")
    file = home / "ops" / (path if "naive" in path.split("/")[-1] else f"{path}/naive")
    return one.target(_function(home, file.with_suffix(".py"), name), FLA, np.float32)


def _function(home: pathlib.Path, file: pathlib.Path, name: str) -> Callable[..., Any]:
    """A function of a file; what the file imports of its package is found without running that."""
    with _bare_packages(home):
        spec = importlib.util.spec_from_file_location(f"_naive_{file.parent.name}", file)
        if spec is None or spec.loader is None:
            raise UnavailableError(f"{file} does not import")
        module = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise UnavailableError(f"{file.name} of fla does not import: {reason}") from error
    return getattr(module, name)


@contextlib.contextmanager
def _bare_packages(home: pathlib.Path) -> Iterator[None]:
    """Packages fla and fla.ops that only know where their modules are."""
    before = {
        name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] == "fla"
    }
    for name, path in (("fla", home), ("fla.ops", home / "ops")):
        package = types.ModuleType(name)
        package.__path__ = [str(path)]
        sys.modules[name] = package
    try:
        yield
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] == "fla"]:
            del sys.modules[name]
        sys.modules.update(before)
