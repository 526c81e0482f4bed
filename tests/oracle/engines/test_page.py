"""What docs/serving.md shows is what happens: its engines, and what its commands say of them."""

import importlib
import re
import shlex
import sys

import pytest

from refmem.oracle.engines.check import check_engine
from refmem.oracle.engines.report import said
from refmem.oracle.targets.engine import make_engine
from tests.commands.calling import run
from tests.pages import Page, without_numbers

PAGE = Page("serving.md", "import numpy")
SAID = re.findall(r"^\| `(\w+)` \| (\w+): (.*) \|$", PAGE.text, re.MULTILINE)
FAILS = "KeepsAllDrafts"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The page's file, imported from the current folder, and forgotten afterwards."""
    (tmp_path / "engines.py").write_text(PAGE.code)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    yield importlib.import_module("engines")
    del sys.modules["engines"]


def test_every_command_does_what_is_shown(here):
    assert len(PAGE.commands) == 2
    for command in PAGE.commands:
        result = run(*shlex.split(command), "--schedules", "18")
        assert result.exit_code == (FAILS in command), (command, result.output)
        for line in PAGE.shown(command):
            assert without_numbers(line) in without_numbers(result.output), command
    # which tokens the shortest schedule has depends on how long it is looked for
    script = re.findall(
        r"^    (engine, take = .*|pool = .*|engine\.\w+\()", PAGE.text, re.MULTILINE
    )
    assert len(script) == 4
    assert all(line in result.output for line in script)


def test_it_shows_ten_mistakes():
    assert len(SAID) == 10


@pytest.mark.parametrize(("name", "contract", "sentence"), SAID)
def test_a_mistake_is_said(here, name, contract, sentence):
    report = check_engine(
        make_engine(f"engines:{name}"), "gated_delta", only=[contract], patience=0.3
    )
    found = report.broken[0]
    assert f"{contract}: {sentence}" in "\n".join(said(found))
    assert len(found.mistakes) == 1


def test_the_convolved_engine_is_right(here):
    report = check_engine(make_engine("engines:Convolved"), "gated_delta", number=9)
    assert not report.broken
