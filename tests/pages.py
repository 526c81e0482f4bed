"""A page of docs that begins with a file: its code, its commands, and what it shows under each."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


class Page:
    """A page: `code` is the file it tells the reader to save, `commands` are those after a $."""

    def __init__(self, name, code):
        self.text = (DOCS / name).read_text()
        self.code = re.search(rf"```python\n({code}.*?)```", self.text, re.DOTALL)[1]
        self.commands = re.findall(r"^    \$ refmem (.*)$", self.text, re.MULTILINE)

    def shown(self, command):
        """The lines that the page shows under a command."""
        after = self.text.split(f"$ refmem {command}\n", 1)[1].lstrip("\n")
        lines = after.split("\n\n", 1)[0].split("\n")
        return [line.strip() for line in lines if line.startswith("    ") and "$" not in line]


def without_numbers(text):
    """A text in which every number is N: counts follow from how much is run."""
    return re.sub(r"\d+", "N", " ".join(text.split()))
