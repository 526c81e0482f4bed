"""`refmem longcontext`: what it prints, its exit codes, and one clear line for bad input."""

import re

import pytest

from refmem.commands.longcontext_options import TAKES
from refmem.studies.longcontext import MEMORIES, MOTIONS, answer
from refmem.studies.longcontext.answer import times_until
from refmem.studies.longcontext.convergence import APPROACHES
from refmem.studies.longcontext.settings import of_memory
from refmem.studies.longcontext.tables import gates_of
from refmem.studies.longcontext.tuning import tuned_memory
from tests.commands import calling
from tests.commands.calling import assert_wrong_usage


def run(*arguments):
    return calling.run("longcontext", *arguments)


def narrow(output):
    return max(map(len, output.splitlines())) <= 100


@pytest.fixture
def short(monkeypatch):
    """The answer for ten tokens instead of ten thousand."""
    whole = answer.what_context_buys
    monkeypatch.setattr(
        answer, "what_context_buys", lambda worlds, **study: whole(10, worlds, **study)
    )


def test_alone_it_answers_the_question(short):
    result = run()
    assert result.exit_code == 0, result.output
    assert result.output.index("A fixed world") < result.output.index("A world that drifts")
    assert all(name in result.output for name in MEMORIES)
    assert result.output.count("T = 10 ") == 2
    assert "delta: beta 0.03921" in " ".join(result.output.split())
    assert narrow(result.output)


def test_limits_has_a_row_an_approach_and_its_power(tmp_path):
    pytest.importorskip("matplotlib")
    picture = tmp_path / "limits.svg"
    result = run("limits", "--contexts", 3, "--plot", picture)
    assert result.exit_code == 0, result.output
    assert all(re.search(rf"^ {name} .*±", result.output, re.MULTILINE) for name in APPROACHES)
    assert "power of T" in result.output
    assert picture.read_text().lstrip().startswith("<?xml")
    assert narrow(result.output)


def test_track_prints_theory_below_what_was_measured():
    small = ["--keys", 1, "--values", 1, "--worlds", 2, "--tokens", 5, "--drift", 0.5]
    result = run("track", *small, "--noise", 1)
    assert result.exit_code == 0, result.output
    assert "gated_delta: alpha 1, beta 0.5" in result.output
    assert re.search(r"^ T = 5 .*±\d+%", result.output, re.MULTILINE)
    assert narrow(result.output)


def test_a_study_goes_on_from_its_journal(tmp_path):
    journal = tmp_path / "study.jsonl"
    first = run("limits", "--contexts", 2, "--journal", journal)
    written = journal.read_text()
    again = run("limits", "--contexts", 2, "--journal", journal)
    assert first.output == again.output
    assert journal.read_text() == written
    other = run("limits", "--contexts", 3, "--journal", journal)
    assert other.exit_code == 2
    assert re.match(r"refmem: .* is the journal of another sweep", other.stderr)


def test_workers_change_nothing():
    assert (
        run("limits", "--contexts", 2, "--workers", 2).output
        == run("limits", "--contexts", 2).output
    )


def test_a_stream_prints_octaves_and_goes_on(tmp_path):
    state = tmp_path / "state.json"
    call = ["stream", "delta", "--beta", 0.5, "--keys", 2, "--chunk", 100, "--state", state]
    assert run(*call, "--tokens", 300).exit_code == 0
    result = run(*call, "--tokens", 600)
    assert result.exit_code == 0, result.output
    assert result.output.startswith("delta: beta 0.5\n")
    rows = re.findall(r"^ (\d+) \.\.\. (\d+) +(\d+) ", result.output, re.MULTILINE)
    assert [row[0] for row in rows] == ["64", "128", "256", "512"]
    assert [row[2] for row in rows] == ["1", "1", "3", "1"]
    other = run(*call, "--tokens", 600, "--seed", 1)
    assert other.exit_code == 2
    assert re.fullmatch(r"refmem: .* its seed is 0, expected 1\n", other.stderr)
    assert not other.stdout


def test_gates_that_are_left_out_are_the_best():
    result = run("stream", "gated_delta", "--tokens", 10, "--chunk", 10, "--alpha", 0.9)
    assert result.exit_code == 0, result.output
    assert result.output.startswith("gated_delta: alpha 0.9, beta 0.1187\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["stream"], "Missing argument 'MEMORY'"),
        (["stream", "delte"], "memory: name has value 'delte', .* did you mean 'delta'"),
        (
            ["stream", "delta", "--beta", "3"],
            "Delta: beta has value 3.0, expected at least 0 and at",
        ),
        (["stream", "delta", "--alpha", "0.9"], "delta: alpha has value 0.9, expected only beta"),
        (["stream", "averaged", "--beta", "1"], "averaged: beta has value 1.0, expected no gate"),
        (["stream", "averaged", "--tokens", "15"], "tokens has value 15, expected a multiple of"),
        (["stream", "averaged", "--chunk", "0"], "Invalid value for '--chunk'"),
        (["stream", "averaged", "--state", "/nowhere/x"], "--state has value '/nowhere/x', expect"),
        (["track", "--drift", "-1"], "RandomWalk: drift has value -1.0, expected at least 0"),
        (["track", "--noise", "0"], "World: noise has value 0.0, expected more than 0"),
        (["track", "--world", "walk"], "Invalid value for '--world'"),
        (["track", "--world", "periodic", "--period", "1"], "Periodic: period has value 1, expect"),
        (["track", "--keep", "2"], "RandomWalk: keep has value 2.0, expected at least 0 an"),
        (["limits", "--contexts", "1"], "Invalid value for '--contexts'"),
        (["track", "--period", "9"], "random_walk: period has value 9, expected only drift and ke"),
        (
            ["track", "--world", "fixed", "--drift", "1"],
            "fixed: drift has value 1.0, expected none",
        ),
        (["answer", "--nonsense"], "No such option"),
        (["sream"], "No such command 'sream'"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(arguments, message):
    assert_wrong_usage(run(*arguments), message)


def test_every_world_and_memory_there_is_has_its_option():
    assert set(TAKES) == {"fixed", *MOTIONS}


def test_a_file_that_is_no_state_is_one_line_and_exit_2(tmp_path):
    state = tmp_path / "state.json"
    state.write_text("{}")
    result = run("stream", "averaged", "--state", state)
    assert result.exit_code == 2
    assert re.fullmatch(r"refmem: .* is no saved stream, [^\n]*\n", result.stderr)


def test_a_folder_is_no_state(tmp_path):
    result = run("stream", "averaged", "--state", tmp_path)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1


def test_times_end_with_the_last_token():
    assert times_until(1) == [1]
    assert times_until(3) == [1, 3]
    assert times_until(1000) == [1, 3, 10, 30, 100, 300, 1000]


def test_gates_are_told_by_name():
    memory = tuned_memory("averaged", answer.FIXED, 10)
    assert of_memory(memory) == {"name": "averaged"}
    assert gates_of(memory) == "averaged: no gates"
