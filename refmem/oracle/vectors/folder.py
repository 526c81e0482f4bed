"""Golden vectors: folders of certified results that a kernel in any language can be tested with.

    refmem vectors gated_delta --out DIR --format raw --convention fla
    refmem vectors --verify DIR

A folder has one file for each case and a manifest.json: the rule, its equation, the convention of
the arrays, and for each file its case, seed, options, SHA-256 and arrays. `offset` is where an
array begins in a raw file, in bytes. The numbers are those of `certified`; cases of
which it can make none are in `left_out`, with the reason.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from refmem.memory.rule import Rule
from refmem.oracle.border.conventions import Convention
from refmem.oracle.border.layouts import Arrays, Shape
from refmem.oracle.border.presets import PRESETS, find_convention
from refmem.oracle.cases.case import Case, find_case, find_rule, names_of
from refmem.oracle.targets.running import unsayable
from refmem.oracle.vectors.certified import UncertainError, golden, suits
from refmem.oracle.vectors.files import (
    ENDINGS,
    LITTLE_FLOAT64,
    UnreadableError,
    decode,
    encode,
    safetensors,
)
from refmem.oracle.verdict.budget import call_options
from refmem.support.arguments import ChoiceError
from refmem.support.files import NoRegularFileError, read_at_most

MANIFEST = "manifest.json"
LONGEST_MANIFEST = 2**26
"""Bytes; one of a rule has thousands."""

NAME, VERSION = "refmem-vectors", 1
"""What a manifest says it is. The version changes when old readers would misread a folder."""


class VectorsError(ValueError):
    """A folder of golden vectors is not what it should be: corrupt, truncated or foreign."""


def write_vectors(
    rule: str,
    folder: str | os.PathLike[str],
    kind: str = "npz",
    *,
    cases: Iterable[str] = (),
    seeds: Iterable[int] = (),
    convention: str = "refmem",
    watch: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Write golden vectors of a rule to a new or empty folder, all at once or not at all.

    kind    "npz", "safetensors" or "raw"
    cases   only these, such as "delta/ordinary/3"
    seeds   only these of every regime; without either, every case with one plain call
    convention   whose names, layout and gate the arrays have; the name of a preset
    watch   called with (done, total) after every case

    Returns the manifest. ChoiceError says what is wrong with the call, UncertainError why a case
    that was named has no certain numbers, MissingExtraError what to install.
    """
    found, target = find_rule(rule), Path(folder)
    if kind not in ENDINGS:
        raise ChoiceError(f"format has value {kind!r}, expected one of {', '.join(ENDINGS)}")
    if kind == "safetensors":
        safetensors()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ChoiceError(
            f"out has value {str(target)!r}, expected a new or empty folder, because nothing is "
            "overwritten"
        )
    theirs = find_convention(convention)
    chosen, named = _chosen(found, cases, seeds, theirs)
    with _all_or_nothing(target) as draft:
        files, left_out = {}, {}
        for done, case in enumerate(chosen, 1):
            name = "-".join(case.name.split("/")[1:]) + ENDINGS[kind]
            try:
                files[name] = _write_case(draft / name, case, kind, theirs)
            except UncertainError as error:
                if named:
                    raise
                left_out[case.name] = str(error)
            if watch is not None:
                watch(done, len(chosen))
        manifest = _manifest(found, kind, convention) | {"files": files, "left_out": left_out}
        text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
        (draft / MANIFEST).write_bytes(text.encode())
    return manifest


def read_vectors(folder: str | os.PathLike[str]) -> dict[str, Arrays]:
    """File -> its arrays, of a whole folder, all checked; `VectorsError` says what is wrong."""
    target = Path(folder)
    manifest = _read_manifest(target)
    strange = {path.name for path in target.iterdir()} - manifest["files"].keys() - {MANIFEST}
    if strange:
        raise VectorsError(f"{target / min(strange)} is foreign: the manifest does not name it")
    return {
        name: _read_case(target / name, manifest["format"], entry)
        for name, entry in manifest["files"].items()
    }


def _chosen(
    rule: Rule, cases: Iterable[str], seeds: Iterable[int], convention: Convention
) -> tuple[list[Case], bool]:
    """The cases, and whether they were named one by one."""
    names, given = list(cases), list(seeds)
    if names and given:
        raise ChoiceError("vectors: cases name their seeds, expected no other seeds")
    for name in names:
        if find_case(name).rule is not rule:
            raise ChoiceError(f"case has name {name!r}, expected one of the rule {rule.name}")
    every = [find_case(name) for name in names or names_of(rule, given or None)]
    said = [case for case in every if names or (suits(case) and not unsayable(convention, case))]
    return said, bool(names)


def _write_case(path: Path, case: Case, kind: str, convention: Convention) -> dict[str, Any]:
    """Write the file of a case; what the manifest says of it."""
    arrays = golden(case, convention)
    data = encode(arrays, kind)
    path.write_bytes(data)
    return {
        "case": case.name,
        "seed": case.seed,
        "options": call_options(case, convention),
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "arrays": _table(arrays, kind),
    }


def _table(arrays: Arrays, kind: str) -> dict[str, Any]:
    table: dict[str, Any] = {}
    start = 0
    for name, x in arrays.items():
        offset = {"offset": start} if kind == "raw" else {}
        table[name] = {"shape": list(x.shape), "dtype": LITTLE_FLOAT64.str} | offset
        start += x.nbytes
    return table


def _manifest(rule: Rule, kind: str, convention: str) -> dict[str, Any]:
    return {
        "name": NAME,
        "version": VERSION,
        "refmem": version("refmem"),
        "rule": rule.name,
        "equation": rule.equation,
        "source": rule.source,
        "inputs": {name: axes.split() for name, axes in rule.inputs.items()},
        "convention": _described(convention),
        "format": kind,
    }


def _described(convention: str) -> dict[str, Any]:
    """A convention by its name, with all that it says, as JSON has it."""
    fields = json.loads(json.dumps(dataclasses.asdict(PRESETS[convention])))
    return {"name": convention, **fields}


@contextlib.contextmanager
def _all_or_nothing(target: Path) -> Iterator[Path]:
    """A draft of a folder, which takes its name when all is written, and is gone if it was not."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield draft
        draft.chmod(0o755)
        os.replace(draft, target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _read_manifest(target: Path) -> dict[str, Any]:
    path = target / MANIFEST
    data = _bytes_of(path, LONGEST_MANIFEST)
    try:
        manifest = json.loads(data)
    except ValueError as error:
        raise VectorsError(f"{path} is corrupt: no JSON: {error}") from error
    except RecursionError as error:
        raise VectorsError(f"{path} is corrupt: nested too deeply") from error
    if not isinstance(manifest, dict) or manifest.get("name") != NAME:
        raise VectorsError(f"{path} is foreign: no manifest of {NAME}")
    if manifest.get("version") != VERSION:
        raise VectorsError(f"{path} has version {manifest.get('version')}, expected {VERSION}")
    if manifest.get("format") not in ENDINGS:
        raise VectorsError(f"{path} is corrupt: format is {manifest.get('format')!r}")
    _expect_convention(path, manifest.get("convention"))
    files = manifest.get("files")
    if not isinstance(files, dict) or any(Path(name).name != name for name in files):
        raise VectorsError(f"{path} is corrupt: files are not named by themselves")
    return manifest


def _expect_convention(path: Path, found: Any) -> None:
    """A manifest's convention is one of those here, and says the same."""
    name = found.get("name") if isinstance(found, dict) else None
    if name not in PRESETS:
        raise VectorsError(f"{path} has convention {name!r}, expected one of {', '.join(PRESETS)}")
    ours = _described(name)
    odd = [key for key in ours.keys() | found.keys() if ours.get(key) != found.get(key)]
    if odd:
        raise VectorsError(
            f"{path} has convention {name} with another {min(odd)} than this version of refmem"
        )


def _read_case(path: Path, kind: str, entry: Any) -> Arrays:
    try:
        shapes, expected, size = _shapes(entry), entry["sha256"], _size(entry["bytes"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise VectorsError(f"{path} is not described by the manifest: {error!r}") from error
    data = _bytes_of(path, size)
    if len(data) < size:
        raise VectorsError(f"{path} is truncated: {len(data)} bytes, expected {size}")
    found = hashlib.sha256(data).hexdigest()
    if found != expected:
        raise VectorsError(
            f"{path} is corrupt: SHA-256 {found[:12]}..., expected {expected!s:.12}..."
        )
    try:
        return decode(data, kind, shapes)
    except UnreadableError as error:
        raise VectorsError(f"{path} is foreign: {' '.join(str(error).split())}") from error


def _bytes_of(path: Path, most: int) -> bytes:
    """The bytes of a regular file that has no more than that."""
    try:
        data = read_at_most(path, most)
    except NoRegularFileError as error:
        raise VectorsError(str(error)) from error
    except OSError as error:
        raise VectorsError(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > most:
        raise VectorsError(f"{path} is too long: expected {most} bytes at most")
    return data


def _size(said: Any) -> int:
    if type(said) is not int or said < 0:
        raise ValueError(f"bytes is {said!r}")
    return said


def _shapes(entry: Any) -> dict[str, Shape]:
    """Name of an array -> shape, of whole numbers, none negative."""
    shapes = {name: tuple(one["shape"]) for name, one in entry["arrays"].items()}
    for name, shape in shapes.items():
        if not all(type(length) is int and length >= 0 for length in shape):
            raise ValueError(f"{name} has shape {shape}")
    return shapes
