"""The conventions of kernels that compute gates, strengths or norms themselves.

Facts and where they were read, as in `presets`; parameters are in float32 unless it says otherwise.

    FLA_FUSED           flash-linear-attention commit bc3b101, read in ops/gated_delta_rule/gate.py,
                        chunk.py and modules/l2norm.py: with use_gate_in_kernel g is raw, and the
                        gate's logarithm -exp(A_log) softplus(g + dt_bias); with
                        use_beta_sigmoid_in_kernel beta is raw; with use_qk_l2norm_in_kernel q and k
                        are normalised, 1e-6 within the root. A_log and dt_bias are (HV,); of kda
                        (ops/kda/gate.py) dt_bias has HV * K numbers.
    FLA_SAFE_GATE       the same commit, read in ops/kda/gate.py and chunk.py: with safe_gate and
                        lower_bound the logarithm is lower_bound sigmoid(exp(A_log) (g + dt_bias));
                        -5 is advised.
    VLLM_FUSED          vllm commit 95a3d5a, read in layers/fla/ops/fused_sigmoid_gating.py: a, b,
                        A_log, dt_bias as above, softplus with a threshold of 20; (1, tokens, HV);
                        states in a pool (slots, HV, V, K), updated in place.
    SGLANG_FUSED        sglang commit f1dea62, read in
                        layers/attention/fla/fused_sigmoid_gating_recurrent.py: the same, but states
                        are (slots, HV, K, V), and the softplus has its numbers passed.
    FLASHINFER_DECODE   flashinfer commit fb28d72, read in gdn_decode.py and gdn_kernels/
                        gdn_decode_pretranspose.py: one token, (B, 1, H, K); a, b raw; states (B,
                        HV, V, K), changed in place; q and k are normalised with 1e-6 unless
                        use_qk_l2norm is False; scale None is 1/sqrt(K). Its nontranspose sibling
                        has states K by V.
    MLX_FUSED           mlx-lm commit d78bf58, read in models/gated_delta.py: gated_delta_update
                        takes a, b, A_log and dt_bias, and is else as MLX.
    MAMBA2_SCAN         mamba commit e9594ce, read in ops/triton/ssd_combined.py and
                        ssd_chunk_state.py: mamba_chunk_scan_combined takes x (B, T, H, V), dt (B,
                        T, H), A and D (H,), B and C (B, T, groups, K), dt_bias (H,); with
                        dt_softplus dt is raw, with a threshold of 20, then within dt_limit; states
                        V by K.
    RWKV7               RWKV-LM commit 32b6f91, read in RWKV-v7/cuda/wkv7.cu: r, w, k, v, a, b (B,
                        T, H * K), the gate exp(-exp(w)), in float16 or bfloat16; the low-rank term
                        reads the state before it decays, which is `generalized_delta`; no state, no
                        scale.
"""

from __future__ import annotations

import dataclasses

from refmem.oracle.border.conventions import Convention

FLOAT32 = {"A_log": "float32", "dt_bias": "float32"}

FLA_FUSED = Convention(
    names={"alpha": "g", "state": "initial_state"},
    layout="bthd",
    gate="softplus",
    strength="sigmoid",
    scale="1/sqrt(K)",
    norm="rsqrt",
    eps=1e-6,
    groups=("values",),
    state_dtype="float32",
    dtypes=FLOAT32,
    extra={
        "use_gate_in_kernel": True,
        "use_beta_sigmoid_in_kernel": True,
        "use_qk_l2norm_in_kernel": True,
        "output_final_state": True,
    },
)

FLA_SAFE_GATE = dataclasses.replace(
    FLA_FUSED,
    gate="bounded",
    constants={"lower_bound": -5.0},
    extra={**FLA_FUSED.extra, "safe_gate": True, "lower_bound": -5.0},
)

VLLM_FUSED = Convention(
    names={
        "alpha": "a",
        "beta": "b",
        "state": "initial_state",
        "lengths": "cu_seqlens",
        "slots": "ssm_state_indices",
    },
    layout="varlen",
    state_layout="vk",
    gate="softplus",
    strength="sigmoid",
    scale="1/sqrt(K)",
    norm="rsqrt",
    eps=1e-6,
    groups=("values",),
    dtypes=FLOAT32,
    extra={"use_qk_l2norm_in_kernel": True},
)

SGLANG_FUSED = dataclasses.replace(
    VLLM_FUSED,
    names={
        **VLLM_FUSED.names,
        "state": "initial_state_source",
        "slots": "initial_state_indices",
    },
    state_layout="kv",
    extra={**VLLM_FUSED.extra, "softplus_beta": 1.0, "softplus_threshold": 20.0},
)

FLASHINFER_DECODE = Convention(
    names={"alpha": "a", "beta": "b"},
    layout="bthd",
    state_layout="vk",
    gate="softplus",
    strength="sigmoid",
    scale="1/sqrt(K)",
    norm="rsqrt",
    eps=1e-6,
    groups=("values",),
    state_dtype="float32",
    dtypes=FLOAT32,
)

MLX_FUSED = Convention(
    names={"alpha": "a", "beta": "b"},
    layout="bthd",
    state_layout="vk",
    gate="softplus",
    strength="sigmoid",
    takes_scale=False,
    groups=("values",),
    state_dtype="float32",
    dtypes=FLOAT32,
)

MAMBA2_SCAN = Convention(
    names={"state": "initial_states"},
    layout="bthd",
    state_layout="vk",
    step="softplus",
    groups=(),
    dtypes={"A": "float32", "D": "float32", "dt_bias": "float32"},
    extra={"chunk_size": 64, "dt_softplus": True, "return_final_states": True},
)

RWKV7 = Convention(
    names={"q": "r", "alpha": "w"},
    layout="packed",
    gate="exp-exp",
    takes_scale=False,
    groups=(),
)

FUSED: dict[str, Convention] = {
    "fla-fused": FLA_FUSED,
    "fla-safe-gate": FLA_SAFE_GATE,
    "vllm-fused": VLLM_FUSED,
    "sglang-fused": SGLANG_FUSED,
    "flashinfer-decode": FLASHINFER_DECODE,
    "mlx-fused": MLX_FUSED,
    "mamba2-scan": MAMBA2_SCAN,
    "rwkv7": RWKV7,
}
"""Name on the command line -> convention."""
