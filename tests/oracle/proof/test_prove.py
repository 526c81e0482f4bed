"""What the prover proves and refutes, of kernels in NumPy."""

import dataclasses
import inspect

import numpy as np
import pytest

import refmem
from refmem.oracle.border.presets_attention import TORCH_SDPA
from refmem.oracle.cases.case import find_case
from refmem.oracle.proof.prove import (
    PROVEN,
    REFUTED,
    UNDECIDED,
    UNDEFINED,
    make_target,
    prove,
    prove_case,
)
from refmem.oracle.show.proofs import told
from refmem.support.arguments import ChoiceError
from tests.oracle.proof import kernels

ATTENTION = dataclasses.replace(TORCH_SDPA, names={}, extra={}, groups=())
SOFTMAX = {"rule": "softmax_attention", "convention": ATTENTION}
GATED = {"rule": "gated_delta", "convention": "fla"}
FEW = ("no-state/0", "short-chunks/2", "default-scale/0")


@pytest.mark.parametrize("kernel", kernels.RIGHT, ids=lambda f: f.__name__)
def test_a_right_kernel_is_proven_however_it_is_written(kernel):
    proof = prove(kernel, **SOFTMAX, shapes=FEW)
    assert proof.verdict == PROVEN, told(proof)
    assert {one.verdict for one in proof.shown} == {PROVEN}


def test_at_every_shape():
    proof = prove(kernels.gated_delta, **GATED)
    assert proof.verdict == PROVEN
    assert {one.case.tokens for one in proof.having(PROVEN)} >= {1, 2, 3, 63, 64, 65, 130}
    regimes = {one.case.regime.name for one in proof.having(PROVEN)}
    assert regimes >= {"grouped-values", "shared-beta", "no-state", "mid-chunk-reset", "one-key"}


@pytest.mark.parametrize(
    ("kernel", "asked", "mistake", "smallest"),
    [
        (
            kernels.late_decay,
            GATED,
            "the error read from the state before it decays",
            "q = [[0]]; k = [[1]]; v = [[0]]; g = [log(1/2)]; beta = [1]; state = [[1]]: "
            "state[0, 0] is -1/2, expected 0",
        ),
        (
            kernels.base_two,
            GATED,
            "the gate read as base-2 (exp2 of a natural logarithm)",
            "q = [[0]]; k = [[0]]; v = [[0]]; g = [log(1/2)]; beta = [0]; state = [[1]]: "
            "state[0, 0] is 0.618503, expected 0.5",
        ),
        (kernels.not_rescaled, SOFTMAX, None, None),
        (kernels.maximum_added, SOFTMAX, None, "q = [[0]]; k = [[0]]; v = [[1]]: out[0, 0] is 2"),
    ],
)
def test_a_wrong_kernel_is_refuted_and_named(kernel, asked, mistake, smallest):
    proof = prove(kernel, **asked, shapes=("ordinary/1", *FEW))
    assert proof.verdict == REFUTED
    assert proof.mutants == ((mistake,) if mistake else ())
    assert (smallest or "") in str(proof.counterexample).replace("initial_state", "state")
    assert "is not" in told(proof).splitlines()[0]


def planted(change):
    """A right kernel whose output is changed."""

    def kernel(q, k, v, g, beta, initial_state=None, scale=None):
        out, S = kernels.gated_delta(q, k, v, g, beta, initial_state, scale)
        return change(out, q), S

    return kernel


def at(place, factor):
    def change(out, q):
        out[place] = out[place] * factor
        return out

    return change


@pytest.mark.parametrize(
    ("change", "first"),
    [
        (lambda out, q: out * (1 + 1e-12), 0),
        (lambda out, q: out + 1e-12 * q[..., :1], 0),
        (at(np.index_exp[:, 37], 1 + 1e-9), 37),
        (at(np.index_exp[:, 3:, :, 1], -1), 3),
        (lambda out, q: out * (1 + 1e-13) if out.shape[1] > 64 else out, 0),
    ],
    ids=["factor", "term", "one token", "one channel", "one branch"],
)
def test_a_planted_error_of_any_size_is_refuted(change, first):
    target = make_target(planted(change), **GATED, library="numpy")
    shown = prove_case(target, find_case("gated_delta/odd-sizes/1"), 60)
    assert (shown.verdict, shown.wrong) == (REFUTED, {"out": first})


@pytest.mark.parametrize("K", [2, 3, 6, 7, 8, 20])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_over_the_root_of_a_width_is_no_error(K, dtype):
    def kernel(q, k, v, scale=None):
        return kernels.whole(q, k, v, float(dtype(K**-0.5)))

    proof = prove(kernel, **SOFTMAX, shapes=["default-scale/0"], widths=(K,))
    assert proof.verdict == PROVEN, told(proof)
    assert proof.notes.constants


def test_not_a_number_where_a_gate_is_zero():
    proof = prove(kernels.by_differences, **GATED, shapes=["ordinary/1", "mid-chunk-reset/2"])
    first, second = proof.shown
    assert (first.verdict, second.verdict) == (PROVEN, UNDEFINED)
    lines, start = inspect.getsourcelines(kernels.by_differences)
    line = start + next(n for n, text in enumerate(lines) if "sums[:, 1:] -" in text)
    assert second.reason.endswith(f"kernels.py:{line}")


def test_what_a_maximum_bounds_is_not_decided():
    proof = prove(kernels.bounded_total, **SOFTMAX, shapes=FEW)
    assert proof.verdict == UNDECIDED
    assert "np.maximum, kernels.py" in proof.shown[0].reason


def test_a_branch_that_depends_on_numbers_is_named():
    proof = prove(kernels.clipped_by_a_branch, **SOFTMAX, shapes=FEW)
    assert proof.verdict == UNDECIDED
    assert "np.greater of numbers, kernels.py:" in proof.shown[0].reason


def test_a_run_has_a_limit():
    proof = prove(kernels.gated_delta, **GATED, shapes=["ordinary/4"], seconds=1e-3)
    assert proof.verdict == UNDECIDED
    assert "operations in 0.001 s and no end" in proof.shown[0].reason


def test_gradients_are_proven_and_refuted():
    rule = refmem.gated_delta
    proof = prove(rule, "gated_delta", gradients=True, shapes=["ordinary/1", "short-chunks/2"])
    assert proof.verdict == PROVEN, told(proof)

    def kernel(**inputs):
        return rule(**inputs)

    def backward(**inputs):
        grads = refmem.gated_delta.vjp(**inputs)._asdict()
        return grads | {"k": grads["k"] * (1 + 1e-13)}

    kernel.vjp = backward
    proof = prove(kernel, "gated_delta", gradients=True, shapes=["no-state/0"], lacks=["scale"])
    assert proof.verdict == REFUTED
    assert proof.shown[0].wrong == {"k": 0}


def test_what_is_no_array_code_is_refused():
    with pytest.raises(ChoiceError, match="library has value 'mlx'"):
        prove(kernels.whole, **SOFTMAX, library="mlx")
