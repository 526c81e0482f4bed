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
    assert line.split() == ["parity", "additive", "degree", "positive", "2",
                            "2", "2", "2", "12", "12"]  # fmt: skip
    assert re.search(r"brackets +3 +9 T +3 +3 ", result.output)
    assert "inputs that depend on a token and its place" in " ".join(result.output.split())
    assert "derivations/expressivity/gates.py" in result.output.replace("\n", "")
    assert max(map(len, result.output.splitlines())) <= 100


def test_without_places_no_rule_has_them():
    result = run("--no-places", "--task", "parity", "--task", "brackets", "--length", "6")
    assert result.exit_code == 0, result.output
    assert re.search(r"parity +additive +degree +positive +turning +2 ", result.output)
    assert re.search(r"brackets +blind +blind +fading +fading +fading +3 x 3", result.output)
    assert "a token alone, not its place" in " ".join(result.output.split())


def test_details_say_what_was_run_shown_and_searched():
    options = ("--task", "parity", "--rule", "gla", "--rule", "delta_product", "--details")
    text = " ".join(run(*options, "--draws", "2").output.split())
    assert "gla: impossible, positive, 3 channels in all heads; K channels fail at K + 1" in text
    assert "searched 2 draws of 1 and 2 heads on all 256 words of 9 tokens: no program" in text
    assert "delta_product: exact at 6, 12 and 24 tokens: a program of delta_product, 2" in text
    assert "1 head with keys of 2 and values of 1" in text


def test_what_is_open_says_what_was_searched():
    text = " ".join(run("--task", "words of S3", "--rule", "delta, beta <= 2").output.split())
    assert "open: neither a program nor a proof here" in text
    details = run("--task", "words of S3", "--rule", "delta, beta <= 2", "--details").output
    assert "searched 3 draws of 1 head on all 243 words of 6 tokens" in " ".join(details.split())


def test_all_of_it_as_json(tmp_path):
    path = tmp_path / "table.json"
    result = run("--task", "recall", "--no-places", "--length", "8", "--json", str(path))
    assert result.exit_code == 0, result.output
    data = json.loads(path.read_text())
    assert data["granted"]["places"] is False
    assert [cell["verdict"] for cell in data["cells"]] == ["impossible"] * 2 + ["exact"] * 7
    assert all({"heads", "keys", "values"} <= cell["program"].keys() for cell in data["cells"][2:])


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
        (["--draws", "0"], "Invalid value for '--draws'"),
        (["--json", "no folder/x.json"], "--json has value 'no folder/x.json', expected a file"),
        (["--group", "no such file"], "Invalid value for '--group'"),
        (["--group", "pyproject.toml", "--task", "parity"], "expected either --task or --group"),
    ],
)
def test_wrong_usage_is_one_line(arguments, message):
    assert_wrong_usage(run(*arguments), message)
