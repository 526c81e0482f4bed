"""The report of the terminal: what is wrong first and last, 80 columns, reports as links."""

import io

import numpy as np
import pytest
from rich.console import Console

from refmem.commands import terminal
from refmem.oracle.show.tables import linked, show_report
from refmem.oracle.verdict.outcomes import FAILED, PASSED, Outcome, Report

LONG = "path_attention_scaled_gate/without-log_alpha"
WORST = "first bad token 64, head (0, 0), worst token 65, head (1, 1)"
REASON = f"out: row error 1.2, allowed 3.4e-7, {WORST}"
REPORT = Report(
    "kernel",
    (
        Outcome("kernel", f"{LONG}/0", PASSED, 1e-7, 0.25),
        Outcome("kernel", f"{LONG}/1", FAILED, np.inf, np.inf, REASON),
        Outcome("kernel", "gated_delta/grouped-values/1", FAILED, 1.0, 1e9, f"{REASON}; {REASON}"),
    ),
)
DIAGNOSIS = "kernel: 2 of 3 cases fail\nkernel: output equals it, seen\nlook at x\nfla-org/y#12 too"


def printed(report=REPORT, width=80, **more):
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    show_report(report, console, command="refmem check kernel", **more)
    return console.file.getvalue()


def test_what_is_wrong_is_said_before_the_failures_and_in_full_after_them():
    text = printed(diagnoses=[DIAGNOSIS])
    failures = text.index(f"{LONG}/1  kernel")
    assert text.index("kernel: 2 of 3 cases fail") < failures < text.rindex("kernel: 2 of 3 cases")
    assert text.count("look at x") == 1
    assert failures < text.index("look at x") < text.index("kernel does not conform: 2 of 3 cases")


@pytest.mark.parametrize("details", [False, True])
def test_eighty_columns_are_enough(details):
    text = printed(details=details, diagnoses=[DIAGNOSIS])
    lines = [line for line in text.splitlines() if not line.startswith("one alone: ")]
    assert max(map(len, lines)) <= 80
    assert "…" not in text
    for name in ("without-log_alpha", "grouped-values", "path_attention_scaled_gate"):
        assert name in text


def test_a_command_is_one_line_whatever_the_width():
    assert f"one alone: refmem check kernel --case {LONG}/1\n" in printed(width=40)


def test_nothing_is_said_twice_where_nothing_fails():
    text = printed(Report("kernel", REPORT.outcomes[:1]), diagnoses=["kernel: breaks laws"])
    assert text.count("breaks laws") == 1


def test_reports_are_links_where_the_terminal_can():
    text = linked("seen before: fla-org/y#12, a talk")
    ((start, stop, style),) = text.spans
    assert text.plain[start:stop] == "fla-org/y#12"
    assert style == "link https://github.com/fla-org/y/issues/12"


def test_a_pipe_is_as_wide_as_columns_says(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    assert terminal.console().width == terminal.WIDTH
    monkeypatch.setenv("COLUMNS", "73")
    assert terminal.console().width == 73
    monkeypatch.setenv("COLUMNS", "wide")
    assert terminal.console().width == terminal.WIDTH
