"""mlx-lm's gated delta rule: the operations that its Metal kernel is measured against.

`gated_delta_ops` takes a gate per head (gated_delta) or per key channel (kda).

Found with mlx-lm 0.32.2 and mlx 0.32.4 on a CPU, float32: everything is right.
"""

from __future__ import annotations

import numpy as np

from refmem.oracle.border.presets import MLX
from refmem.oracle.cases.case import Case
from refmem.oracle.targets.callable import Group, PythonCallable
from refmem.oracle.targets.target import require


def make_mlx() -> Group:
    """The function, once for each rule."""
    require("mlx.core", install="'mlx[cpu]' mlx-lm")
    module = require("mlx_lm.models.gated_delta", install="mlx-lm")
    return Group(
        "mlx",
        [
            PythonCallable(
                module.gated_delta_ops, rule, np.float32, f"{rule}: ops", MLX, "mlx", limit=_limit
            )
            for rule in ("gated_delta", "kda")
        ],
    )


def _limit(case: Case) -> str:
    return "" if case.inputs["q"].shape[-2] else "no tokens"
