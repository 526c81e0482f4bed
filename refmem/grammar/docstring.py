"""A rule's docstring, read as data: what is printed is what is written.

Summary in one sentence.
                                (blank)
    equation, indented
                                (blank)
    name   (..., axes)   what it is: the table of inputs
                                (blank)
    name   options in words, scale among them where it is not simply a factor on the output
                                (blank)
Forms: ...    Objective: ...    Source: ...    Proof: ...
"""

from __future__ import annotations

import inspect
import re
from typing import NamedTuple


class Specification(NamedTuple):
    """The parts of a rule's docstring; `table` maps each input to (axes, meaning), `scale` says
    what that multiplies, and `forms` why the general ones are not there."""

    summary: str
    equation: str
    table: dict[str, tuple[str, str]]
    scale: str
    forms: str
    objective: str
    source: str
    proof: str


def parse(docstring: str) -> Specification:
    """Read a docstring of the form above; a part that is not there is empty."""
    text = inspect.cleandoc(docstring)
    paragraphs = [p for p in re.split(r"\n\s*\n", text) if p.strip()]
    summary = " ".join(paragraphs[0].split()) if paragraphs else ""
    indented = [inspect.cleandoc("\n" + p) for p in paragraphs if p.startswith("    ")]
    tables = [p for p in indented if _rows(p)]
    equations = [p for p in indented if not _rows(p) and not p.startswith(">>>")]
    return Specification(
        summary=summary,
        equation=equations[0] if equations else "",
        table={name: row for p in tables for name, row in _rows(p).items()},
        scale=next(filter(None, map(_scale, indented)), ""),
        forms=_labelled(text, "Forms"),
        objective=_labelled(text, "Objective"),
        source=_labelled(text, "Source"),
        proof=_labelled(text, "Proof"),
    )


def _rows(paragraph: str) -> dict[str, tuple[str, str]]:
    rows = {}
    for names, axes, meaning in re.findall(
        r"^([\w, ]+?)\s+\(\.\.\.((?:, [\w*]+)*)\)\s+(.*(?:\n {12,}.*)*)", paragraph, re.MULTILINE
    ):
        for name in names.split(","):
            rows[name.strip()] = (axes.replace(",", "").strip(), " ".join(meaning.split()))
    return rows


def _scale(paragraph: str) -> str:
    """What the row of the option scale says, in a paragraph that has one."""
    found = re.search(r"^scale {2,}(.*(?:\n {4,}.*)*)", paragraph, re.MULTILINE)
    return " ".join(found[1].split()) if found else ""


def _labelled(text: str, label: str) -> str:
    found = re.search(rf"^{label}:\s*(.*(?:\n[ \t]+\S.*)*)", text, re.MULTILINE)
    return " ".join(found[1].split()) if found else ""
