"""`refmem capacity`: what it prints, what it writes, and what it refuses."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from refmem.studies.capacity import memory_inverse_snr, studies
from refmem.support.sweep import sweep
from tests.commands.calling import assert_wrong_usage, run

SMALL = ("capacity", "--dim", "8", "--trials", "5", "--pairs", "16", "--no-memories")


def test_it_prints_theory_beside_simulation():
    result = run(*SMALL, "--kernel", "linear", "--kernel", "relu")
    assert result.exit_code == 0
    assert "1/SNR of a read, key width d = 8, temperature sqrt(d)" in result.output
    assert re.search(r"linear +16 +1.88 +\S+ +\S+ to \S+", result.output)
    assert re.search(r"relu +16 +0.938 +\S+ +\S+ to \S+", result.output)
    assert "pairs held at an SNR of 100" in result.output
    assert max(map(len, result.output.splitlines())) <= 100


def test_whole_memories_are_a_table_too(monkeypatch):
    few = studies.memory_points(dim=8, writes=16, trials=2, rules=["delta", "retention"])
    monkeypatch.setattr(studies, "memory_points", lambda dim: few)
    output = run(*SMALL[:-1], "--kernel", "linear").output
    assert "memories of width d = 8 after 16 writes" in " ".join(output.split())
    assert "delta" in output
    assert "0 (1)" in output  # the pair just written comes back whole


def test_a_budget_buys_feed_forward_blocks():
    output = run(*SMALL, "--kernel", "linear", "--budget", "65536").output
    assert "feed-forward blocks of at most 65536 parameters that store 16 pairs" in output
    assert re.search(r"relu_squared +yes +8 +1 +1\d{3} +\d+ +\S+", output)


def test_a_cold_run_says_so():
    output = run(*SMALL, "--kernel", "exp", "--tau", "1").output
    assert " *" in output
    assert "too little" in output


def test_a_run_resumes_from_its_journal(tmp_path):
    journal = str(tmp_path / "run.jsonl")
    first = run(*SMALL, "--kernel", "linear", "--journal", journal)
    lines = (tmp_path / "run.jsonl").read_text()
    again = run(*SMALL, "--kernel", "linear", "--journal", journal)
    assert (first.output, lines) == (again.output, (tmp_path / "run.jsonl").read_text())
    other = run(*SMALL, "--kernel", "relu", "--journal", journal)
    assert other.exit_code == 2
    assert "is the journal of another sweep" in other.output


def test_the_numbers_do_not_depend_on_the_workers():
    points = studies.snr_points(8, ("linear", "exp"), (4, 16), None, 5)
    alone = sweep(studies.snr_at, points)
    with ThreadPoolExecutor(8) as pool:
        assert sweep(studies.snr_at, points, executor=pool) == alone
    memories = studies.memory_points(dim=4, writes=8, trials=2)
    with ThreadPoolExecutor(3) as pool:
        assert sweep(studies.memory_at, memories, executor=pool) == sweep(
            studies.memory_at, memories
        )


def test_processes_give_the_same_table():
    alone = run(*SMALL, "--kernel", "linear")
    assert run(*SMALL, "--kernel", "linear", "--workers", "2").output == alone.output


def test_theory_is_given_where_there_is_one():
    points = studies.memory_points(dim=4, writes=8, trials=2)
    found = {point["rule"]: studies.memory_at(point, 0) for point in points}
    without = {rule for rule, result in found.items() if not result["theory"]}
    assert without == {"mesa", "deltaformer"}
    half, ages = 0.5**0.25, points[0]["ages"]
    for rule, given in (("retention", {"alpha": half}), ("gated_delta", {"alpha": half})):
        theory = memory_inverse_snr(rule, writes=8, dim=4, ages=ages, **given)
        assert found[rule]["theory"] == theory.tolist()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--kernel", "liner"), "kernel: name has value 'liner', expected one of"),
        (
            ("--budget", "3", "--pairs", "4"),
            "--budget has value 3, expected more, because no block",
        ),
        (("--dim", "0"), "Invalid value for '--dim': 0 is not in the range x>=1"),
        (("--tau", "0"), "Invalid value for '--tau': 0"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_two(arguments, message):
    assert_wrong_usage(run("capacity", *arguments), message)


def test_a_plot_is_drawn(tmp_path):
    pytest.importorskip("matplotlib", reason="extra plot is not installed")
    path = tmp_path / "capacity.svg"
    result = run(*SMALL, "--kernel", "linear", "--plot", str(path))
    assert result.exit_code == 0
    assert path.read_text().startswith("<?xml")
