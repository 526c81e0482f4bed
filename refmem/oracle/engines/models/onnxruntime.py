"""GatedDeltaNet of ONNX Runtime (com.microsoft), whose past and present states lie in slots.

    refmem check refmem.oracle.engines.models.onnxruntime:GatedDeltaNet --serving --rule gated_delta

All sequences of a call are packed into one run of the operator, from the states of their slots.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.oracle.targets.onnx_model import IR_VERSION, MICROSOFT, MICROSOFT_OPSET, OPSET
from refmem.oracle.targets.onnxruntime import PROVIDER, QUIET
from refmem.oracle.targets.target import require

INPUTS = {
    "query": ("tokens", "heads", "K"),
    "key": ("tokens", "heads", "K"),
    "value": ("tokens", "heads", "V"),
    "cu_seqlens": ("bounds",),
    "decay": ("tokens", "heads"),
    "beta": ("tokens", "heads"),
    "initial_state": ("sequences", "heads", "V", "K"),
}
OUTPUTS = {"output": INPUTS["value"], "final_state": INPUTS["initial_state"]}


class GatedDeltaNet:
    """An engine of the gated delta rule."""

    heads, K, V = 2, 4, 3

    def __init__(self) -> None:
        onnx, runtime = require("onnx", "onnx"), require("onnxruntime", "onnx")
        types = onnx.TensorProto

        def declared(arrays: dict[str, Any]) -> list[Any]:
            return [
                onnx.helper.make_tensor_value_info(
                    name, types.INT32 if name == "cu_seqlens" else types.FLOAT, axes
                )
                for name, axes in arrays.items()
            ]

        node = onnx.helper.make_node(
            "GatedDeltaNet",
            list(INPUTS),
            list(OUTPUTS),
            domain=MICROSOFT.domain,
            update_rule="gated_delta",
            scale=1.0,
        )
        graph = onnx.helper.make_graph([node], "net", declared(INPUTS), declared(OUTPUTS))
        opsets = [
            onnx.helper.make_opsetid("", OPSET),
            onnx.helper.make_opsetid(MICROSOFT.domain, MICROSOFT_OPSET),
        ]
        model = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
        options = runtime.SessionOptions()
        options.log_severity_level, options.intra_op_num_threads = QUIET, 1
        text = model.SerializeToString()
        self.session = runtime.InferenceSession(text, options, providers=[PROVIDER])

    def pool(self, slots: int) -> Any:
        """States (slots, heads, V, K)."""
        return np.zeros((slots, self.heads, self.V, self.K), np.float32)

    def run(self, pool: Any, slots: Any, x: Any, lengths: Any) -> Any:
        """All sequences at once."""
        out, states = self._net(pool, slots, x, lengths)
        for slot, state in zip(slots, states, strict=True):
            if slot >= 0:
                pool[slot] = state
        return out

    def verify(self, pool: Any, slots: Any, x: Any, lengths: Any, accepted: Any) -> Any:
        """All drafts, and from the same states those that were accepted."""
        out, _ = self._net(pool, slots, x, lengths)
        starts = np.cumsum([0, *lengths[:-1]])
        pairs = zip(starts, accepted, strict=True)
        rows = np.concatenate([np.arange(start, start + n) for start, n in pairs])
        kept = {name: one[:, rows.astype(int)] for name, one in x.items()}
        self.run(pool, slots, kept, accepted)
        return out

    def copy(self, pool: Any, source: int, target: int) -> None:
        """A copy of the state."""
        pool[target] = pool[source]

    def clear(self, pool: Any, slot: int) -> None:
        """Zeros."""
        pool[slot] = 0

    def read(self, pool: Any, slot: int) -> Any:
        """The state in refmem's layout."""
        return pool[slot].swapaxes(-1, -2).copy()

    def write(self, pool: Any, slot: int, kept: Any) -> None:
        """The state in the operator's layout."""
        pool[slot] = kept.swapaxes(-1, -2)

    def _net(self, pool: Any, slots: Any, x: Any, lengths: Any) -> Any:
        out, tokens = np.zeros_like(x["v"]), sum(lengths)
        before = pool[[max(slot, 0) for slot in slots]]
        if not tokens:
            return out, before
        rows = {
            name: np.ascontiguousarray(one[:, :tokens].swapaxes(0, 1)) for name, one in x.items()
        }
        feed = {
            "query": rows["q"],
            "key": rows["k"],
            "value": rows["v"],
            "cu_seqlens": np.cumsum([0, *lengths], dtype=np.int32),
            "decay": np.log(rows["alpha"]),
            "beta": rows["beta"],
            "initial_state": before,
        }
        found, states = self.session.run(list(OUTPUTS), feed)
        out[:, :tokens] = found.reshape(tokens, self.heads, self.V).swapaxes(0, 1)
        return out, states
