"""Candidates in torch, JAX and MLX, and FLA's Triton kernels: what is installed is run."""

import os
import subprocess
import sys

import numpy as np
import pytest

from refmem.oracle import check
from refmem.oracle.border.arrays import as_numpy, bfloat16, to_library
from refmem.oracle.targets.find import find_target

MODULES = {"torch": "torch", "jax": "jax.numpy", "mlx": "mlx.core"}
DTYPES = ["float32", "bfloat16", "float16"]


def needs(module):
    """Skip a test whose library is not here: it is no dependency of the tests."""
    return pytest.importorskip(module, reason=f"{module} is not installed")


@pytest.mark.parametrize("library", MODULES)
@pytest.mark.parametrize("dtype", [*DTYPES, "int32"])
def test_arrays_go_there_and_back(library, dtype):
    needs(MODULES[library])
    x = np.arange(6.0).reshape(2, 3).astype(bfloat16() if dtype == "bfloat16" else dtype)
    there = to_library(x, library)
    assert type(there).__module__.split(".")[0] in (library, "jaxlib")
    back = as_numpy(there)
    assert back.dtype == x.dtype
    assert np.array_equal(back, x)
    assert np.array_equal(as_numpy(there.T), x.T)


@pytest.mark.parametrize("library", ["torch", "jax"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_candidate_of_a_library(library, dtype):
    needs(MODULES[library])
    name = f"tests.oracle.libraries:{library}_delta"
    target = find_target(name, "delta", dtype, library=library)
    for case in ("ordinary/1", "empty/0", "grouped-values/0", "scale/1", "gradient@ordinary/1"):
        report = check(target, case=f"delta/{case}")
        assert report.conforms, report.failures[0]


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_attention_of_torch_needs_no_glue(dtype):
    needs("torch")
    name = "torch.nn.functional:scaled_dot_product_attention"
    target = find_target(name, "softmax_attention", dtype, "torch-sdpa", "torch")
    for case in ("ordinary/1", "grouped-queries/1", "scale/1", "gradient@ordinary/1"):
        report = check(target, case=f"softmax_attention/{case}")
        assert report.conforms, report.failures[0]


def test_a_wrong_candidate_of_a_library():
    needs("jax")
    target = find_target("tests.oracle.libraries:jax_wrong", "delta", library="jax")
    assert not check(target, case="delta/ordinary/2").conforms
    assert not check(target, case="delta/gradient@ordinary/2").conforms


def test_mlx_conforms():
    needs("mlx_lm")
    for case in ("ordinary/1", "grouped-values/0", "mixed-gates/0", "gradient@ordinary/1"):
        for rule in ("gated_delta", "kda"):
            report = check("mlx", case=f"{rule}/{case}")
            assert report.conforms, report.failures[0]


def test_naive_files_of_fla():
    needs("torch"), needs("fla")
    target = find_target("fla")
    assert check(target, case="gla/ordinary/2").conforms
    assert check(target, case="kda/ordinary/4").conforms
    assert check(target, case="preconditioned_delta/no-state/1").conforms
    assert check(target, case="retention/without-gamma/1").conforms
    momentum = check(target, case="gradient_momentum_delta/no-state/1")
    assert [one.status for one in momentum.outcomes] == ["passed", "failed"]
    wrong = check(target, case="comba/ordinary/2")
    assert [one.status for one in wrong.outcomes] == ["failed", "passed"]


def test_kernels_of_fla_run_in_the_interpreter_of_triton():
    """In a process of its own, because Triton looks for the wish once, when it is imported."""
    needs("torch"), needs("triton"), needs("fla")
    command = [
        sys.executable,
        "-c",
        "from refmem.commands.main import main; main()",
        "check",
        "fla",
    ]
    wish = os.environ | {"TRITON_INTERPRET": "1"}
    for case, code in (("iplr/short-chunks/2", 0), ("scalar_decay/always-reset/2", 1)):
        done = subprocess.run(
            [*command, "--case", case], env=wish, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stderr
        assert "fused_recurrent" in done.stdout
