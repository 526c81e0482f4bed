"""What a cell of the table says: as a word, as a sentence, and as plain data."""

from __future__ import annotations

from typing import Any

from refmem.studies.expressivity.program import Program
from refmem.studies.expressivity.rows import Grants
from refmem.studies.expressivity.search import counted
from refmem.studies.expressivity.table import EXACT, Cell
from refmem.support.wording import listed


def word(cell: Cell) -> str:
    """What stands in a cell."""
    if cell.limit is not None:
        return cell.limit.kind
    if cell.program is None or cell.verdict != EXACT:
        return cell.verdict
    kept = f"{cell.program.state}{' T' if cell.program.growing else ''}"
    return kept if cell.program.steps == 1 else f"{kept} x {cell.program.steps}"


def sentence(cell: Cell) -> str:
    """What was run, shown or searched, and of which sizes."""
    if cell.program is not None:
        return _of_program(cell, cell.program)
    if cell.limit is not None:
        said = f"impossible, {cell.limit.kind}, {cell.limit.sizes}: {cell.limit.shown}"
    else:
        said = "open: neither a program nor a proof here"
    return said if cell.searched is None else f"{said}; {cell.searched}"


def _of_program(cell: Cell, program: Program) -> str:
    if cell.first_error is not None:
        return f"wrong: a program of {program.rule.name} errs after token {cell.first_error}"
    heads, keys, values = program.sizes
    parts = [
        f"exact at {listed(cell.lengths)} tokens: a program of {program.rule.name}, {word(cell)}",
        f"{counted((heads,))} with keys of {keys} and values of {values}",
        *(["places"] if program.places else []),
        *([program.remark] if program.remark else []),
    ]
    return ", ".join(parts)


def as_data(cells: list[list[Cell]], grants: Grants) -> dict[str, Any]:
    """The table as what JSON holds: what is granted, and every cell."""
    return {
        "granted": {"places": grants.places, "text": str(grants)},
        "cells": [_cell(cell) for line in cells for cell in line],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    told: dict[str, Any] = {
        "task": cell.task.name,
        "rule": cell.row.name,
        "verdict": cell.verdict,
        "sentence": sentence(cell),
    }
    if cell.program is not None:
        told["program"] = _program(cell, cell.program)
    if cell.limit is not None:
        told["limit"] = {"kind": cell.limit.kind, "sizes": cell.limit.sizes}
    if cell.searched is not None:
        told["searched"] = cell.searched._asdict() | {"heads": list(cell.searched.heads)}
    return told


def _program(cell: Cell, program: Program) -> dict[str, Any]:
    return {
        "rule": program.rule.name,
        **program.sizes._asdict(),
        "numbers_kept": program.state,
        "for_every_token": program.growing,
        "steps": program.steps,
        "places": program.places,
        "remark": program.remark,
        "lengths": list(cell.lengths),
        "first_error": cell.first_error,
    }
