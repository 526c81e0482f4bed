"""How many of n things a memory still finds after so many exchanges: no training, keys by hand.

    store     (k_i, e_i) for i = 1 .. n            e_i one-hot
    exchange  k = k_i - k_j, v = 0                 T times, drawn
    read      k_i for i = 1 .. n                   right where the largest entry is what lies there

One layer of `refmem.deltaformer`, kappa1 = kappa2. With a linear kernel what is read with n keys of
d entries is a matrix of rank d at most, so n > d one-hot answers are never all exact
(derivations/expressivity/rank.py).

Source:    Xu et al. 2025, DeltaFormer (NeurIPS, OpenReview GSE3oaiDL2), Figure 6, which trains
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.functions.kernels import Kernel
from refmem.rules.attention import deltaformer


def share_tracked(
    keys: np.ndarray, kernel: Kernel | str, *, exchanges: int, rng: int | np.random.Generator = 0
) -> float:
    """The share of places that are read right after so many random exchanges.

    keys   (n, d) real numbers, of length 1; n at least 2

    >>> share_tracked(np.eye(8), "linear", exchanges=50)
    1.0
    >>> share_tracked(np.eye(8)[:, :4] + np.eye(8)[:, 4:], "linear", exchanges=50) < 0.5
    True
    """
    random = np.random.default_rng(rng)
    n, d = keys.shape
    held = np.arange(n)
    tokens = [keys]
    for _ in range(exchanges):
        i, j = random.choice(n, 2, replace=False)
        tokens.append(keys[[i]] - keys[[j]])
        held[[i, j]] = held[[j, i]]
    written = np.concatenate([*tokens, np.zeros((n, d))])
    values = np.zeros((len(written), n))
    values[:n] = np.eye(n)
    asked = np.concatenate([np.zeros((n + exchanges, d)), keys])
    plain: dict[str, Any] = {"kappa1": kernel, "kappa2": kernel, "scale": 1}
    out = deltaformer(asked, written, values, **plain).out[-n:]
    return float((out.argmax(1) == held).mean())
