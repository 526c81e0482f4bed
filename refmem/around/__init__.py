"""What models do around a memory, before q, k and v reach it and to what it answers. A rule never
hides any of these."""

from refmem.around.conditioning import Condition, condition
from refmem.around.convolution import short_convolution
from refmem.around.gates import (
    bounded_gate,
    decay_rate,
    exp_exp_gate,
    logsigmoid_gate,
    sigmoid_strength,
    softplus_gate,
    softplus_step,
)
from refmem.around.heads import repeat_heads
from refmem.around.normalize import l2_normalize
from refmem.around.packed import packed
from refmem.around.reads import gated_norm, gated_read
from refmem.around.rotary import rotary, rotary_angles

__all__ = [
    "Condition",
    "bounded_gate",
    "condition",
    "decay_rate",
    "exp_exp_gate",
    "gated_norm",
    "gated_read",
    "l2_normalize",
    "logsigmoid_gate",
    "packed",
    "repeat_heads",
    "rotary",
    "rotary_angles",
    "short_convolution",
    "sigmoid_strength",
    "softplus_gate",
    "softplus_step",
]
