"""What docs/oracle.md shows is what happens: its code, and every command that begins with a $."""

import doctest
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from refmem.commands.main import main

PAGE = (Path(__file__).parents[2] / "docs" / "oracle.md").read_text()
KERNELS = re.search(r"```python\n(import numpy.*?)```", PAGE, re.DOTALL)[1]
COMMANDS = re.findall(r"^    \$ refmem (.*)$", PAGE, re.MULTILINE)
FAILS = "kernels:base_two"


@pytest.fixture
def in_a_folder(tmp_path, monkeypatch):
    (tmp_path / "kernels.py").write_text(KERNELS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)


def shown(command):
    """The lines that the page shows under a command."""
    after = PAGE.split(f"$ refmem {command}\n", 1)[1].lstrip("\n")
    lines = after.split("\n\n", 1)[0].split("\n")
    return [line.strip() for line in lines if line.startswith("    ") and "$" not in line]


def quick(command):
    """The same with one seed, which finds the same."""
    whole = command.startswith("check") and "--seed" not in command and "--case" not in command
    return shlex.split(command) + (["--seed", "1"] if whole else [])


def without_numbers(text):
    return re.sub(r"\d+", "N", " ".join(text.split()))


def test_every_command_does_what_is_shown(in_a_folder):
    assert len(COMMANDS) >= 6
    for command in COMMANDS:
        result = CliRunner().invoke(main, quick(command))
        assert result.exit_code == (FAILS in command), (command, result.output)
        for line in shown(command):
            assert without_numbers(line) in without_numbers(result.output), command


def test_the_code_of_the_page():
    """Its examples, after its kernels."""
    names = {}
    exec(KERNELS, names)
    examples = doctest.DocTestParser().get_doctest(PAGE, names, "oracle.md", None, 0)
    assert len(examples.examples) > 8
    assert doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(examples).failed == 0
