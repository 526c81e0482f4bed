"""Functions of torch and JAX, forward and backward: what is installed is proven."""

import importlib
import importlib.util

import pytest

from refmem.oracle.proof.prove import PROVEN, REFUTED, UNDECIDED, UNDEFINED, prove
from refmem.oracle.show.proofs import told
from tests.oracle.proof.test_prove import FEW, GATED, SOFTMAX


def kernels_of(library):
    """The kernels of a library; skips where that is not here, for it is no dependency."""
    pytest.importorskip(library, reason=f"{library} is not installed")
    return importlib.import_module(f"tests.oracle.proof.{library}_kernels")


@pytest.mark.parametrize("gradients", [False, True], ids=["results", "gradients"])
@pytest.mark.parametrize("name", ["streaming", "plain", "by_largest_of_all", "fused"])
def test_torch_softmax(name, gradients):
    kernel = getattr(kernels_of("torch"), name)
    if gradients and name == "streaming":
        pytest.skip("it writes into what autograd needs")
    proof = prove(kernel, **SOFTMAX, shapes=FEW, gradients=gradients)
    assert proof.verdict == PROVEN, told(proof)
    assert {one.verdict for one in proof.shown} == {PROVEN}


def test_a_backward_pass_of_its_own_is_what_is_proven(monkeypatch):
    torch_kernels = kernels_of("torch")
    asked = {"rule": "linear_attention", "shapes": ["no-state/0"], "gradients": True}
    proof = prove(torch_kernels.own_backward, **asked)
    assert proof.verdict == PROVEN, told(proof)
    monkeypatch.setattr(torch_kernels.OwnBackward, "factor", 1 + 1e-12)
    proof = prove(torch_kernels.own_backward, **asked)
    assert proof.verdict == REFUTED
    assert proof.shown[0].wrong == {"v": 0}


@pytest.mark.parametrize(
    ("name", "verdict", "said"),
    [
        ("half", PROVEN, "to bfloat16, torch_kernels.py:"),
        ("sorted_scores", UNDECIDED, "aten.sort has no rule here, torch_kernels.py:"),
        ("chosen", UNDECIDED, "a branch that depends on a number, torch_kernels.py:"),
    ],
)
def test_what_torch_does_is_named_with_its_line(name, verdict, said):
    proof = prove(getattr(kernels_of("torch"), name), **SOFTMAX, shapes=FEW[:1])
    assert proof.verdict == verdict
    assert said in told(proof)


def test_memory_that_was_never_written_is_not_a_number():
    proof = prove(kernels_of("torch").unwritten, **SOFTMAX, shapes=FEW[:1])
    assert proof.verdict == UNDEFINED


def test_naive_functions_of_fla():
    pytest.importorskip("torch", reason="torch is not installed")
    if importlib.util.find_spec("fla") is None:
        pytest.skip("fla is not installed")
    from refmem.oracle.proof.prove import prove_target  # beside what it is skipped with
    from refmem.oracle.targets.fla.naive import naive_targets

    home = importlib.util.find_spec("fla").submodule_search_locations[0]
    parts = {part.name: part for part in naive_targets(__import__("pathlib").Path(home))}
    for name, verdict in (
        ("naive_chunk_kda", PROVEN),
        ("naive_chunk_gated_delta_rule", PROVEN),
        ("naive_recurrent_comba", REFUTED),
    ):
        proof = prove_target(parts[name], ["ordinary/1", "short-chunks/2"])
        assert proof.verdict == verdict, told(proof)


@pytest.mark.parametrize("gradients", [False, True], ids=["results", "gradients"])
def test_jax(gradients):
    jax_kernels = kernels_of("jax")
    for kernel, asked in ((jax_kernels.gated_delta, GATED), (jax_kernels.softmax, SOFTMAX)):
        proof = prove(kernel, **asked, shapes=FEW, gradients=gradients)
        assert proof.verdict == PROVEN, told(proof)


def test_a_wrong_backward_of_jax_is_refuted():
    kernel = kernels_of("jax").wrong_backward
    assert prove(kernel, **SOFTMAX, shapes=FEW).verdict == PROVEN
    proof = prove(kernel, **SOFTMAX, shapes=FEW, gradients=True)
    assert proof.verdict == REFUTED
    assert all(set(one.wrong) == {"v"} for one in proof.shown)
