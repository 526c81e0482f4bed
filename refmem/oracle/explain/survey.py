"""Where mistakes were seen: rows of a survey of reported bugs, and each as a link.

A mutant names rows, or a report itself, such as "mlx-lm#988". A report is `project#number`, a
change is `project@commit`; anything else is said in words and has no link.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

PROJECTS = {
    "AiDotNet.Tensors": "ooples/AiDotNet.Tensors",
    "Automodel": "NVIDIA-NeMo/Automodel",
    "FlashInfer": "flashinfer-ai/flashinfer",
    "GatedDeltaNet": "NVlabs/GatedDeltaNet",
    "HipKittens": "HazyResearch/HipKittens",
    "HunyuanVideo": "Tencent-Hunyuan/HunyuanVideo",
    "InfiniCore": "InfiniTensor/InfiniCore",
    "Megatron-LM": "NVIDIA/Megatron-LM",
    "RetNet": "Jamie-Stirling/RetNet",
    "TensorRT-LLM": "NVIDIA/TensorRT-LLM",
    "TransformerEngine": "NVIDIA/TransformerEngine",
    "Vision-RWKV": "OpenGVLab/Vision-RWKV",
    "accel": "golang-design/accel",
    "aiter": "ROCm/aiter",
    "aprender": "paiml/aprender",
    "attention-gym": "meta-pytorch/attention-gym",
    "burn": "tracel-ai/burn",
    "cudnn-frontend": "NVIDIA/cudnn-frontend",
    "executorch": "pytorch/executorch",
    "fla": "fla-org/flash-linear-attention",
    "flash-attention": "Dao-AILab/flash-attention",
    "flashinfer": "flashinfer-ai/flashinfer",
    "flashinfer-bench": "flashinfer-ai/flashinfer-bench",
    "gpt-fast": "pytorch-labs/gpt-fast",
    "jax-js": "ekzhang/jax-js",
    "keras-hub": "keras-team/keras-hub",
    "larql": "chrishayuk/larql",
    "llama.cpp": "ggml-org/llama.cpp",
    "mamba": "state-spaces/mamba",
    "maxtext": "AI-Hypercomputer/maxtext",
    "mlir-air": "Xilinx/mlir-air",
    "mlstm_kernels": "NX-AI/mlstm_kernels",
    "mlx": "ml-explore/mlx",
    "mlx-lm": "ml-explore/mlx-lm",
    "mlx-swift-lm": "ml-explore/mlx-swift-lm",
    "ollama": "ollama/ollama",
    "onnx": "onnx/onnx",
    "onnxruntime": "microsoft/onnxruntime",
    "onnxruntime-genai": "microsoft/onnxruntime-genai",
    "performer-pytorch": "lucidrains/performer-pytorch",
    "popcorn": "tilde-research/popcorn",
    "rocm-libraries": "ROCm/rocm-libraries",
    "sgl-kernel-npu": "sgl-project/sgl-kernel-npu",
    "sglang": "sgl-project/sglang",
    "shainet": "NeuraLegion/shainet",
    "slime": "THUDM/slime",
    "tilelang-ascend": "tile-ai/tilelang-ascend",
    "tinygrad": "tinygrad/tinygrad",
    "tokenspeed": "lightseekorg/tokenspeed",
    "torchtitan": "pytorch/torchtitan",
    "tpu-inference": "vllm-project/tpu-inference",
    "transformers": "huggingface/transformers",
    "triton": "triton-lang/triton",
    "tt-metal": "tenstorrent/tt-metal",
    "vLLM-metax": "MetaX-MACA/vLLM-metax",
    "vllm": "vllm-project/vllm",
    "vllm-ascend": "vllm-project/vllm-ascend",
    "xlstm": "NX-AI/xlstm",
}
"""A project's short name -> its owner and name. One that is not here has no link."""

ROWS: dict[int, tuple[str, ...]] = {
    1: ("sgl-kernel-npu#640",),
    2: ("aiter#4057",),
    3: ("sparkinfer#610", "sparkinfer#615"),
    4: ("fla#351",),
    5: ("rocm-libraries#11807",),
    6: ("flashinfer-bench#156",),
    7: ("FlashInfer's state_layout, VK or KV",),
    8: ("AiDotNet.Tensors#895",),
    9: ("fla's naive_recurrent_comba",),
    10: ("fla#885",),
    11: ("fla@d1fc1c54", "fla@f636f5a1", "fla#623"),
    12: ("larql#298",),
    13: ("GatedDeltaNet#15", "shainet#170"),
    14: ("RetNet#34",),
    15: ("fla@c11ffb2d",),
    16: ("fla#1012",),
    17: ("fla's naive titans",),
    18: ("tpu-inference#2408", "tpu-inference#2431"),
    19: ("llama.cpp#29092",),
    20: ("vllm-ascend#10558",),
    21: ("fla@22d5d34a", "fla#92"),
    22: ("fla@c3f16354",),
    23: ("fla#102", "fla@0a2b34f6"),
    24: ("ollama#15865",),
    25: ("TensorRT-Model-Connect#725",),
    26: ("fla's naive gated delta and simple GLA",),
    27: ("onnxruntime#32166",),
    28: ("sglang#31833", "sglang#33450"),
    29: ("qwen38-27b-rtx3090#43",),
    30: ("transformers#46190", "transformers#46873"),
    31: ("fla#1142",),
    32: ("fla#1105",),
    33: ("fla@be882f3b",),
    34: ("fla#794",),
    35: ("flashinfer#3156",),
    36: ("vllm#23279", "vllm#21783"),
    37: ("mlstm_kernels#10",),
    38: ("tilelang-ascend#855", "tilelang-ascend#1460"),
    39: ("fla#907",),
    40: ("pegainfer#709",),
    41: ("fla#1085",),
    42: ("transformers#47250",),
    43: ("mamba#716",),
    44: ("slime#1686",),
    45: ("fla#838", "fla#1088"),
    46: ("fla#139",),
    47: ("fla#103",),
    48: ("fla-npu#266",),
    49: ("fla#892",),
    50: ("attention-gym's docs/linear.md",),
    51: ("sglang#36880", "tokenspeed#700", "vllm#51508"),
    52: ("HunyuanVideo#310",),
    53: ("fla#967",),
    54: ("fla#903",),
    55: ("flashinfer#3698",),
    56: ("llama.cpp#25315",),
    57: ("SlimServe#12",),
    58: ("onnx#7274",),
    59: ("jax-js#180", "HipKittens#22"),
    60: ("onnxruntime#29892",),
    61: ("fla@59f3f67e",),
    62: ("popcorn's list: fla's log_linear_attn",),
    63: ("accel#27",),
    64: ("mamba#647",),
    65: ("mlx-lm#1792",),
    66: ("fla#781", "fla#1115"),
    67: ("flashinfer#4476",),
    68: ("flashinfer#4968",),
    69: ("flashinfer#4539",),
    70: ("executorch#21417",),
    71: ("tt-metal#56550",),
    72: ("cuLA#89",),
    73: ("fla@7d808a33", "fla@39fc5878"),
    74: ("fla#104", "fla#389"),
    75: ("lattice#314",),
    76: ("fla#1007",),
    77: ("attention-gym's naive KDA",),
    78: ("fla#415",),
    79: ("Vision-RWKV#21",),
    80: ("tinygrad#17853",),
    81: ("mlx-lm#1799", "mlx-lm#1823"),
    82: ("fla@3422c449",),
    83: ("FlashInfer's use_qk_l2norm_in_kernel",),
    84: ("mlx-lm#1624",),
    85: ("llama.cpp#28068", "transformers#40842"),
    86: ("fla#508",),
    87: ("onnxruntime-genai#2127", "maxtext#5098"),
    88: ("fla#483",),
    89: ("vllm#53877", "sglang#38975"),
    90: ("fla#43",),
    91: ("fla's PaTH against its FoX",),
    92: ("fla@31293264",),
    93: ("fla#889", "fla#891"),
    94: ("fla#863",),
    95: ("fla#875",),
    96: ("fla#178", "fla#6"),
    97: ("fla@7362d874",),
    98: ("fla#941", "fla#1033"),
    99: ("fla#1071",),
    100: ("fla@a0c938eb",),
    101: ("mamba#537",),
    102: ("popcorn's list: fla's TTT",),
    103: ("fla#1138", "fla#1140"),
    104: ("fla#963",),
    105: ("cudnn-frontend#837",),
    106: ("cudnn-frontend#676",),
    107: ("popcorn's list: nsa",),
    108: ("ONNX's past_state, not differentiable",),
    109: ("fla#1135",),
    110: ("fla#1103",),
    111: ("fla#1082", "mamba#1036"),
    112: ("triton#6547", "attention-gym#335"),
    114: ("onnx#8068", "onnxruntime#28904"),
    115: ("burn#4697",),
    116: ("InfiniCore#279",),
    117: ("TransformerEngine#3551",),
    118: ("rocm-libraries#12229",),
    119: ("flash-attention#2752", "fla#831"),
    120: ("torchtitan#2211", "vllm#49815"),
    121: ("mlx#3071", "TensorRT-LLM#1611", "aprender#2143"),
    122: ("fla#1031",),
    123: ("mlir-air#1427",),
    124: ("tt-metal#46633", "vLLM-metax#270", "Automodel#2591"),
    125: ("vllm#39273",),
    126: ("tpu-inference#3057", "TensorRT-LLM#13453", "Megatron-LM#5803"),
    127: ("mlx-swift-lm#218",),
    128: ("onnxruntime#32166",),
    132: ("fla's test_kda.py, _flash_kda_gold",),
    141: ("maxtext#5179",),
    142: ("fla#379",),
    143: ("mlx-lm's _gated_delta_step_ops",),
}
"""Row -> what it is about. Rows that are missing are of tests that could not fail."""

SITE = "https://github.com"
REPORT = re.compile(r"([\w.-]+)([#@])(\w+)")

Seen = tuple[int | str, ...]
"""Rows, or reports themselves."""


class Reference(NamedTuple):
    """What is printed, and what it leads to; "" if nothing is known of it."""

    text: str
    url: str = ""


def references(seen: Seen) -> list[Reference]:
    """Rows and reports as links, each once.

    >>> references((10, "a talk"))  # doctest: +NORMALIZE_WHITESPACE
    [Reference(text='fla-org/flash-linear-attention#885',
               url='https://github.com/fla-org/flash-linear-attention/issues/885'),
     Reference(text='a talk', url='')]
    """
    said = (one for row in seen for one in (ROWS[row] if isinstance(row, int) else (row,)))
    return [reference(one) for one in dict.fromkeys(said)]


def reference(said: str) -> Reference:
    """One report as a link, by the project's short name or by its owner and name."""
    found = REPORT.fullmatch(said.rpartition("/")[2])
    if not found:
        return Reference(said)
    name, mark, number = found.groups()
    owner = said.rpartition("/")[0]
    project = f"{owner}/{name}" if owner else PROJECTS.get(name, "")
    if not project:
        return Reference(said)
    kind = "issues" if mark == "#" else "commit"
    return Reference(f"{project}{mark}{number}", f"{SITE}/{project}/{kind}/{number}")


def listed(of: Iterable[Reference], most: int) -> str:
    """The first few of them in words."""
    said = [one.text for one in of]
    more = f" and {len(said) - most} more" if len(said) > most else ""
    return ", ".join(said[:most]) + more


LINKED = re.compile(r"[\w.-]+/[\w.-]+[#@][0-9a-f]+\b")
"""A report in a text, as `references` writes it."""


def links_in(text: str) -> list[tuple[int, int, str]]:
    """Where reports are named in a text: start, stop and address."""
    return [(m.start(), m.end(), reference(m.group()).url) for m in LINKED.finditer(text)]
