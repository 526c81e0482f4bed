"""Decaying memories: forget, then add."""

from refmem.rules.decay.gla import gla
from refmem.rules.decay.hgrn import hgrn
from refmem.rules.decay.hgrn2 import hgrn2
from refmem.rules.decay.lightning_attention import lightning_attention
from refmem.rules.decay.mamba1 import mamba1
from refmem.rules.decay.mamba2 import mamba2
from refmem.rules.decay.mamba3 import mamba3
from refmem.rules.decay.mlstm import mlstm
from refmem.rules.decay.retention import retention
from refmem.rules.decay.rg_lru import rg_lru
from refmem.rules.decay.rwkv4 import rwkv4
from refmem.rules.decay.rwkv6 import rwkv6
from refmem.rules.decay.scalar_decay import scalar_decay
from refmem.rules.decay.value_gated import value_gated

__all__ = [
    "gla",
    "hgrn",
    "hgrn2",
    "lightning_attention",
    "mamba1",
    "mamba2",
    "mamba3",
    "mlstm",
    "retention",
    "rg_lru",
    "rwkv4",
    "rwkv6",
    "scalar_decay",
    "value_gated",
]
