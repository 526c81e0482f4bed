"""What the command line prints, and its exit codes."""

import re

import pytest

import refmem
from refmem.oracle.targets import find as targets
from tests.commands.calling import assert_wrong_usage, run


def test_rules_lists_every_rule_with_its_inputs_and_forms():
    result = run("rules")
    assert result.exit_code == 0
    for rule in refmem.RULES:
        assert rule.name in result.output
    assert "bind(k[t]" in result.output
    assert "recurrent" in result.output
    assert "arXiv:2102.11174" in result.output
    assert max(map(len, result.output.splitlines())) <= 100


def test_show_prints_the_specification_and_then_the_source():
    output = run("show", "delta").output
    specification, source = output.index("Delta rule: move what"), output.index("def step(S, q")
    assert specification < source
    assert output.count("Delta rule: move what") == 1


def test_show_says_how_a_rule_is_called():
    output = run("show", "delta").output
    assert "refmem.delta(q, k, v, beta, *, state=None, form=None, chunk=None," in output
    assert "form     how it runs: recurrent (None), parallel, chunked, scan, fast" in output


def test_check_prints_a_table_and_conforms():
    result = run("check", "onnx-reference", "--seed", "0")
    assert result.exit_code == 0
    assert re.search(r"regime +linear_attention +scalar_decay +gla +delta", result.output)
    assert "onnx-reference conforms" in result.output
    assert max(map(len, result.output.splitlines())) <= 100


def test_one_case_is_replayed_alone():
    result = run("check", "onnxruntime", "--case", "kda/mid-chunk-reset/3")
    assert result.exit_code == 0
    lines = re.findall(r"^(?:ai.onnx|com.microsoft) .* +1 .* pass$", result.output, re.MULTILINE)
    assert len(lines) > 2  # one line an operator
    assert (
        f"onnxruntime conforms (partial: one case): {len(lines)} of {len(lines)} cases"
        in result.output
    )


def test_details_has_a_line_for_each_rule_and_regime():
    output = run("check", "onnx-reference", "--seed", "0", "--details").output
    of_gla = re.search(r"^gla *\n(.*?)\n *\n", output, re.MULTILINE | re.DOTALL)[1]
    assert re.search(r"^mixed-gates +1 +\S+ +0\.\d\d +pass$", of_gla, re.MULTILINE)


def test_a_wrong_kernel_does_not_conform():
    result = run("check", "tests.oracle.kernels:delta_zeros", "--rule", "delta", "--seed", "3")
    assert result.exit_code == 1
    assert "out: rms error 1.0, allowed" in " ".join(result.output.split())
    assert "does not conform: " in result.output
    assert "--case delta/ordinary/3" in result.output


def test_a_right_kernel_conforms():
    result = run("check", "refmem:delta", "--rule", "delta", "--seed", "3", "--dtype", "float64")
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["chek"], "no command 'chek', expected one of .*check, .*, did you mean 'check'"),
        (["show", "detla"], "no rule 'detla', .* did you mean 'delta'"),
        (["check"], "expected a target, or a program with --exec"),
        (["check", "onnxruntme"], "target has name 'onnxruntme'.* did you mean 'onnxruntime'"),
        (["check", "onnxruntime", "--rule", "ddelta"], "rule has name 'ddelta', .* did you mean"),
        (["check", "onnxruntime", "--rule", "comba"], "because the target has no other"),
        (["check", "onnxruntime", "--case", "x"], "expected rule/regime/seed"),
        (["check", "onnxruntime", "--seed", "x"], "Invalid value for '--seed'"),
        (["check", "onnx-reference", "--dtype", "bfloat16"], "dtype has value bfloat16"),
        (["check", "refmem:delta"], "needs --rule"),
        (["check", "--nonsense"], "No such option"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(arguments, message):
    assert_wrong_usage(run(*arguments), message)


def test_a_target_that_cannot_run_is_one_line_and_exit_3(monkeypatch):
    result = run("check", "no_such_module:f", "--rule", "delta")
    assert result.exit_code == 3
    assert re.fullmatch(r"refmem: no_such_module:f does not import: [^\n]*\n", result.stderr)

    def missing():
        raise targets.UnavailableError("onnx is not installed; install it with: ...")

    monkeypatch.setitem(targets.NAMED, "onnx-reference", missing)
    assert run("check", "onnx-reference").exit_code == 3


def test_version():
    result = run("--version")
    assert result.exit_code == 0
    assert result.output == f"refmem, version {refmem.__version__}\n"


def test_no_arguments_print_the_help():
    result = run()
    assert result.exit_code == 2
    assert result.output.startswith("Usage: ")
    assert all(command in result.output for command in ("check", "rules", "show"))
