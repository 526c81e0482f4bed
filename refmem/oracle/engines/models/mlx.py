"""Models of mlx-lm with its caches: two layers of width 16, random weights.

    refmem check refmem.oracle.engines.models.mlx:Qwen3Next --serving --library mlx

A token is made of each row of the input. Caches are those that the model makes, or one kind for all
layers; where they can be trimmed, that takes rejected drafts back. There is no way to clear one.
"""

from __future__ import annotations

import importlib
from typing import Any, ClassVar

from refmem.oracle.engines.models.cached import Cached
from refmem.oracle.targets.target import require

SIZES = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "head_dim": 32,
    "intermediate_size": 32,
    "vocab_size": 64,
    "rms_norm_eps": 1e-5,
    "rope_theta": 1e4,
    "max_position_embeddings": 2048,
}


class Model(Cached):
    """A model whose slots hold lists of caches, one a layer.

    kind     of model, its module in mlx-lm
    config   what its configuration says beside `SIZES`
    cache    the kind of all its caches and their arguments; those it makes itself if there is none
    """

    kind = ""
    config: ClassVar[dict[str, Any]] = {}
    cache: tuple[str, dict[str, int]] | None = None

    def __init__(self) -> None:
        require("mlx_lm")
        self.mx = importlib.import_module("mlx.core")
        self.caches = importlib.import_module("mlx_lm.models.cache")
        module = importlib.import_module(f"mlx_lm.models.{self.kind}")
        tree = importlib.import_module("mlx.utils")
        said = {"model_type": self.kind, **SIZES, **self.config}
        self.model = module.Model(module.ModelArgs.from_dict(said))
        self.mx.random.seed(0)
        self.model.update(tree.tree_map(self._weight, self.model.parameters()))

    def _weight(self, x: Any) -> Any:
        return self.mx.random.normal(x.shape) * 0.3 if x.ndim > 1 else x

    def new(self) -> Any:
        """Empty caches."""
        if self.cache is None:
            return self.caches.make_prompt_cache(self.model)
        kind, given = self.cache
        return [getattr(self.caches, kind)(**given) for _ in self.model.layers]

    def forward(self, cache: Any, x: Any) -> Any:
        """As many logits of each token as there are channels."""
        numbers = self.mx.where(self.mx.isnan(x), 0, abs(x[..., :1]) * 1000)[..., 0]
        logits = self.model(numbers.astype(self.mx.int32) % SIZES["vocab_size"], cache=cache)
        return logits[..., : self.K]

    def blank(self, x: Any) -> Any:
        """Zeros of the shape of x."""
        return self.mx.zeros_like(x)

    def joined(self, parts: list[Any]) -> Any:
        """Outputs one after another."""
        return self.mx.concatenate(parts, 1)


class Trims(Model):
    """A model whose caches can be trimmed."""

    def verify(self, pool: Any, slots: Any, inputs: Any, lengths: Any, accepted: Any) -> Any:
        """All drafts, of which those rejected are taken back."""
        return self.each(pool, slots, inputs["x"], lengths, accepted)

    def take_back(self, cache: Any, tokens: int) -> None:
        """`trim`."""
        if tokens:
            self.caches.trim_prompt_cache(cache, tokens)


class Llama(Trims):
    kind = "llama"


class LlamaQuantized(Llama):
    cache = "QuantizedKVCache", {"group_size": 32, "bits": 8}


class LlamaRotating(Model):
    kind, cache = "llama", ("RotatingKVCache", {"max_size": 6})


class LlamaRotatingKeeps(LlamaRotating):
    cache = "RotatingKVCache", {"max_size": 6, "keep": 2}


class Gemma3(Model):
    kind = "gemma3_text"
    config: ClassVar[dict[str, Any]] = {
        "sliding_window": 5,
        "sliding_window_pattern": 2,
        "query_pre_attn_scalar": 8,
    }


class Qwen3Next(Model):
    kind = "qwen3_next"
    config: ClassVar[dict[str, Any]] = {
        "linear_num_value_heads": 2,
        "linear_num_key_heads": 2,
        "linear_key_head_dim": 32,
        "linear_value_head_dim": 8,
        "linear_conv_kernel_dim": 4,
        "num_experts": 2,
        "num_experts_per_tok": 1,
        "decoder_sparse_step": 1,
        "shared_expert_intermediate_size": 8,
        "mlp_only_layers": [0, 1],
        "moe_intermediate_size": 8,
        "partial_rotary_factor": 0.5,
        "full_attention_interval": 2,
    }


class Mamba(Model):
    kind = "mamba"
    config: ClassVar[dict[str, Any]] = {
        "state_size": 8,
        "conv_kernel": 4,
        "use_bias": False,
        "use_conv_bias": True,
        "time_step_rank": 4,
    }


class FalconH1(Model):
    kind = "falcon_h1"
