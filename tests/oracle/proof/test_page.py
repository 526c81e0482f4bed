"""What docs/proofs.md shows is what happens: its code, and every command that begins with a $."""

import doctest
import shlex

import pytest
from click.testing import CliRunner

from refmem.commands.main import main
from tests.pages import Page, without_numbers

PAGE = Page("proofs.md", "import numpy")


@pytest.fixture
def in_a_folder(tmp_path, monkeypatch):
    (tmp_path / "kernels.py").write_text(PAGE.code)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)


def quick(command):
    """The same at few shapes, which finds the same."""
    shapes = ("ordinary/0", "short-chunks/5", "mid-chunk-reset/2")
    return shlex.split(command) + [word for one in shapes for word in ("--shape", one)]


def test_every_command_does_what_is_shown(in_a_folder):
    assert len(PAGE.commands) == 4
    for command in PAGE.commands:
        result = CliRunner().invoke(main, quick(command))
        assert result.exit_code == ("chunked" not in command), (command, result.output)
        for line in PAGE.shown(command):
            if not line.startswith("proven"):
                assert without_numbers(line) in without_numbers(result.output), command


def test_the_code_of_the_page():
    """Its examples, after its kernels, which exist as a file."""
    names = {"__name__": "kernels"}
    exec(compile(PAGE.code, "kernels.py", "exec"), names)
    examples = doctest.DocTestParser().get_doctest(PAGE.text, names, "proofs.md", None, 0)
    assert len(examples.examples) == 3
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    assert doctest.DocTestRunner(optionflags=flags).run(examples).failed == 0
