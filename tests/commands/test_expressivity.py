"""`refmem expressivity`: what it prints, and what it says of wrong usage."""

import json
import re
from functools import partial

import pytest

from refmem.studies.expressivity import robustness
from refmem.studies.expressivity.groups import quaternion
from tests.commands import calling
from tests.commands.calling import assert_wrong_usage


def run(*arguments):
    return calling.run("expressivity", *arguments)


def test_it_prints_the_table_and_what_its_words_mean():
    result = run("--task", "parity", "--task", "brackets", "--length", "6")
    assert result.exit_code == 0, result.output
    line = next(line for line in result.output.splitlines() if line.startswith(" parity "))
    assert line.split() == ["parity", "additive", "additive", "turning", "turning",
                            "2", "2", "2", "12", "12"]  # fmt: skip
    assert re.search(r"brackets +blind +open +fading", result.output)
    assert "derivations/expressivity/turning.py" in result.output.replace("\n", "")
    assert "open: neither a program nor a proof here" in result.output
    assert max(map(len, result.output.splitlines())) <= 100


def test_details_say_what_was_run_and_what_was_shown():
    result = run("--task", "parity", "--rule", "gla", "--rule", "delta_product", "--details")
    text = " ".join(result.output.split())
    assert "gla: impossible, turning: 1 given again and again" in text
    assert "delta_product: exact: a program of delta_product, 2" in text


def test_robustness_is_a_line_a_program_and_precision(monkeypatch, tmp_path):
    pytest.importorskip("matplotlib", reason="extra plot is not installed")
    monkeypatch.setattr(robustness, "STEPS", 20)
    monkeypatch.setattr(robustness, "robustness", partial(robustness.robustness, (2, 300)))
    result = run("robustness", "--plot", str(tmp_path / "few_bits.svg"))
    assert result.exit_code == 0, result.output
    assert re.search(r"delta, whole keys +float32 +20 +20 *\n", result.output)
    assert re.search(r"deltaformer, rounding +float32 +20 *\n", result.output)  # 300 is not run
    assert "20: no error by the end" in result.output
    assert (tmp_path / "few_bits.svg").read_text().startswith("<?xml")


def test_a_group_from_a_file(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(quaternion().table.tolist()))
    result = run("--group", str(path), "--rule", "delta_product", "--length", "8")
    assert result.exit_code == 0, result.output
    assert re.search(r"words of mine +8 x 6", result.output)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[[0, 1], [1, 1]]", "group: table has a product twice in row 1"),
        ("[[0, 1", "is no JSON"),
        ("[[0, 1], [1]]", "group: table has rows of different lengths"),
    ],
)
def test_a_file_that_holds_no_group(tmp_path, content, message):
    path = tmp_path / "none.json"
    path.write_text(content)
    assert_wrong_usage(run("--group", path), message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--task", "paruty"], "task has name 'paruty', .*, did you mean 'parity'"),
        (["--rule", "glaa"], "rule has name 'glaa', .*, did you mean 'gla'"),
        (["--length", "6", "robustness"], "--length has a value before robustness, expected none"),
        (["robustnes"], "No such command 'robustnes'"),
        (["--length", "0"], "Invalid value for '--length'"),
        (["--group", "no such file"], "Invalid value for '--group'"),
        (["--group", "pyproject.toml", "--task", "parity"], "expected either --task or --group"),
    ],
)
def test_wrong_usage_is_one_line(arguments, message):
    assert_wrong_usage(run(*arguments), message)
