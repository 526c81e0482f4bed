"""What models do around a memory, before q, k and v reach it. A rule never hides any of these."""

from refmem.around.convolution import short_convolution
from refmem.around.heads import repeat_heads
from refmem.around.normalize import l2_normalize
from refmem.around.packed import packed
from refmem.around.rotary import rotary, rotary_angles

__all__ = [
    "l2_normalize",
    "packed",
    "repeat_heads",
    "rotary",
    "rotary_angles",
    "short_convolution",
]
