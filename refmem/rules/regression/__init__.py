"""Regression memories: solve for the memory, or let it learn at test time."""

from refmem.rules.regression.atlas import atlas
from refmem.rules.regression.batch_delta import batch_delta
from refmem.rules.regression.gated_kalmanet import gated_kalmanet
from refmem.rules.regression.lact import lact
from refmem.rules.regression.least_squares import least_squares
from refmem.rules.regression.mesa import mesa
from refmem.rules.regression.omega import omega
from refmem.rules.regression.titans import titans
from refmem.rules.regression.titans_decayed_error import titans_decayed_error
from refmem.rules.regression.titans_mlp import titans_mlp
from refmem.rules.regression.titans_mlp_normed import titans_mlp_normed
from refmem.rules.regression.titans_normed import titans_normed
from refmem.rules.regression.ttt_linear import ttt_linear
from refmem.rules.regression.ttt_mlp import ttt_mlp

__all__ = [
    "atlas",
    "batch_delta",
    "gated_kalmanet",
    "lact",
    "least_squares",
    "mesa",
    "omega",
    "titans",
    "titans_decayed_error",
    "titans_mlp",
    "titans_mlp_normed",
    "titans_normed",
    "ttt_linear",
    "ttt_mlp",
]
