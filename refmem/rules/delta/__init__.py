"""Delta memories: correct what is there."""

from refmem.rules.delta.comba import comba
from refmem.rules.delta.comba_decayed_error import comba_decayed_error
from refmem.rules.delta.delta import delta
from refmem.rules.delta.delta_product import delta_product
from refmem.rules.delta.diagonal_kalman import diagonal_kalman
from refmem.rules.delta.eda import eda
from refmem.rules.delta.exact_delta import exact_delta
from refmem.rules.delta.gated_delta import gated_delta
from refmem.rules.delta.gated_delta2 import gated_delta2
from refmem.rules.delta.gated_delta_product import gated_delta_product
from refmem.rules.delta.gated_oja import gated_oja
from refmem.rules.delta.generalized_delta import generalized_delta
from refmem.rules.delta.gradient_momentum_delta import gradient_momentum_delta
from refmem.rules.delta.implicit_delta import implicit_delta
from refmem.rules.delta.iplr import iplr
from refmem.rules.delta.kalman_attention import kalman_attention
from refmem.rules.delta.kalman_delta import kalman_delta
from refmem.rules.delta.kda import kda
from refmem.rules.delta.longhorn import longhorn
from refmem.rules.delta.momentum_delta import momentum_delta
from refmem.rules.delta.preconditioned_delta import preconditioned_delta
from refmem.rules.delta.preconditioned_kda import preconditioned_kda
from refmem.rules.delta.rwkv7 import rwkv7

__all__ = [
    "comba",
    "comba_decayed_error",
    "delta",
    "delta_product",
    "diagonal_kalman",
    "eda",
    "exact_delta",
    "gated_delta",
    "gated_delta2",
    "gated_delta_product",
    "gated_oja",
    "generalized_delta",
    "gradient_momentum_delta",
    "implicit_delta",
    "iplr",
    "kalman_attention",
    "kalman_delta",
    "kda",
    "longhorn",
    "momentum_delta",
    "preconditioned_delta",
    "preconditioned_kda",
    "rwkv7",
]
