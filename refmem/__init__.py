"""refmem: the ground truth for associative memories in sequence models."""

from importlib import import_module
from types import ModuleType

from refmem import forms
from refmem.around import (
    bounded_gate,
    condition,
    decay_rate,
    exp_exp_gate,
    l2_normalize,
    logsigmoid_gate,
    packed,
    repeat_heads,
    rotary,
    rotary_angles,
    short_convolution,
    sigmoid_strength,
    softplus_gate,
    softplus_step,
)
from refmem.memory import Cache, Result, Trace
from refmem.rules import RULES

# rules: made by tools/table
from refmem.rules.attention import (
    alibi,
    deltaformer,
    forgetting_attention,
    kernel_attention,
    kernel_delta,
    parallax,
    path_attention,
    path_attention_scaled_gate,
    relu_attention,
    sigmoid_attention,
    softmax_attention,
    stick_breaking,
)
from refmem.rules.decay import (
    gla,
    hgrn,
    hgrn2,
    lightning_attention,
    mamba1,
    mamba2,
    mlstm,
    retention,
    rwkv4,
    rwkv6,
    scalar_decay,
    value_gated,
)
from refmem.rules.delta import (
    comba,
    comba_decayed_error,
    delta,
    delta_product,
    gated_delta,
    gated_delta2,
    gated_delta_product,
    gated_oja,
    generalized_delta,
    gradient_momentum_delta,
    implicit_delta,
    iplr,
    kalman_delta,
    kda,
    longhorn,
    momentum_delta,
    preconditioned_delta,
    preconditioned_kda,
    rwkv7,
)
from refmem.rules.hebbian import (
    averaged_memory,
    linear_attention,
    normalized_linear_attention,
    performer,
    power_attention,
    rebased,
    taylor_attention,
)
from refmem.rules.regression import (
    atlas,
    batch_delta,
    lact,
    least_squares,
    mesa,
    omega,
    titans,
    titans_decayed_error,
    titans_mlp,
    titans_mlp_normed,
    titans_normed,
    ttt_linear,
    ttt_mlp,
)
from refmem.rules.slots import abc, gsa, log_linear_attention
from refmem.rules.static import (
    fast_weights,
    ffn,
    glu,
    hopfield_classical,
    hopfield_dense,
    hopfield_modern,
    moe,
    product_key_memory,
)

# end of rules

__version__ = "0.1.0"

STUDIES = ("capacity", "expressivity", "longcontext")
ROOMS = ("laws", "oracle")
"""Packages about the rules: imported when they are first asked for."""


def __getattr__(name: str) -> ModuleType:
    if name in STUDIES:
        return import_module(f"refmem.studies.{name}")
    if name in ROOMS:
        return import_module(f"refmem.{name}")
    raise AttributeError(f"module 'refmem' has no attribute {name!r}")


__all__ = [
    "RULES",
    "Cache",
    "Result",
    "Trace",
    "abc",
    "alibi",
    "atlas",
    "averaged_memory",
    "batch_delta",
    "bounded_gate",
    "comba",
    "comba_decayed_error",
    "condition",
    "decay_rate",
    "delta",
    "delta_product",
    "deltaformer",
    "exp_exp_gate",
    "fast_weights",
    "ffn",
    "forgetting_attention",
    "forms",
    "gated_delta",
    "gated_delta2",
    "gated_delta_product",
    "gated_oja",
    "generalized_delta",
    "gla",
    "glu",
    "gradient_momentum_delta",
    "gsa",
    "hgrn",
    "hgrn2",
    "hopfield_classical",
    "hopfield_dense",
    "hopfield_modern",
    "implicit_delta",
    "iplr",
    "kalman_delta",
    "kda",
    "kernel_attention",
    "kernel_delta",
    "l2_normalize",
    "lact",
    "least_squares",
    "lightning_attention",
    "linear_attention",
    "log_linear_attention",
    "logsigmoid_gate",
    "longhorn",
    "mamba1",
    "mamba2",
    "mesa",
    "mlstm",
    "moe",
    "momentum_delta",
    "normalized_linear_attention",
    "omega",
    "packed",
    "parallax",
    "path_attention",
    "path_attention_scaled_gate",
    "performer",
    "power_attention",
    "preconditioned_delta",
    "preconditioned_kda",
    "product_key_memory",
    "rebased",
    "relu_attention",
    "repeat_heads",
    "retention",
    "rotary",
    "rotary_angles",
    "rwkv4",
    "rwkv6",
    "rwkv7",
    "scalar_decay",
    "short_convolution",
    "sigmoid_attention",
    "sigmoid_strength",
    "softmax_attention",
    "softplus_gate",
    "softplus_step",
    "stick_breaking",
    "taylor_attention",
    "titans",
    "titans_decayed_error",
    "titans_mlp",
    "titans_mlp_normed",
    "titans_normed",
    "ttt_linear",
    "ttt_mlp",
    "value_gated",
]
