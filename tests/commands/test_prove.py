"""The command `refmem prove`: its exit codes, and what it says in one line when it cannot run."""

import pytest

from tests.commands.calling import run

KERNELS = "tests.oracle.proof.kernels"


def test_exit_codes():
    asked = ("--rule", "gated_delta", "--convention", "fla", "--shape", "ordinary/1")
    assert run("prove", f"{KERNELS}:gated_delta", *asked).exit_code == 0
    wrong = run("prove", f"{KERNELS}:late_decay", *asked)
    assert wrong.exit_code == 1
    assert "exactly gated_delta with the error read from the state before" in wrong.output


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["kernels", "--rule", "delta"], 2, "expected package.module:function"),
        (["a:b"], 2, "needs --rule, because a function does not say its rule"),
        (["a:b", "--rule", "nothing"], 2, "rule has name 'nothing'"),
        (["no_such_module:f", "--rule", "delta"], 3, "no_such_module:f does not import"),
        ([f"{KERNELS}:whole", "--rule", "delta"], 3, "expected beta as well"),
        (
            [f"{KERNELS}:whole", "--rule", "linear_attention", "--shape", "nothing/1"],
            2,
            "regime 'nothing'",
        ),
    ],
)
def test_what_is_wrong_is_said(words, code, said):
    result = run("prove", *words)
    assert result.exit_code == code, result.output
    assert said in " ".join(result.output.split())
