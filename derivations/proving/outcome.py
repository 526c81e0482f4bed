"""What is said of a derivation that was run, as plain data: it travels between processes and keeps.

outcome_of(name)                run it, here
Memory(file)                    what held when it was last run, as long as nothing it is made of
                                has changed: itself, and all it imports from refmem and from here
"""

from __future__ import annotations

import ast
import functools
import hashlib
import json
import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy
import sympy

import refmem
from refmem.support.files import whole_file

from . import show
from .run import ROOT, is_file, run


@dataclass(frozen=True)
class Outcome:
    """Counts and faults of one derivation, and its argument where that was asked for."""

    name: str
    claim: str
    steps: int
    twins: int
    assumed: int
    seconds: float
    problems: tuple[str, ...] = ()
    argument: str = ""
    remembered: bool = False

    @property
    def holds(self) -> bool:
        return not self.problems


def outcome_of(name: str, printed: str = "") -> Outcome:
    """Run one derivation; `printed` "unicode" or "latex" prints its argument, too."""
    report = run(name)
    claim = " ".join(report.sections.get("Claim", "").split("\n\n")[0].split())
    argument = ""
    if printed == "unicode":
        argument = show.argument(report)
    elif printed == "latex":
        argument = show.section(report)
    return Outcome(
        name, claim, len(report.steps), len(report.twins), len(report.assumptions),
        round(report.seconds, 3), tuple(report.problems), argument,
    )  # fmt: skip


class Memory:
    """Outcomes of derivations that held, in a file of JSON; none where that cannot be read."""

    def __init__(self, file: Path) -> None:
        self.file = file
        try:
            self.held = json.loads(file.read_text())
        except (OSError, ValueError):
            self.held = {}

    def recall(self, name: str) -> Outcome | None:
        """What is known of a derivation, if nothing it is made of has changed."""
        known = None if is_file(name) else self.held.get(content_of(name))
        if known is None:
            return None
        return replace(Outcome(**known), problems=(), remembered=True)

    def keep(self, outcomes: list[Outcome]) -> None:
        """Add those that held, and forget what nobody asked for since it changed."""
        known = {
            content_of(one.name): asdict(replace(one, argument="", remembered=False))
            for one in outcomes
            if one.holds and not is_file(one.name)
        }
        names = {one.name for one in outcomes}
        others = {key: one for key, one in self.held.items() if one["name"] not in names}
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(self.file) as draft:
            draft.write_text(json.dumps(others | known, indent=1))


@functools.cache
def content_of(name: str) -> str:
    """A digest of a derivation, of all it imports from here and from refmem, and of who ran it."""
    digest = hashlib.sha256()
    for version in (platform.python_version(), numpy.__version__, sympy.__version__):
        digest.update(version.encode())
    for file in sorted(made_of(ROOT / f"{name}.py")):
        digest.update(str(file.name).encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


PACKAGES = {"refmem": Path(refmem.__file__).parent, "refmem_derivations": ROOT}


def made_of(file: Path) -> set[Path]:
    """The file, the machinery that judges it, and all files that these import, themselves or
    through others."""
    found: set[Path] = set()
    wanted = [file, ROOT / "proving" / "run.py"]
    while wanted:
        one = wanted.pop()
        if one not in found:
            found.add(one)
            wanted += _imported_by(one)
    return found


@functools.cache
def _imported_by(file: Path) -> tuple[Path, ...]:
    return tuple(
        path
        for node in ast.walk(ast.parse(file.read_text()))
        for module in _modules(node, file)
        for path in _files_of(module)
    )


def _modules(node: ast.AST, file: Path) -> Iterator[str]:
    """The dotted names that an import may mean: of a module, or of something in one."""
    if isinstance(node, ast.Import):
        yield from (one.name for one in node.names)
    elif isinstance(node, ast.ImportFrom):
        above = ["refmem_derivations", *file.relative_to(ROOT).parts] if node.level else []
        parts = [*above[: len(above) - node.level], *(node.module or "").split(".")]
        module = ".".join(filter(None, parts))
        yield from (module, *(f"{module}.{one.name}" for one in node.names))


def _files_of(module: str) -> Iterator[Path]:
    """The files that importing a module of refmem or of the derivations runs; none for others."""
    package, *inner = module.split(".")
    if package in PACKAGES:
        home = PACKAGES[package]
        folders = [home.joinpath(*inner[:depth]) / "__init__.py" for depth in range(len(inner) + 1)]
        files = [*folders, home.joinpath(*inner).with_suffix(".py")]
        yield from (file for file in files if file.is_file())
