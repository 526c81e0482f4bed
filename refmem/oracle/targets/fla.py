"""flash-linear-attention: its `naive.py` files on any machine, its kernels where there is a GPU.

The naive files are read by their paths, because the package itself does not import without Triton.
The kernels, in bfloat16 with float32 states, are of those rules that people deploy.

Found with fla-core 0.6.0 and torch 2.13.0 on a CPU, float32 (the kernels have not been run):

- `naive_recurrent_comba` is not Comba: its error reads the state after the decay. The chunked naive
  of the same file, like the paper and the kernels, reads it before. (Its results equal
  `refmem.comba_decayed_error`.)
- `naive_deltaformer_attn` takes out of a value what the query recalls, not what the key does. So do
  the kernels beside it: it is `refmem.deltaformer` with w = q, not the paper's w = k.
- The chunked naives of gated delta, KDA, GDN-2, Comba, DPLR and simple GLA return NaN where a gate
  is exactly zero (a logarithm of minus infinity), because they subtract cumulative sums; the
  recurrent ones are right. Their gradients are NaN there too, and that of chunked GDN-2 already
  where logarithms of -20 add up, because it exponentiates before it masks.
- The chunked naives of gated delta, GDN-2 and Comba invert the triangular system of a chunk; with
  one key channel their gradients are off by up to 2.5 times what is allowed.
- GLA, delta, IPLR, DPLR and DeltaFormer take no scale and always use 1/sqrt(K); Gated DeltaProduct
  takes one, uses it, and has no default. With that said, all of them are right.
- Without tokens, the naives of gated delta, chunked simple GLA, Comba and Gated DeltaProduct return
  the caller's own initial state.
- Titans' naive gradient is wrong: D * grad - grad.sum() / (rstd * D) needs parentheses around the
  difference. For a random memory of width 6 its step is off by 8.8 times the step itself; with the
  parentheses it is right to 3e-16. It is not among the functions below, because its read differs
  from `refmem.titans_normed` too.
- Everything else below is right, log-linear attention with several heads among it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import importlib.util
import pathlib
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from refmem.oracle.arrays import bfloat16
from refmem.oracle.cases import Case
from refmem.oracle.presets import FLA, FLA_VARLEN
from refmem.oracle.targets.callable import Group, PythonCallable
from refmem.oracle.targets.target import UnavailableError


class Naive(NamedTuple):
    """A function of a naive file.

    rule      what it is checked against
    path      file below fla/ops and function
    names     its names where they are not those of `FLA`
    convention, extra, state   as in `PythonCallable`
    multiple  how many tokens it works in multiples of
    groups    which heads may be more than the others
    scale     "optional", "required", or "fixed" at 1/sqrt(K)
    square    whether values must be as wide as keys
    """

    rule: str
    path: str
    names: Mapping[str, str] = {}
    layout: str = "bthd"
    extra: Mapping[str, Any] = {}
    state: str = "both"
    multiple: int = 1
    groups: tuple[str, ...] = ()
    scale: str = "optional"
    square: bool = False


FINAL = {"output_final_state": True}
GDP = {**FINAL, "num_householder": 2}
DPLR = {"a": "alpha", "b": "beta", "alpha": "gk"}

NAIVE = (
    Naive("linear_attention", "linear_attn:naive_recurrent_linear_attn", extra=FINAL),
    Naive("linear_attention", "linear_attn:naive_chunk_linear_attn", state="none", multiple=64),
    Naive("scalar_decay", "simple_gla:naive_recurrent_simple_gla", extra=FINAL),
    Naive("scalar_decay", "simple_gla:naive_chunk_simple_gla", extra=FINAL),
    Naive("scalar_decay", "simple_gla:naive_parallel_simple_gla", state="none"),
    Naive("gla", "gla:naive_recurrent_gla", {"alpha": "gk"}, extra=FINAL, scale="fixed"),
    Naive("delta", "delta_rule:delta_rule_recurrence", layout="bhtd", scale="fixed"),
    Naive(
        "delta",
        "delta_rule:delta_rule_chunkwise",
        layout="bhtd",
        state="out",
        multiple=32,
        scale="fixed",
    ),
    Naive("gated_delta", "gated_delta_rule:naive_recurrent_gated_delta_rule", extra=FINAL),
    Naive("gated_delta", "gated_delta_rule:naive_chunk_gated_delta_rule", extra=FINAL),
    Naive("kda", "kda:naive_recurrent_kda", extra=FINAL, groups=("values",)),
    Naive("kda", "kda:naive_chunk_kda", extra=FINAL, multiple=64, groups=("values",)),
    Naive("gated_delta2", "gdn2:naive_recurrent_gdn2", {"erase": "b", "write": "w"}, extra=FINAL),
    Naive("gated_delta2", "gdn2:naive_chunk_gdn2", {"erase": "b", "write": "w"}, extra=FINAL),
    Naive("comba", "comba:naive_recurrent_comba", extra=FINAL),
    Naive("comba", "comba:naive_chunk_comba", extra=FINAL),
    Naive(
        "gated_delta_product",
        "gated_delta_product:naive_recurrent_gated_delta_product",
        extra=GDP,
        scale="required",
    ),
    Naive(
        "delta_product",
        "gated_delta_product:naive_recurrent_gated_delta_product",
        extra={**GDP, "g": None},
        scale="required",
    ),
    Naive("iplr", "generalized_delta_rule/iplr:iplr_recurrence", DPLR, "bhtd", scale="fixed"),
    Naive(
        "iplr",
        "generalized_delta_rule/iplr:iplr_chunkwise",
        DPLR,
        "bhtd",
        multiple=32,
        scale="fixed",
    ),
    Naive(
        "generalized_delta",
        "generalized_delta_rule/dplr:dplr_recurrence",
        DPLR,
        "bhtd",
        scale="fixed",
    ),
    Naive(
        "generalized_delta",
        "generalized_delta_rule/dplr:dplr_chunkwise",
        DPLR,
        "bhtd",
        multiple=32,
        scale="fixed",
    ),
    Naive("rwkv6", "rwkv6/recurrent_naive:naive_recurrent_rwkv6", {"alpha": "w"}, "bhtd", FINAL),
    Naive("gsa", "gsa:naive_recurrent_gsa", state="none"),
    Naive(
        "forgetting_attention",
        "forgetting_attn:naive_forgetting_attn",
        state="none",
        groups=("queries",),
    ),
    Naive(
        "softmax_attention",
        "attn:naive_parallel_attn",
        {"sink": "sink_bias"},
        state="none",
        groups=("queries",),
    ),
    Naive("path_attention_scaled_gate", "path_attn:naive_path_attn", state="none"),
    Naive(
        "deltaformer",
        "deltaformer:naive_deltaformer_attn",
        state="none",
        scale="fixed",
        square=True,
    ),
    Naive("parallax", "parallax:naive_parallax", state="none", groups=("queries",), square=True),
    Naive("stick_breaking", "stickbreaking_attn:naive_stickbreaking_attn", state="none"),
    Naive(
        "log_linear_attention",
        "log_linear_attn:naive_log_linear_attn",
        {"levels": "level_scales"},
        state="none",
    ),
)

KERNELS = (
    ("gated_delta", "gated_delta_rule:chunk_gated_delta_rule"),
    ("gated_delta", "gated_delta_rule:fused_recurrent_gated_delta_rule"),
    ("kda", "kda:chunk_kda"),
    ("kda", "kda:fused_recurrent_kda"),
    ("comba", "comba:chunk_comba"),
    ("delta", "delta_rule:chunk_delta_rule"),
    ("delta", "delta_rule:fused_recurrent_delta_rule"),
    ("scalar_decay", "simple_gla:chunk_simple_gla"),
    ("gla", "gla:chunk_gla"),
)
"""Rule -> kernels, below fla.ops; with packed sequences they are run a second time."""


def make_fla() -> Group:
    """The kernels if torch has a GPU, else the naive files."""
    torch = _require("torch", "torch")
    home = _home()
    if torch.cuda.is_available():
        return Group("fla", list(_kernels()))
    return Group("fla", [_naive(home, one) for one in NAIVE])


def _home() -> pathlib.Path:
    found = importlib.util.find_spec("fla")
    if found is None or not found.submodule_search_locations:
        raise UnavailableError(
            "fla is not installed; install it with: pip install fla-core (--no-deps without a GPU)"
        )
    return pathlib.Path(found.submodule_search_locations[0])


def _require(module: str, package: str) -> types.ModuleType:
    try:
        return importlib.import_module(module)
    except ImportError:
        raise UnavailableError(
            f"{module} is not installed; install it with: pip install {package}"
        ) from None


def _naive(home: pathlib.Path, one: Naive) -> PythonCallable:
    path, _, name = one.path.partition(":")
    file = home / "ops" / (path if "naive" in path.split("/")[-1] else f"{path}/naive")
    convention = dataclasses.replace(
        FLA,
        names={**FLA.names, **one.names},
        layout=one.layout,
        takes_scale=one.scale != "fixed",
        groups=one.groups,
    )
    return PythonCallable(
        _function(home, file.with_suffix(".py"), name),
        one.rule,
        np.float32,
        name,
        convention,
        "torch",
        extra=one.extra,
        state=one.state,
        limit=_limit(one),
    )


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


def _limit(one: Naive) -> Callable[[Case], str]:
    def limit(case: Case) -> str:
        tokens = case.inputs["q"].shape[-2]
        if tokens == 0:
            return "no tokens"
        if case.regime.sharing == "beta":
            return "beta is documented as one number a head"
        if tokens % one.multiple:
            return f"the function works on multiples of {one.multiple} tokens"
        if one.scale == "required" and case.regime.scale is None:
            return "the function has no default for its scale"
        if one.square and case.regime.K != case.regime.V:
            return "the function takes values as wide as keys"
        optional = {"softmax_attention": ["first_bias"], "deltaformer": ["alpha", "w"]}
        if one.rule == "gsa" and "s" not in case.inputs:
            return "the function needs s"
        given = [name for name in optional.get(one.rule, []) if name in case.inputs]
        return f"the function has no {given[0]}" if given else ""

    return limit


def _kernels() -> Iterator[PythonCallable]:
    for convention in (FLA, FLA_VARLEN):
        for rule, path in KERNELS:
            module, _, name = path.partition(":")
            function = getattr(importlib.import_module(f"fla.ops.{module}"), name)
            label = name if convention is FLA else f"{name} (cu_seqlens)"
            yield PythonCallable(
                function, rule, bfloat16(), label, convention, "torch", extra=FINAL, device="cuda"
            )
