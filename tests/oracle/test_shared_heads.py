"""Kernels whose heads share: a convention says which gates, strengths and memories they share.

Each kernel is written from its project's own words; nothing here converts with refmem's border.
"""

import dataclasses
import itertools

import numpy as np
import pytest

import refmem
from refmem.oracle import check
from refmem.oracle.border.conventions import Convention
from refmem.oracle.border.presets import FLASHINFER
from refmem.oracle.targets.callable import PythonCallable
from refmem.testing import assert_conforms

CASES = ("ordinary/1", "grouped-queries/1", "grouped-values/1", "shared-beta/0", "packed/0")
CASES += ("scale/0", "default-scale/0", "no-state/0")


def prefill(q, k, v, g, beta, cu_seqlens, scale=None, initial_state=None, *, tiled=False):
    """FlashInfer's chunk_gated_delta_rule by its documentation: max(HQ, HV) gates and memories."""
    heads = max(q.shape[1], v.shape[1])
    assert g.shape == beta.shape == (len(q), heads)
    assert g.dtype == beta.dtype == np.float32
    spread = (lambda x, n: np.tile(x, (1, n, 1))) if tiled else (lambda x, n: np.repeat(x, n, 1))
    wide = [spread(x.astype(np.float32), heads // x.shape[1]) for x in (q, k, v)]
    scale = np.float32(q.shape[-1] ** -0.5 if scale is None else scale)
    shape = (len(cu_seqlens) - 1, heads, v.shape[-1], k.shape[-1])
    S = np.zeros(shape, np.float32) if initial_state is None else initial_state.copy()
    out = np.zeros((len(q), heads, v.shape[-1]), np.float32)
    for n, (start, stop) in enumerate(itertools.pairwise(cu_seqlens)):
        for t in range(start, stop):
            query, key, value = (x[t] for x in wide)
            S[n] *= g[t, :, None, None]
            error = beta[t, :, None] * (value - np.einsum("hvk,hk->hv", S[n], key))
            S[n] += error[:, :, None] * key[:, None]
            out[t] = scale * np.einsum("hvk,hk->hv", S[n], query)
    return out.astype(v.dtype), S


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_flashinfer_by_its_documentation_conforms(dtype):
    assert_conforms(prefill, "gated_delta", dtype=dtype, convention="flashinfer", seeds=[0])


@pytest.mark.parametrize("name", CASES)
def test_no_case_of_it_is_left_out(name):
    target = PythonCallable(prefill, "gated_delta", convention=FLASHINFER)
    (outcome,) = check(target, case=f"gated_delta/{name}").outcomes
    assert outcome.status == "passed", outcome.reason


@pytest.mark.parametrize("sharing", ["queries", "values"])
def test_heads_in_the_other_order_are_found(sharing):
    def kernel(**inputs):
        return prefill(**inputs, tiled=True)

    target = PythonCallable(kernel, "gated_delta", convention=FLASHINFER)
    assert not check(target, case=f"gated_delta/grouped-{sharing}/1").conforms


class Grouped:
    """The gated delta rule in (batch, T, heads, channels), three queries for each of two key heads.

    every   whether query heads have memories of their own; else they share that of the key head
    """

    __name__ = "grouped"

    def __init__(self, every):
        self.every = every

    def __call__(self, scale=1, **inputs):
        result = refmem.gated_delta(**apart(inputs), scale=scale)
        return time_first(result.out), merged(self.own(result.state)).copy()

    def vjp(self, dout, dstate, scale=1, **inputs):
        given, wide = apart(inputs), np.zeros((2, 2, 3, *dstate.shape[2:]), "f4")
        self.own(wide)[...] = dstate.reshape(self.own(wide).shape)
        grads = refmem.gated_delta.vjp(
            **given, scale=scale, dout=apart({"dout": dout})["dout"], dstate=wide
        )._asdict()
        return {n: (merged if n == "state" else time_first)(grads[n]) for n in inputs}

    def own(self, S):
        """Of a memory for every query head, those that are returned."""
        return S if self.every else S[:, :, :1]


def apart(inputs):
    """(batch, T, 2 G, ...), and memories (batch, 2 G, ...), as (batch, 2, G, ...)."""
    rows = {n: x if n == "state" else np.moveaxis(x, 1, 2) for n, x in inputs.items()}
    return {n: x.reshape(len(x), 2, -1, *x.shape[2:]) for n, x in rows.items()}


def merged(x):
    """(batch, 2, G, ...) as (batch, 2 G, ...)."""
    return x.reshape(len(x), -1, *x.shape[3:])


def time_first(x):
    return np.moveaxis(merged(x), 2, 1)


@pytest.mark.parametrize("every", [True, False])
def test_outputs_memories_and_gradients_of_what_heads_share(every):
    has, lacks = ("alpha", "beta", "state"), ()
    convention = Convention(layout="bthd", every_head=has if every else lacks)
    target = PythonCallable(Grouped(every), "gated_delta", convention=convention)
    for name in ("grouped-queries/1", "gradient@grouped-queries/1"):
        (outcome,) = check(target, case=f"gated_delta/{name}").outcomes
        assert outcome.status == "passed", outcome.reason
    target.convention = dataclasses.replace(convention, every_head=lacks if every else has)
    (outcome,) = check(target, case="gated_delta/grouped-queries/1").outcomes
    assert "state has shape" in outcome.reason
