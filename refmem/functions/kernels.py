"""Similarity kernels: how much a stored key answers a query, as a function of their inner product.

    weight = kernel(score),   score = scale * q . k

A normalised kernel divides its weights by their sum over the keys seen. Kernels of the angle take
q and k of length one, or see to it in `pairwise`. Polynomial kernels run on every number system,
the prime field included; the feature maps they are inner products of are in `features`.
"""

from __future__ import annotations

from collections.abc import Callable
from math import factorial
from typing import NamedTuple

import numpy as np

from refmem.algebra import (
    arccos,
    exp,
    exp_where,
    nearest,
    norm2,
    ones,
    over,
    products_after,
    relu,
    shift_of,
    sigmoid,
    sin,
    sqrt,
    transposed,
    zeros,
)
from refmem.algebra.word import word
from refmem.functions.finding import find


class Kernel(NamedTuple):
    """A kernel of the inner product.

    name        as users write it
    equation    its value at a score x
    weight      elementwise: scores -> weights; None for the exponential, which needs a shift
    normalised  weights over the keys seen sum to one
    lengths     None where x is the inner product; else x is the cosine of the angle, and the
                kernel is this power of |q| |k| times the weight
    breaking    a weight is a share of what nearer keys have left of a stick of length one
    """

    name: str
    equation: str
    weight: Callable[[np.ndarray], np.ndarray] | None
    normalised: bool = False
    lengths: int | None = None
    breaking: bool = False

    @property
    def shifted(self) -> bool:
        """Whether weights are relative to a shift, as those of a softmax are."""
        return self.normalised and self.weight is None

    def pairwise(self, q: np.ndarray, k: np.ndarray) -> np.ndarray:
        """The kernel of every query (..., T, K) with every key (..., P, K), not normalised.

        >>> cosine.pairwise(np.array([[3., 0.]]), np.array([[2., 0.], [0., 5.]]))
        array([[1., 0.]])
        """
        scores = q @ transposed(k)
        if self.lengths is None:
            return exp(scores) if self.weight is None else self.weight(scores)
        product = sqrt(norm2(q))[..., :, None] * sqrt(norm2(k))[..., None, :]
        weights = (self.weight or exp)(over(scores, product))
        return weights * product**self.lengths

    def __repr__(self) -> str:
        return self.name

    def weights(self, scores: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """Weights (..., queries, keys) of the keys that `mask` lets a query see; others are zero.

        A query that sees nothing has zero weights.
        """
        weights, _ = self.shifted_weights(scores, mask)
        return over(weights, weights.sum(-1, keepdims=True)) if self.normalised else weights

    def weights_of_all(self, scores: np.ndarray) -> np.ndarray:
        """Weights (..., keys) where a query sees every key."""
        return self.weights(scores, np.ones(scores.shape[-1:], dtype=bool))

    def shifted_weights(
        self, scores: np.ndarray, mask: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Unnormalised weights over exp(shift), and that shift (..., queries, 1).

        The shift keeps the exponential of a normalised kernel in range; for others it is zero.
        """
        shift = zeros((*scores.shape[:-1], 1), scores)
        if self.shifted:
            shift = shift_of(scores, mask)
        if self.weight is None:
            weights = exp_where(mask, scores - shift)
        else:
            weights = np.where(mask, self.weight(scores), zeros((1,), scores))
        return (_broken(weights) if self.breaking else weights), shift


def _broken(shares: np.ndarray) -> np.ndarray:
    """Break a stick: the last key takes its share, the one before its share of the rest, ..."""
    if not shares.shape[-1]:
        return shares
    return shares * products_after(1 - shares[..., None])[..., 0]


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


def taylor(order: int) -> Kernel:
    """The exponential's Taylor polynomial, 1 + x + x^2/2 + ... up to x^order/order!.

    >>> taylor(2).weight(np.array([1., -1.]))
    array([2.5, 0.5])
    """
    if not isinstance(order, int) or order < 0:
        raise ValueError(
            f"taylor: order has value {order!r}, expected a whole number of at least 0, because "
            "it is the highest power"
        )

    def weight(x: np.ndarray) -> np.ndarray:
        total = ones(x.shape, x)
        for power in range(1, order + 1):
            total = total + x**power / factorial(power)
        return total

    terms = (f"x^{n}/{factorial(n)}" for n in range(2, order + 1))
    return Kernel(f"taylor({order})", " + ".join(["1", "x", *terms][: order + 1]), weight)


def step_overlap(x: np.ndarray) -> np.ndarray:
    """1 - t/pi for the angle t with cosine x: how often step(w . q) and step(w . k) are both one,
    twice that over standard normal w. At parallel vectors it has a tip, as |t| has."""
    return 1 - arccos(x) / _pi(x)


@word
def ramp_overlap(x: np.ndarray) -> np.ndarray:
    """(sin t + (pi - t) x)/pi for the angle t with cosine x: the same of ReLUs, for unit vectors.

    Its slope is `step_overlap`, at 1 and -1 too. A word, for its terms alone have no slope there.
    """
    angle, pi = arccos(x), _pi(x)
    return (sin(angle) + (pi - angle) * x) / pi


def _pi(like: np.ndarray) -> np.ndarray:
    return arccos(zeros((1,), like) - 1)


def arc_cosine(order: int) -> Kernel:
    """What infinitely many random features step(w . x) (order 0) or ReLU(w . x) (order 1) compare,
    twice their average over standard normal w. Of the angle t between q and k:

        order 0    1 - t/pi
        order 1    |q| |k| (sin t + (pi - t) cos t)/pi

    Source: Cho and Saul 2009, Kernel Methods for Deep Learning.

    >>> arc_cosine(0).pairwise(np.eye(2), np.eye(2))
    array([[1. , 0.5],
           [0.5, 1. ]])
    """
    if order not in (0, 1):
        raise ValueError(
            f"arc_cosine: order has value {order!r}, expected 0 or 1, because these are the "
            "kernels of step and ReLU features"
        )
    equation = "(sin t + (pi - t) x)/pi" if order else "1 - t/pi"
    weight = ramp_overlap if order else step_overlap
    return Kernel(f"arc_cosine({order})", f"{equation}, x = cos t", weight, lengths=order)


linear = Kernel("linear", "x", lambda x: x)
relu_kernel = Kernel("relu", "max(x, 0)", relu)
exponential = Kernel("exp", "exp(x)", None)
sigmoid_kernel = Kernel("sigmoid", "1 / (1 + exp(-x))", sigmoid)
solu = Kernel("solu", "x exp(x)", lambda x: x * exp(x))
cosine = Kernel("cosine", "x, the cosine of the angle", lambda x: x, lengths=0)
rounding = Kernel("round", "nearest whole number", nearest)
softmax = Kernel("softmax", "exp(x) / sum exp(x)", None, normalised=True)

KERNELS = {
    k.name: k
    for k in (linear, relu_kernel, exponential, sigmoid_kernel, solu, cosine, rounding, softmax)
}


def find_kernel(kernel: Kernel | str) -> Kernel:
    """A kernel, or the kernel of that name."""
    return find("kernel", Kernel, KERNELS, kernel)
