"""What docs/oracle.md shows is what happens: its code, and every command that begins with a $."""

import doctest
import shlex

import pytest
from click.testing import CliRunner

from refmem.commands.main import main
from tests.pages import Page, without_numbers

PAGE = Page("oracle.md", "import numpy")
FAILS = "kernels:base_two"


@pytest.fixture
def in_a_folder(tmp_path, monkeypatch):
    (tmp_path / "kernels.py").write_text(PAGE.code)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)


def quick(command):
    """The same with one seed, which finds the same."""
    whole = command.startswith("check") and "--seed" not in command and "--case" not in command
    return shlex.split(command) + (["--seed", "1"] if whole else [])


def test_every_command_does_what_is_shown(in_a_folder):
    assert len(PAGE.commands) >= 6
    for command in PAGE.commands:
        result = CliRunner().invoke(main, quick(command))
        assert result.exit_code == (FAILS in command), (command, result.output)
        for line in PAGE.shown(command):
            assert without_numbers(line) in without_numbers(result.output), command


def test_the_code_of_the_page():
    """Its examples, after its kernels."""
    names = {}
    exec(PAGE.code, names)
    examples = doctest.DocTestParser().get_doctest(PAGE.text, names, "oracle.md", None, 0)
    assert len(examples.examples) > 8
    assert doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(examples).failed == 0
