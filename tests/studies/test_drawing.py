"""Figures: written whole, the same bytes every time, and refused before they are drawn."""

import sys

import pytest

from refmem.studies import drawing as plot
from refmem.support.extras import MissingExtraError


def drawing():
    with plot.figure() as (made, axes):
        axes.plot([1, 2, 3], [1, 4, 9], label="squares")
        axes.legend()
    return made


@pytest.mark.parametrize("kind", plot.FORMATS)
def test_the_same_figure_is_the_same_bytes(tmp_path, kind):
    for name in "ab":
        plot.save(drawing(), tmp_path / f"{name}.{kind}")
    one, other = sorted(tmp_path.iterdir())
    assert one.stat().st_size > 1000
    assert one.read_bytes() == other.read_bytes()


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"name 'x.gif', expected one ending in .svg or .png"):
        plot.save(None, tmp_path / "x.gif")


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(ValueError, match="expected one in a folder that exists"):
        plot.save(None, tmp_path / "no" / "x.svg")


def test_a_drawing_that_fails_leaves_what_was_there(tmp_path):
    class Failing:
        def savefig(self, path, **options):
            path.write_text("half")
            raise RuntimeError("no ink")

    (tmp_path / "x.svg").write_text("before")
    with pytest.raises(RuntimeError, match="no ink"):
        plot.save(Failing(), tmp_path / "x.svg")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("x.svg", "before")]


def test_a_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'refmem\[plot\]'"):
        plot.figure().__enter__()
