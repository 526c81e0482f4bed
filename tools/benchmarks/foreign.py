"""Others' implementations as functions of refmem's arrays, for `peers`."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

Call = Callable[[], np.ndarray]


class MissingError(Exception):
    """A package is not installed."""


class Peer(NamedTuple):
    """A reference in torch.

    arguments   its names -> names of refmem's inputs; "log alpha" is the gate's logarithm
    heads_first it takes (B, H, T, C), not (B, T, H, C)
    scaled      it divides queries by sqrt(K) and offers no way not to
    """

    rule: str
    package: str
    module: str
    function: str
    arguments: dict[str, str]
    heads_first: bool = False
    scaled: bool = False


QKV = {name: name for name in ("q", "k", "v")}
FADED = QKV | {"g": "log alpha"}
GATED = QKV | {"g": "log alpha", "beta": "beta"}
QUERY = {"query": "q", "key": "k", "value": "v", "g": "log alpha", "beta": "beta"}
QWEN = "transformers.models.qwen3_next.modeling_qwen3_next"
DPLR = QKV | {"alpha": "a", "beta": "b"}
GDN2 = QKV | {"g": "log alpha", "b": "erase", "w": "write"}

PEERS = (
    Peer("linear_attention", "fla", "linear_attn", "naive_chunk_linear_attn", QKV),
    Peer("retention", "fla", "retention", "naive_retention", QKV, True, True),
    Peer("scalar_decay", "fla", "simple_gla", "naive_chunk_simple_gla", FADED),
    Peer("scalar_decay", "fla", "simple_gla", "naive_parallel_simple_gla", FADED),
    Peer("gla", "fla", "gla", "naive_recurrent_gla", QKV | {"gk": "log alpha"}, False, True),
    Peer("delta", "fla", "delta_rule", "delta_rule_chunkwise", QKV | {"beta": "beta"}, True, True),
    Peer("gated_delta", "fla", "gated_delta_rule", "naive_chunk_gated_delta_rule", GATED),
    Peer("gated_delta", "transformers", QWEN, "torch_chunk_gated_delta_rule", QUERY, False, True),
    Peer(
        "gated_delta", "transformers", QWEN, "torch_recurrent_gated_delta_rule",
        QUERY, False, True,
    ),
    Peer("comba", "fla", "comba", "naive_chunk_comba", GATED | {"p": "p"}),
    Peer("comba_decayed_error", "fla", "comba", "naive_recurrent_comba", GATED | {"p": "p"}),
    Peer("kda", "fla", "kda", "naive_chunk_kda", GATED),
    Peer("gated_delta2", "fla", "gdn2", "naive_chunk_gdn2", GDN2),
    Peer("iplr", "fla", "generalized_delta_rule/iplr", "iplr_chunkwise", DPLR, True, True),
    Peer(
        "generalized_delta", "fla", "generalized_delta_rule/dplr", "dplr_chunkwise",
        DPLR | {"gk": "log alpha"}, True, True,
    ),
)  # fmt: skip
"""References of linear rules that run without a GPU; slower ones of the same rule are left out."""


def torch_module() -> Any:
    """The package torch."""
    try:
        return importlib.import_module("torch")
    except ImportError:
        raise MissingError("torch is not installed") from None


def load(package: str, module: str) -> ModuleType:
    """A module of transformers, or the file `naive.py` of an operator of fla on its own: the
    operators' packages need a GPU's compiler to import."""
    torch_module()
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise MissingError(f"{package} is not installed")
    if package != "fla":
        return importlib.import_module(module)
    file = Path(spec.submodule_search_locations[0]) / "ops" / module / "naive.py"
    if not file.exists():
        raise MissingError(f"this {package} has no {module}")
    found = importlib.util.spec_from_file_location(module.replace("/", "_"), file)
    assert found is not None
    assert found.loader is not None
    loaded = importlib.util.module_from_spec(found)
    found.loader.exec_module(loaded)
    return loaded


def tensors(peer: Peer, x: dict[str, np.ndarray]) -> dict[str, Any]:
    """A call's arrays as the reference takes them."""
    torch, arrays = torch_module(), {}
    for theirs, name in peer.arguments.items():
        array = np.log(x["alpha"]) if name == "log alpha" else x[name]
        if name == "q" and peer.scaled:
            array = array * np.float32(array.shape[-1] ** 0.5)
        if not peer.heads_first:
            array = np.moveaxis(array, 2, 1)
        arrays[theirs] = torch.from_numpy(np.ascontiguousarray(array))
    return arrays


def peer_call(peer: Peer, x: dict[str, np.ndarray]) -> Call:
    """The call of a reference; its outputs come back as (B, H, T, V)."""
    torch, function = torch_module(), getattr(load(peer.package, peer.module), peer.function)
    arrays = tensors(peer, x)
    options = {} if peer.scaled else {"scale": 1.0}

    def call() -> np.ndarray:
        with torch.no_grad():
            result = function(**arrays, **options)
        out = (result[0] if isinstance(result, tuple) else result).numpy()
        return out if peer.heads_first else np.moveaxis(out, 1, 2)

    return call


def autograd_call(x: dict[str, np.ndarray]) -> Call:
    """Forward and backward of gated delta through fla's chunks: the gradient of <v, out> by k."""
    peer = next(peer for peer in PEERS if peer.function == "naive_chunk_gated_delta_rule")
    function, arrays = getattr(load(peer.package, peer.module), peer.function), tensors(peer, x)
    weights = arrays["v"].clone()
    for array in arrays.values():
        array.requires_grad_()

    def call() -> np.ndarray:
        for array in arrays.values():
            array.grad = None
        (function(**arrays, scale=1.0)[0] * weights).sum().backward()
        return np.moveaxis(arrays["k"].grad.numpy(), 1, 2)

    return call


def sdpa_call(x: dict[str, np.ndarray]) -> Call:
    """torch's own softmax attention."""
    torch = torch_module()
    q, k, v = (torch.from_numpy(x[name]) for name in ("q", "k", "v"))
    attention = torch.nn.functional.scaled_dot_product_attention

    def call() -> np.ndarray:
        with torch.no_grad():
            return attention(q, k, v, is_causal=True).numpy()

    return call


def deltaformer_of_fla(x: dict[str, np.ndarray]) -> Call:
    """fla's DeltaFormer."""
    arguments = QKV | {"beta": "beta"}
    peer = Peer("deltaformer", "fla", "deltaformer", "naive_deltaformer_attn", arguments)
    torch, function = torch_module(), load("fla", "deltaformer").naive_deltaformer_attn
    arrays = tensors(peer, x)

    def call() -> np.ndarray:
        with torch.no_grad():
            return np.moveaxis(function(**arrays).numpy(), 1, 2)

    return call


def onnxruntime_call(x: dict[str, np.ndarray]) -> Call:
    """The operator com.microsoft.LinearAttention on all cores, as gated delta."""
    try:
        runtime, onnx = (importlib.import_module(name) for name in ("onnxruntime", "onnx"))
    except ImportError as error:
        raise MissingError(f"{error.name} is not installed") from None
    (batch, heads, T, K), V = x["k"].shape, x["v"].shape[-1]
    arrays = {"query": x["q"], "key": x["k"], "value": x["v"]}
    arrays |= {"decay": np.log(x["alpha"])[..., None], "beta": x["beta"][..., None]}
    packed = {n: np.moveaxis(a, 2, 1).reshape(batch, T, -1) for n, a in arrays.items()}
    packed = {n: np.ascontiguousarray(a) for n, a in packed.items()}
    packed["past_state"] = np.zeros((batch, heads, K, V), np.float32)
    outputs = {"output": (batch, T, heads * V), "present_state": (batch, heads, K, V)}
    model = _linear_attention({n: a.shape for n, a in packed.items()}, outputs, heads, onnx)
    session = runtime.InferenceSession(model, providers=["CPUExecutionProvider"])

    def call() -> np.ndarray:
        out = session.run(["output"], packed)[0]
        return np.moveaxis(out.reshape(batch, T, heads, V), 2, 1)

    return call


def _linear_attention(
    inputs: dict[str, tuple[int, ...]], outputs: dict[str, tuple[int, ...]], heads: int, onnx: Any
) -> bytes:
    order = ("query", "key", "value", "past_state", "decay", "beta")
    domain, helper, kind = "com.microsoft", onnx.helper, onnx.TensorProto.FLOAT
    node = helper.make_node(
        "LinearAttention", order, list(outputs), domain=domain,
        update_rule="gated_delta", q_num_heads=heads, kv_num_heads=heads, scale=1.0,
    )  # fmt: skip
    declared = [helper.make_tensor_value_info(name, kind, inputs[name]) for name in order]
    results = [helper.make_tensor_value_info(name, kind, s) for name, s in outputs.items()]
    graph = helper.make_graph([node], "gated_delta", declared, results)
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid(domain, 1)]
    return bytes(helper.make_model(graph, opset_imports=opsets, ir_version=10).SerializeToString())
