"""python -m derivations: the summary, the printed argument and the exit codes."""

import pytest
from click.testing import CliRunner

import derivations.__main__ as command
from derivations.proving.run import Report


def call(*arguments):
    return CliRunner().invoke(command.main, list(arguments))


def test_the_summary_names_claim_method_and_counts():
    result = call("snr/linear", "snr/temperature")
    assert result.exit_code == 0
    words = " ".join(result.output.split())
    assert "snr/linear" in words
    assert "completing a square" in words
    assert "2 of 2 derivations hold: 6 steps, 2 false" in words


def test_assumed_lemmas_are_counted():
    assert "1 assumed" in call("snr/sphere").output.splitlines()[-1]


def test_the_argument_is_printed_as_mathematics():
    output = call("snr/linear", "--show").output
    assert "1. The noise grows as slowly as the signal fast." in output
    assert "⌠" in output
    assert "≠ 1" in output, "the false twin is printed with the sign that denies it"


def test_the_argument_is_printed_in_latex():
    output = call("snr/temperature", "--latex").output
    assert r"\[ \frac{1}{2} + \frac{2 - 2 \tau}{\tau^{2}} = " in output
    assert r"\[ 0 \leq \frac{\left(\tau - 2\right)^{2}}{2 \tau^{2}} \]" in output


def test_a_wrong_name_exits_with_2_and_the_nearest_name():
    result = call("snr_exponentiel")
    assert result.exit_code == 2
    assert "did you mean snr/exponential?" in result.output


@pytest.mark.parametrize("options", [(), ("--show",)])
def test_a_derivation_that_fails_exits_with_1_and_says_why(monkeypatch, options):
    failing = Report("snr/linear", faults=["has no false twin: FALSE is empty"])
    monkeypatch.setattr(command, "run", lambda name: failing)
    result = call("snr/linear", *options)
    assert result.exit_code == 1
    assert "snr/linear: has no false twin" in result.output
    assert "0 of 1 derivations hold" in result.output
