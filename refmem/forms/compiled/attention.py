"""Rules that keep everything: the streaming form, a head at a time, in large matrix products.

Scores and sums of values are products of BLAS. What lies between them is one pass in place instead
of one for every operation, and what erases solves a block of tokens at once.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.linalg import get_blas_funcs

from refmem.forms.attention import run_blocks
from refmem.forms.compiled.blas import one_thread
from refmem.forms.compiled.sharing import groups, require_memory, threads
from refmem.forms.form import CacheMemory
from refmem.functions.kernels import Kernel
from refmem.grammar.inputs import Inputs
from refmem.grammar.lookup import Cache, Lookup
from refmem.grammar.state import each

QUERIES, KEYS = 256, 2048
"""Measured: products of this size are fast, few keys of a block come after its queries, and few
blocks are left to merge."""


class Quick(Kernel):
    """A kernel whose exponentials take few passes over the scores."""

    def shifted_weights(
        self, scores: np.ndarray, mask: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """As `Kernel.shifted_weights`; scores that every query sees are used up."""
        if self.weight is not None or self.breaking:
            return super().shifted_weights(scores, mask)
        if not mask.all():
            scores = np.where(mask, scores, scores.dtype.type(-np.inf))
        shift = np.zeros((*scores.shape[:-1], 1), scores.dtype)
        if self.normalised and scores.shape[-1]:
            top = scores.max(-1, keepdims=True)
            shift = np.where(np.isfinite(top), top, shift)
        scores -= shift
        return np.exp(scores, out=scores), shift


def run(
    rule: CacheMemory, x: Inputs, past: Cache, keep: bool
) -> tuple[np.ndarray, Cache, list[Cache] | None]:
    """Outputs, the last cache, and with `keep` the cache after every token."""
    seen = past.key.shape[-2] + x.T
    widths = x.K + x.V + (past.log_alpha is not None)
    every = seen * (seen + 1) // 2 if keep else seen
    require_memory(rule.name, x.like, (*x.lead, x.T, x.V), (*x.lead, every, widths))
    if keep or not x.lead:
        with one_thread():
            return _run(rule, x, past, keep)
    out = np.empty((*x.lead, x.T, x.V), x.like.dtype)
    cache = Cache(
        _longer(past.key, -2, x.T),
        _longer(past.value, -2, x.T),
        None if past.log_alpha is None else _longer(past.log_alpha, -1, x.T),
    )

    def of_heads(index: tuple[Any, ...]) -> None:
        arrays = {name: array[index] for name, array in x.arrays.items()}
        part = Inputs(arrays, x.axes, x.sizes, past.key[index].shape[:1], x.options)
        out[index], after, _ = _run(rule, part, each(lambda a: a[index], past), False)
        each(lambda whole, a: _put(whole, index, a), cache, after)

    heads = list(groups(x.lead, max(1, QUERIES * KEYS // max(1, x.T * seen))))
    work = math.prod(x.lead) * x.T * seen * (x.K + x.V)
    with one_thread(), threads(work) as (_, shared):
        shared(of_heads, heads)
    return out, cache, None


def _run(
    rule: CacheMemory, x: Inputs, past: Cache, keep: bool
) -> tuple[np.ndarray, Cache, list[Cache] | None]:
    look = quick(rule.lookup(**x.arguments))
    return run_blocks(look, x, past, keep, queries=QUERIES, keys=KEYS, solve=solve)


def quick(look: Lookup) -> Lookup:
    """The same with quick kernels."""
    erase = look.erase and (*look.erase[:2], Quick(*look.erase[2]))
    return look._replace(kernel=Quick(*look.kernel), erase=erase)


def solve(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """X with (I + A) X = B, for `A` (..., T, T) strictly lower: BLAS, a head at a time.

    To BLAS a matrix of rows is one of columns, transposed: X' (I + A)' = B', and none is turned.
    """
    if A.shape != (*B.shape[:-1], B.shape[-2]):
        raise ValueError(
            f"solve: A has shape {A.shape}, expected {(*B.shape[:-1], B.shape[-2])}, because there "
            "is an equation for each row of B"
        )
    X = np.empty(B.shape, B.dtype)
    (trsm,) = get_blas_funcs(("trsm",), (A, B))
    for head in np.ndindex(B.shape[:-2]):
        X[head] = trsm(1, A[head].T, B[head].T, side=1, diag=1).T
    return X


def _longer(part: np.ndarray, axis: int, tokens: int) -> np.ndarray:
    shape = list(part.shape)
    shape[axis] += tokens
    return np.empty(shape, part.dtype)


def _put(whole: np.ndarray, index: Any, part: np.ndarray) -> np.ndarray:
    whole[index] = part
    return whole
