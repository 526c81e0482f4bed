"""How the tests call the command line, and what they expect where it refuses a call."""

import re

from click.testing import CliRunner

from refmem.commands.main import main


def run(*arguments):
    return CliRunner().invoke(main, [*map(str, arguments)])


def assert_wrong_usage(result, message):
    """One line that says what is wrong, exit code 2, and no output."""
    assert result.exit_code == 2
    assert re.match(f"refmem: .*{message}", result.stderr)
    assert result.stderr.count("\n") == 1
    assert not result.stdout
