"""Mistakes that conformed once: each fails the case that is there for it, and not without it.

The kernels are those of `wrong_kernels`. A case is named in full where it must find the mistake;
the right kernel passes the same case, so that it is the mistake which fails.
"""

import functools

import ml_dtypes
import numpy as np
import pytest

from refmem.oracle import check
from refmem.oracle.border.conventions import Convention
from refmem.oracle.targets.callable import PythonCallable
from tests.oracle import wrong_kernels

BF16 = ml_dtypes.bfloat16

MISTAKES = [
    (wrong_kernels.attention, "no maximum", "softmax_attention/large-queries/2", np.float32),
    (wrong_kernels.attention, "no maximum", "softmax_attention/huge-queries/0", np.float16),
    (wrong_kernels.attention, "maximum from 0", "softmax_attention/huge-queries/1", np.float32),
    (
        wrong_kernels.attention,
        "sink outside the maximum",
        "softmax_attention/first-key-hidden/0",
        np.float32,
    ),
    (wrong_kernels.attention, "window one longer", "softmax_attention/with-window/0", np.float32),
    (wrong_kernels.attention, "window one longer", "softmax_attention/with-window/7", np.float32),
    (wrong_kernels.attention, "window ignored", "softmax_attention/with-window/2", np.float32),
    (wrong_kernels.attention, "window ignored", "softmax_attention/with-window/5", np.float32),
    (wrong_kernels.merged_attention, "log in base 2", "softmax_attention/ordinary/1", BF16),
    (wrong_kernels.merged_attention, "log in base 2", "softmax_attention/one-value/0", BF16),
    (wrong_kernels.alibi, "slopes of a power of two", "alibi/three-heads/1", np.float32),
    (wrong_kernels.alibi, "slopes of a power of two", "alibi/six-heads/1", np.float32),
    (wrong_kernels.mamba2, "steps of at most one", "mamba2/long-steps/0", np.float32),
    (wrong_kernels.mamba2, "quotients of products", "mamba2/long-steps/1", np.float32),
    (wrong_kernels.mamba2, "quotients of products", "mamba2/uneven-steps/1", np.float32),
    (wrong_kernels.rwkv4, "no maximum", "rwkv4/large-weights/1", np.float32),
    (wrong_kernels.rwkv4, "no maximum", "rwkv4/large-weights/1", np.float16),
    (wrong_kernels.rwkv4, "no maximum", "rwkv4/small-weights/0", np.float32),
    (wrong_kernels.mlstm, "bound clamped at 50", "mlstm/weak-writes/0", np.float32),
    (wrong_kernels.mlstm, "bound clamped at 2", "mlstm/weak-writes/1", np.float32),
    (wrong_kernels.glu, "clamped at 7", "glu/large-queries/1", np.float32),
    (wrong_kernels.moe, "score recovered", "moe/strong-preferences/0", np.float32),
    (
        wrong_kernels.normalised,
        "elu + 1 that cancels",
        "normalized_linear_attention/negative-queries/0",
        BF16,
    ),
]

BY_HEAD = Convention(
    {"q": "query", "k": "key", "v": "value"}, layout="bhtd", scale="1/sqrt(K)", groups=("queries",)
)
BY_TOKEN = Convention(layout="bthd", groups=("values",))

WITHOUT_A_STATE = [
    (wrong_kernels.linear_attention, "term between chunks left out", "linear_attention/ordinary/6"),
    (wrong_kernels.linear_attention, "term between chunks left out", "linear_attention/no-state/5"),
    (
        wrong_kernels.scalar_decay,
        "not a number at a gate of zero",
        "scalar_decay/mid-chunk-reset/4",
    ),
    (wrong_kernels.scalar_decay, "not a number at a gate of zero", "scalar_decay/reset-at-chunk/6"),
    (wrong_kernels.scalar_decay, "quotients of products", "scalar_decay/extreme-gates/1"),
]

ELSEWHERE = [
    (wrong_kernels.grouped_attention, BY_HEAD, "softmax_attention/grouped-queries/3"),
    (wrong_kernels.mamba2_of_groups, BY_TOKEN, "mamba2/grouped-values/3"),
    (wrong_kernels.mamba2_of_groups, BY_TOKEN, "mamba2/grouped-values/2"),
]
"""Heads that are tiled, in the layouts of other people."""


def outcome(target, case):
    (one,) = check(target, case=case).outcomes
    return one


def with_mistake(kernel, mistake):
    named = functools.partial(kernel, mistake=mistake)
    named.__name__ = kernel.__name__
    return named


def finds(make, mistake, case):
    """The case fails with the mistake, and passes without it."""
    wrong, right = outcome(make(mistake), case), outcome(make(""), case)
    assert wrong.status == "failed", wrong
    assert right.status == "passed", right


@pytest.mark.parametrize(("kernel", "mistake", "case", "dtype"), MISTAKES)
def test_a_planted_mistake_fails(kernel, mistake, case, dtype):
    rule = case.split("/")[0]
    finds(lambda said: PythonCallable(with_mistake(kernel, said), rule, dtype), mistake, case)


@pytest.mark.parametrize(("kernel", "mistake", "case"), WITHOUT_A_STATE)
def test_a_mistake_of_what_takes_no_state_fails(kernel, mistake, case):
    rule = case.split("/")[0]
    finds(lambda said: PythonCallable(with_mistake(kernel, said), rule), mistake, case)


@pytest.mark.parametrize(("kernel", "convention", "case"), ELSEWHERE)
def test_tiled_heads_fail(kernel, convention, case):
    rule = case.split("/")[0]
    finds(
        lambda said: PythonCallable(with_mistake(kernel, said), rule, convention=convention),
        "heads tiled",
        case,
    )
