"""How far the solve of a DeltaFormer-like memory may err: its condition, before it is run.

    u = (I + A)^-1 b            A[t, i] = beta[t] kappa1(w[t], k[i]) for i < t, b = alpha v

A forward substitution, run in numbers of unit roundoff e, has solved (I + A + E) u' = b with
|E| <= g |I + A| entry by entry, g = T e/(1 - T e). So what it returns is off by at most

    |u' - u| <= g |(I + A)^-1| |I + A| |u'|        entry by entry

and the largest of its row sums, Skeel's condition, is by how much rounding grows at most. Reading
with a second kernel adds no other: o = A2 u takes no inverse.

Source:    Xu et al. 2025, DeltaFormer: Unlock the State Space of Transformer (NeurIPS, OpenReview
           GSE3oaiDL2), appendix F, for conditioning; Higham 2002, Accuracy and Stability of
           Numerical Algorithms, Theorem 8.5, for substitution; Skeel 1979 for its condition
Proof:     derivations/stability/triangular_solve.py
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from refmem.algebra import causal, transposed, unit_lower_solve
from refmem.rules.attention import deltaformer


class Condition(NamedTuple):
    """The matrices of a solve, and what they say of its error.

    erase     (..., T, T)   A, strictly lower
    inverse   (..., T, T)   (I + A)^-1
    """

    erase: np.ndarray
    inverse: np.ndarray

    @property
    def amplification(self) -> np.ndarray:
        """|(I + A)^-1| |I + A|, (..., T, T): whose rounding reaches which token."""
        return abs(self.inverse) @ abs(self.erase + np.eye(self.erase.shape[-1]))

    @property
    def skeel(self) -> np.ndarray:
        """The largest row sum of `amplification`, (...): the condition of a substitution."""
        return self.amplification.sum(-1).max(-1, initial=0.0)

    @property
    def normwise(self) -> np.ndarray:
        """|(I + A)^-1| |I + A| in spectral norms, (...): the usual condition number."""
        if not self.erase.shape[-1]:
            return np.ones(self.erase.shape[:-2])
        return np.linalg.cond(self.erase + np.eye(self.erase.shape[-1]))

    def error_bound(self, u: np.ndarray, roundoff: float = 2.0**-53) -> np.ndarray:
        """How far the u (..., T, V) that a substitution returned may be off, entry by entry.

        roundoff   e of its arithmetic, half of eps: 2^-53 in float64, 2^-24 in float32

        Only the solve is counted, not the rounding of scores and kernels before it.
        """
        tokens = self.erase.shape[-1]
        if not 0 < roundoff * max(tokens, 1) < 1:
            raise ValueError(
                f"condition: roundoff has value {roundoff}, expected more than 0 and less than "
                f"1/{tokens}, because errors of {tokens} tokens add up"
            )
        growth = tokens * roundoff / (1 - tokens * roundoff)
        return growth * (self.amplification @ abs(np.asarray(u, dtype=float)))


def condition(
    k: np.ndarray,
    kappa1: Any = "softmax",
    *,
    w: np.ndarray | None = None,
    beta: np.ndarray | None = None,
    scale: float | None = None,
) -> Condition:
    """The condition of `refmem.deltaformer`'s solve for these keys; the arguments are its own.

    k       (..., T, K)   keys
    w       (..., T, K)   keys that read what is there; k if left out
    beta    (..., T)      how much is taken out; 1 if left out

    >>> same = np.ones((3, 1))                       # linear: each token takes out the one before
    >>> found = condition(same, "linear", scale=1)
    >>> found.inverse
    array([[ 1.,  0.,  0.],
           [-1.,  1.,  0.],
           [ 0., -1.,  1.]])
    >>> float(found.skeel)
    5.0
    """
    given = {"q": k, "k": k, "v": k[..., :1]}
    given |= {name: x for name, x in (("w", w), ("beta", beta)) if x is not None}
    x = deltaformer.bind((), given | {"kappa1": kappa1}, None, scale)
    before = causal(x.T, x.T, strict=True)
    erase = x.beta[..., None] * x.options["kappa1"].weights(x.w @ transposed(x.k), before)
    erase = np.asarray(erase, dtype=float)
    identity = np.broadcast_to(np.eye(x.T), erase.shape)
    return Condition(erase, unit_lower_solve(erase, identity))
