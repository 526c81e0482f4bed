"""Similarity kernels: how much a stored key answers a query, as a function of their inner product.

    weight = kernel(score),   score = scale * q . k

A normalised kernel divides its weights by their sum over the keys seen. Polynomial kernels run on
every number system, the prime field included.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from refmem.algebra import exp_where, nearest, over, relu, shift_of, zeros
from refmem.signature import nearest_name


class Kernel(NamedTuple):
    """A kernel of the inner product.

    name        as users write it
    equation    its value at a score x
    weight      elementwise: scores -> weights; None for the exponential, which needs a shift
    normalised  weights over the keys seen sum to one
    """

    name: str
    equation: str
    weight: Callable[[np.ndarray], np.ndarray] | None
    normalised: bool = False

    def weights(self, scores: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """Weights (..., queries, keys) of the keys that `mask` lets a query see; others are zero.

        A query that sees nothing has zero weights.
        """
        weights, _ = self.shifted_weights(scores, mask)
        return over(weights, weights.sum(-1, keepdims=True)) if self.normalised else weights

    def shifted_weights(
        self, scores: np.ndarray, mask: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Unnormalised weights over exp(shift), and that shift (..., queries, 1).

        The shift keeps the exponential of a normalised kernel in range; for others it is zero.
        """
        none = zeros((*scores.shape[:-1], 1), scores)
        if self.weight is not None:
            return np.where(mask, self.weight(scores), zeros((1,), scores)), none
        shift = shift_of(scores, mask) if self.normalised else none
        return exp_where(mask, scores - shift), shift


def polynomial(degree: int) -> Kernel:
    """(q . k) to a whole power of at least 0.

    >>> polynomial(2).equation
    'x^2'
    """
    if not isinstance(degree, int) or degree < 0:
        raise ValueError(
            f"polynomial: degree has value {degree!r}, expected a whole number of at least 0, "
            "because only those have a finite feature map"
        )
    return Kernel(f"polynomial({degree})", f"x^{degree}", lambda x: x**degree)


linear = Kernel("linear", "x", lambda x: x)
relu_kernel = Kernel("relu", "max(x, 0)", relu)
exponential = Kernel("exp", "exp(x)", None)
rounding = Kernel("round", "nearest whole number", nearest)
softmax = Kernel("softmax", "exp(x) / sum exp(x)", None, normalised=True)

KERNELS = {k.name: k for k in (linear, relu_kernel, exponential, rounding, softmax)}


def find_kernel(kernel: Kernel | str) -> Kernel:
    """A kernel, or the kernel of that name."""
    if isinstance(kernel, Kernel):
        return kernel
    if kernel not in KERNELS:
        raise ValueError(
            f"kernel: name has value {kernel!r}, expected one of {', '.join(KERNELS)} or a Kernel, "
            f"because these exist{nearest_name(str(kernel), KERNELS)}"
        )
    return KERNELS[kernel]
