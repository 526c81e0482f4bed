"""The conventions of real projects, each fact with where it was read.

Kernels that compute gates themselves are in `presets_fused`, softmax attention in
`presets_attention`.

Versions move: "read" names the one whose source was read. What an operator takes of these is in its
target; `dataclasses.replace(FLA, state_layout="vk")` is a project's own option. But for ONNX's
LinearAttention, all want a beta for every head: one that the heads share is repeated for them.

    FLA            fla-core 0.6.0, read in fla/ops/gated_delta_rule, kda, gdn2, comba: inputs
                   (B, T, H, D); states (N, HV, K, V) in float32, or V by K with state_v_first;
                   g a natural logarithm; scale None is K^-0.5; value head h uses key head
                   h // (HV / H); cu_seqlens (N + 1,) with B = 1. q and k are normalised only with
                   use_qk_l2norm_in_kernel, as x * rsqrt(sum x^2 + 1e-6). Fewer key than query
                   heads are not among its arguments.
    HF             transformers 5.23.0, read in models/qwen3_next: query, key, value (B, T, H, D);
                   g a natural logarithm; the scale K^-0.5 is no argument; states (B, HV, K, V) in
                   float32; repeat_interleave of query and key heads, in the function itself.
    ONNX           onnx 1.23 (opset 27) and com.microsoft of onnxruntime 1.32, read in the schemas
                   of LinearAttention: (B, T, H * D); decay a natural logarithm; states
                   (B, H, K, V); query head h reads memory h // group. The attribute scale is
                   1/sqrt(K) where it is 0 or left out. com.microsoft's GatedDeltaNet (ONNX_PACKED)
                   takes (tokens, H, D) with cu_seqlens; states (N, HV, V, K) in float32; value head
                   h uses key head h // (HV / H).
    FLASHINFER     commit fb28d72, read in gdn_prefill.py: q, k, v (tokens, H, D) with cu_seqlens;
                   g is the factor itself, and like beta always float32; scale None is 1/sqrt(K);
                   states (N, H, V, K) in float32. Where queries or values are grouped, g, beta and
                   states have max(query heads, value heads) heads: query heads that share a key
                   head still have gates and memories of their own. use_qk_l2norm_in_kernel is
                   documented, and not passed on.
    VLLM           commit 03c6dad, read in model_executor/layers/fla/ops/fused_recurrent.py:
                   (1, tokens, H, D) with cu_seqlens; g a natural logarithm; scale None is K^-0.5;
                   states in a pool (slots, HV, K, V) that ssm_state_indices points into and that is
                   updated in place. Later pools, and SGLang's, are V by K.
    MLX            mlx-lm commit 0c5550a, read in models/gated_delta.py: (B, T, H, D); g is the
                   factor, exp(-exp(A_log) softplus(a + dt_bias)); no scale is passed, callers fold
                   it into q; states (B, HV, V, K) in a dtype of their own; value head h uses key
                   head h // (HV / H).
    GGML           ggml commit d99724f2, read in ggml_gated_delta_net: rows (B, T, H, D), all of
                   float32, keys as wide as values; g a natural logarithm; the scale, 1/sqrt of the
                   value width, is no argument; states stored transposed, V by K; value head h uses
                   key head h % H (tiled).
    MAMBA2         mamba commit 5d468df, read in modules/ssd_minimal.py: X, B, C (B, T, H, D) are
                   values, keys and queries, with dt already in X; A is dt times A, a natural
                   logarithm; states V by K; no scale can be passed. With several groups its einsums
                   sum over all of them for every head, so only one key head is defined there.
    ATTENTION_GYM  commit 7fdb85d, read in linear/gdn and linear/kda: chunk_gdn and recurrent_gdn
                   take (B, H, T, D) and a natural logarithm; states are in float32, or float64 if q
                   is. recurrent_kda (ATTENTION_GYM_KDA) takes (B, T, H, D) and a base-2 logarithm
                   called gate; its scale, K^-0.5, is no argument; states are in float32. (chunk_kda
                   takes sums of such logarithms from each 64th token on, which is not said here.)
                   States are K by V there, and V by K since pull request 402.
"""

from __future__ import annotations

import dataclasses

from refmem.oracle.border.conventions import REFMEM, Convention
from refmem.oracle.border.presets_attention import ATTENTION
from refmem.oracle.border.presets_fused import FUSED
from refmem.support.arguments import ChoiceError
from refmem.support.wording import nearest_name

FLA = Convention(
    names={"alpha": "g", "log_alpha": "g", "state": "initial_state"},
    layout="bthd",
    gate="log",
    scale="1/sqrt(K)",
    state_dtype="float32",
    groups=("values",),
    every_head=("beta",),
)

FLA_VARLEN = Convention(
    names={**FLA.names, "lengths": "cu_seqlens"},
    layout="varlen",
    gate="log",
    scale="1/sqrt(K)",
    state_dtype="float32",
    groups=("values",),
    every_head=("beta",),
)

HF = Convention(
    names={"q": "query", "k": "key", "v": "value", "alpha": "g", "state": "initial_state"},
    layout="bthd",
    gate="log",
    scale="1/sqrt(K)",
    state_dtype="float32",
    groups=("values",),
    takes_scale=False,
    every_head=("beta",),
)

ONNX = Convention(
    names={
        "q": "query",
        "k": "key",
        "v": "value",
        "alpha": "decay",
        "state": "past_state",
    },
    layout="packed",
    gate="log",
    scale="1/sqrt(K)",
)

ONNX_WIDE_STATES = dataclasses.replace(ONNX, state_dtype="float32")
"""Its past and present states may be of another type than the rest."""

ONNX_PACKED = Convention(
    names={
        "q": "query",
        "k": "key",
        "v": "value",
        "alpha": "decay",
        "state": "initial_state",
        "lengths": "cu_seqlens",
    },
    layout="ragged",
    state_layout="vk",
    gate="log",
    scale="1/sqrt(K)",
    state_dtype="float32",
    groups=("values",),
    every_head=("beta",),
)

FLASHINFER = Convention(
    names={"alpha": "g", "state": "initial_state", "lengths": "cu_seqlens"},
    layout="ragged",
    state_layout="vk",
    gate="factor",
    scale="1/sqrt(K)",
    state_dtype="float32",
    every_head=("alpha", "beta", "state"),
    dtypes={"alpha": "float32", "beta": "float32"},
)

VLLM = Convention(
    names={
        "alpha": "g",
        "state": "initial_state",
        "lengths": "cu_seqlens",
        "slots": "ssm_state_indices",
    },
    layout="varlen",
    gate="log",
    scale="1/sqrt(K)",
    groups=("values",),
    every_head=("beta",),
)

MLX = Convention(
    names={"alpha": "g"},
    layout="bthd",
    state_layout="vk",
    gate="factor",
    state_dtype="float32",
    groups=("values",),
    every_head=("beta",),
    takes_scale=False,
)

GGML = Convention(
    names={"alpha": "g"},
    layout="bthd",
    state_layout="vk",
    gate="log",
    scale="1/sqrt(V)",
    heads="tile",
    state_dtype="float32",
    groups=("values",),
    every_head=("beta",),
    takes_scale=False,
)

MAMBA2 = Convention(
    names={"q": "C", "k": "B", "v": "X", "alpha": "A", "state": "initial_states"},
    layout="bthd",
    state_layout="vk",
    gate="log",
    groups=(),
    takes_scale=False,
)

ATTENTION_GYM = Convention(
    names={
        "q": "query",
        "k": "key",
        "v": "value",
        "alpha": "gate",
        "state": "initial_state",
    },
    layout="bhtd",
    gate="log",
    scale="1/sqrt(K)",
    groups=(),
    every_head=("beta",),
    state_dtype="wide",
)

ATTENTION_GYM_KDA = Convention(
    names={"alpha": "gate", "state": "initial_state"},
    layout="bthd",
    gate="log2",
    scale="1/sqrt(K)",
    takes_scale=False,
    groups=(),
    every_head=("beta",),
    state_dtype="float32",
)

PRESETS: dict[str, Convention] = {
    "refmem": REFMEM,
    "fla": FLA,
    "fla-varlen": FLA_VARLEN,
    "hf": HF,
    "onnx": ONNX,
    "onnx-packed": ONNX_PACKED,
    "flashinfer": FLASHINFER,
    "vllm": VLLM,
    "mlx": MLX,
    "ggml": GGML,
    "mamba2": MAMBA2,
    "attention-gym": ATTENTION_GYM,
    "attention-gym-kda": ATTENTION_GYM_KDA,
    **FUSED,
    **ATTENTION,
}
"""Name on the command line -> convention."""


def find_convention(name: str | Convention) -> Convention:
    """The preset of that name; a convention itself as it is."""
    if isinstance(name, Convention):
        return name
    if name not in PRESETS:
        raise ChoiceError(
            f"convention has name {name!r}, expected one of {', '.join(PRESETS)}"
            f"{nearest_name(name, PRESETS)}"
        )
    return PRESETS[name]
