"""The figures of the documentation are all that tools/figures draws, and no others."""

import re
from pathlib import Path

import pytest

from tools.drawing import FOLDER, figures

DOCS = Path(FOLDER).parent
PAGES = sorted(DOCS.glob("*.md"))


def shown(page):
    return re.findall(r"!\[[^\]]+\]\(([^)]+)\)", page.read_text())


def test_every_figure_is_shown_and_lies_there():
    pictures = [path for page in PAGES for path in shown(page)]
    drawn = [f"figures/{name}.svg" for name in figures()]
    assert sorted(pictures) == sorted(drawn)
    assert sorted(FOLDER.iterdir()) == sorted(DOCS / path for path in drawn)


@pytest.mark.parametrize("name", figures())
def test_a_figure_is_a_whole_picture(name):
    written = (FOLDER / f"{name}.svg").read_text()
    assert written.startswith("<?xml")
    assert written.rstrip().endswith("</svg>")
