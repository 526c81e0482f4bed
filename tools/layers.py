"""The rooms of refmem and their arrows of import, read from the code itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import refmem

ROOT = Path(refmem.__file__).parent


class Import(NamedTuple):
    """One module imports another, inside a function (late) or not, on a line of its file."""

    importer: str
    imported: str
    late: bool
    line: str


def modules(root: Path = ROOT) -> dict[str, Path]:
    """Every module of a package, by its dotted name; a package is its `__init__`."""
    found = {}
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(known: dict[str, Path]) -> Iterator[Import]:
    """Every import of one of these modules by another."""
    for name, path in known.items():
        source = path.read_text(encoding="utf-8")
        lines, tree = source.splitlines(), ast.parse(source)
        late = {
            inner
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
            for inner in ast.walk(function)
        }
        for node in ast.walk(tree):
            for imported in _imported(node, known):
                if imported != name:
                    line = lines[node.lineno - 1]  # type: ignore[attr-defined]
                    yield Import(name, imported, node in late, line)


def _imported(node: ast.AST, known: dict[str, Path]) -> Iterator[str]:
    """Modules that a statement imports: of `from x import y`, x.y if that is one, else x."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name in known)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            whole = f"{node.module}.{alias.name}"
            if whole in known or node.module in known:
                yield whole if whole in known else str(node.module)


def room_of(module: str) -> str:
    """The package or module at the top that a module belongs to; "" for the top itself."""
    return ".".join(module.split(".")[1:2])


def arrows() -> dict[str, set[str]]:
    """room -> the rooms it imports."""
    found: dict[str, set[str]] = {}
    for one in imports(modules()):
        room, other = room_of(one.importer), room_of(one.imported)
        found.setdefault(room, set())
        if room != other and other:
            found[room].add(other)
    return found


def picture() -> str:
    """The rooms, each below those that it imports, with its arrows."""
    found = {room: others for room, others in arrows().items() if room}
    depth: dict[str, int] = {}
    for room in TopologicalSorter(found).static_order():
        depth[room] = 1 + max((depth[other] for other in found.get(room, ())), default=0)
    rows = []
    for room in sorted(depth, key=lambda room: (depth[room], room)):
        rows.append(f"{room:<12}{', '.join(sorted(found.get(room, ()), key=depth.__getitem__))}")
    return "\n".join(row.rstrip() for row in rows)
