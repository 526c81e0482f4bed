"""Models of Hugging Face transformers with its caches: two layers of width 16, random weights.

    refmem check refmem.oracle.engines.models.transformers:Qwen3Next --serving --library torch

Caches are dynamic, or static where a class says how long; `crop` takes rejected drafts back, where
a cache can, and `reset` clears.
"""

from __future__ import annotations

from typing import Any, ClassVar

from refmem.oracle.engines.models.cached import Cached
from refmem.oracle.targets.target import require

SIZES = {
    "vocab_size": 11,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "head_dim": 8,
    "intermediate_size": 16,
}
LINEAR = {
    "linear_conv_kernel_dim": 4,
    "linear_key_head_dim": 8,
    "linear_value_head_dim": 8,
    "linear_num_key_heads": 2,
    "linear_num_value_heads": 2,
    "layer_types": ["linear_attention", "full_attention"],
}
MAMBA2 = {
    "mamba_n_heads": 4,
    "mamba_d_head": 8,
    "mamba_n_groups": 1,
    "mamba_d_state": 8,
    "mamba_d_conv": 4,
    "mamba_chunk_size": 4,
    "mamba_expand": 2,
}
WINDOW = {"sliding_window": 5, "layer_types": ["sliding_attention", "full_attention"]}


class Model(Cached):
    """A model whose slots hold caches.

    kind     of model, in the names of transformers
    config   what its configuration says beside `SIZES`
    static   how long its caches are; 0 where they grow
    """

    kind = ""
    config: ClassVar[dict[str, Any]] = {}
    static = 0

    def __init__(self) -> None:
        self.torch, transformers = require("torch"), require("transformers")
        self.torch.manual_seed(0)
        self.torch.set_grad_enabled(False)
        config = transformers.AutoConfig.for_model(self.kind, **{**SIZES, **self.config})
        made = transformers.AutoModel.from_config(config, attn_implementation="eager")
        self.model, self.caches = made.eval(), transformers.cache_utils
        for weight in self.model.parameters():
            if weight.dim() > 1:
                weight.normal_(0, 0.3)

    def new(self) -> Any:
        """An empty cache."""
        if self.static:
            return self.caches.StaticCache(self.model.config, max_cache_len=self.static)
        return self.caches.DynamicCache(config=self.model.config)

    def forward(self, cache: Any, x: Any) -> Any:
        """The model's last hidden states."""
        return self.model(inputs_embeds=x, cache=cache, use_cache=True).last_hidden_state

    def blank(self, x: Any) -> Any:
        """Zeros of the shape of x."""
        return self.torch.zeros_like(x)

    def joined(self, parts: list[Any]) -> Any:
        """Outputs one after another."""
        return self.torch.cat(parts, 1)

    def clear(self, pool: Any, slot: int) -> None:
        """`reset`, by which a cache is used again."""
        if pool.get(slot) is not None:
            pool[slot].reset()


class Crops(Model):
    """A model whose cache can be cropped."""

    records = False
    """Whether it is told to: what a window or a convolution has passed is then kept until then."""

    def new(self) -> Any:
        """An empty cache."""
        cache = super().new()
        if self.records:
            cache.activate_past_recording()
        return cache

    def verify(self, pool: Any, slots: Any, inputs: Any, lengths: Any, accepted: Any) -> Any:
        """All drafts, of which those rejected are taken back."""
        return self.each(pool, slots, inputs["x"], lengths, accepted)

    def take_back(self, cache: Any, tokens: int) -> None:
        """`crop`, which is also called for none."""
        cache.crop(-tokens)


class Llama(Crops):
    kind = "llama"


class LlamaStatic(Llama):
    static = 1000


class Gemma3(Crops):
    kind, config, records = "gemma3_text", WINDOW, True


class Gemma3Static(Model):
    kind, config, static = "gemma3_text", WINDOW, 1000


class GptOss(Crops):
    kind, records = "gpt_oss", True
    config: ClassVar[dict[str, Any]] = {**WINDOW, "num_local_experts": 2, "num_experts_per_tok": 1}


class Qwen3Next(Model):
    kind = "qwen3_next"
    config: ClassVar[dict[str, Any]] = {**LINEAR, "mlp_only_layers": [0, 1]}


class Qwen35(Model):
    kind, config = "qwen3_5_text", LINEAR


class Lfm2(Crops):
    kind, records = "lfm2", True
    config: ClassVar[dict[str, Any]] = {
        "layer_types": ["conv", "full_attention"],
        "conv_L_cache": 3,
    }


class Mamba(Model):
    kind, config = "mamba", {"state_size": 8, "conv_kernel": 4}


class FalconMamba(Mamba):
    kind = "falcon_mamba"


class Jamba(Model):
    kind = "jamba"
    config: ClassVar[dict[str, Any]] = {
        "attn_layer_period": 2,
        "attn_layer_offset": 1,
        "num_experts": 1,
        "num_experts_per_tok": 1,
        "mamba_d_state": 8,
        "mamba_dt_rank": 4,
    }


class Mamba2(Model):
    kind = "mamba2"
    config: ClassVar[dict[str, Any]] = {
        "state_size": 8,
        "num_heads": 4,
        "n_groups": 1,
        "chunk_size": 4,
    }


class FalconH1(Model):
    kind, config = "falcon_h1", {**MAMBA2, "mamba_d_ssm": 32}


class Bamba(Model):
    kind, config = "bamba", {**MAMBA2, "attn_layer_indices": [1]}


class BambaWithPositions(Bamba):
    """The same, told where its tokens are."""

    def forward(self, cache: Any, x: Any) -> Any:
        """The model's last hidden states."""
        seen = cache.get_seq_length()
        places = self.torch.arange(seen, seen + x.shape[1])[None]
        found = self.model(inputs_embeds=x, position_ids=places, cache=cache, use_cache=True)
        return found.last_hidden_state


class RecurrentGemma(Model):
    kind = "recurrent_gemma"
    config: ClassVar[dict[str, Any]] = {
        "lru_width": 16,
        "attention_window_size": 5,
        "block_types": ["recurrent", "attention"],
    }
