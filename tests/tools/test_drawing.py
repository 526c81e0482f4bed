"""tools/figures writes what it can, and says what it cannot."""

import pytest
from click.testing import CliRunner

from refmem.studies.drawing import figure
from refmem.support.extras import optional
from tools import drawing


def squares(watch):
    watch(1, 1)
    with figure() as (made, axes):
        axes.plot([1, 2, 3], [1, 4, 9])
    return made


def needing(watch):
    return optional("no_such_package", "model")


@pytest.fixture(autouse=True)
def two_figures(monkeypatch):
    monkeypatch.setattr(drawing, "figures", lambda: {"needing": needing, "squares": squares})


def run(folder, *names):
    return CliRunner().invoke(drawing.main, [*names, "--out", str(folder)])


def test_all_but_what_needs_a_missing_package_are_drawn(tmp_path):
    result = run(tmp_path)
    assert result.exit_code == 0
    assert "needing is left out: no_such_package is not installed" in result.output
    assert [file.name for file in tmp_path.iterdir()] == ["squares.svg"]


def test_a_figure_asked_for_by_name_has_to_be_drawn(tmp_path):
    result = run(tmp_path, "needing")
    assert result.exit_code == 1
    assert "no_such_package is not installed; install it with: pip install" in result.output


def test_an_unknown_figure_is_refused(tmp_path):
    result = run(tmp_path, "squers")
    assert result.exit_code == 2
    assert "no figure 'squers', expected one of needing, squares, did you mean 'squares'" in (
        " ".join(result.output.split())
    )
