"""Functions of these tests in processes of their own."""

import pytest

from refmem.oracle.targets.find import find_target


@pytest.fixture
def isolated():
    """Makes targets of functions such as misbehaving:dies; their processes end with a test."""
    made = []

    def make(function, timeout=20.0, rule="delta"):
        made.append(find_target(f"tests.oracle.{function}", rule, timeout=timeout))
        return made[-1]

    yield make
    for target in made:
        target.close()


@pytest.fixture
def note(tmp_path, monkeypatch):
    """A path that a function finds in $NOTE."""
    monkeypatch.setenv("NOTE", str(tmp_path / "note"))
    return tmp_path / "note"
