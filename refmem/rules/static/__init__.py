"""Static memories: keys and values are weights."""

from refmem.rules.static.fast_weights import fast_weights
from refmem.rules.static.ffn import ffn
from refmem.rules.static.glu import glu
from refmem.rules.static.hopfield_classical import hopfield_classical
from refmem.rules.static.hopfield_dense import hopfield_dense
from refmem.rules.static.hopfield_modern import hopfield_modern
from refmem.rules.static.moe import moe
from refmem.rules.static.product_key_memory import product_key_memory

__all__ = [
    "fast_weights",
    "ffn",
    "glu",
    "hopfield_classical",
    "hopfield_dense",
    "hopfield_modern",
    "moe",
    "product_key_memory",
]
