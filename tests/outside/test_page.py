"""What docs/own_rule.md shows is what happens: its file, its examples and its commands."""

import doctest
import importlib
import shlex
import sys

import numpy as np
import pytest
from click.testing import CliRunner

from refmem import laws
from refmem.commands.main import main
from tests.pages import Page, without_numbers

PAGE = Page("own_rule.md", '"""Claim:')
FAILS = "mine:forgetful"


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """The page's file, imported from the current folder, and forgotten afterwards."""
    (tmp_path / "mine.py").write_text(PAGE.code)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    yield importlib.import_module("mine")
    del sys.modules["mine"]


def quick(command):
    """The same with one seed, which finds the same."""
    more = ["--seed", "1"] if command.startswith("check") else []
    return shlex.split(command) + (["--seed", "2"] if command.startswith("mutants") else more)


def test_every_command_does_what_is_shown(mine):
    assert len(PAGE.commands) == 4
    for command in PAGE.commands:
        result = CliRunner().invoke(main, quick(command))
        assert result.exit_code == (FAILS in command), (command, result.output)
        assert PAGE.shown(command)
        for line in PAGE.shown(command):
            assert without_numbers(line) in without_numbers(result.output), command


def test_its_examples_are_right(mine):
    """Those of the page, and that of the rule's own docstring."""
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    for text, names in (
        (PAGE.text.replace(PAGE.code, ""), {"__name__": "__main__"}),
        (mine.step.__doc__, vars(mine) | {"np": np}),
    ):
        examples = doctest.DocTestParser().get_doctest(text, dict(names), "own_rule.md", None, 0)
        assert len(examples.examples) > 1
        assert doctest.DocTestRunner(optionflags=flags).run(examples).failed == 0


def test_the_rule_keeps_every_law(mine):
    laws.check(mine.flow_delta, seeds=[0, 1]).assert_holds()


def test_its_derivation_is_shown_with_it(mine):
    output = CliRunner().invoke(main, ["show", "mine:flow_delta"]).output
    assert "Derivations, run by refmem derive NAME:\n  mine.py\n" in output
