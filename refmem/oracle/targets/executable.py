"""A program in any language: it reads the files of a case from a directory, and writes its results.

    COMMAND DIRECTORY

In the directory, `case.json` says what each file is, one array a line, so that a program without a
JSON parser can read it too:

    {"case": "gated_delta/ordinary/3", "rule": "gated_delta",
    "options": {"scale": 0.25},
    "inputs": [
    {"name": "q", "file": "q.bin", "dtype": "float32", "shape": [2, 64, 2, 12]},
    ...
    ],
    "outputs": [
    {"name": "out", "file": "out.bin", "dtype": "float32", "shape": [2, 64, 2, 7]},
    {"name": "state", "file": "state.bin", "dtype": "float32", "shape": [2, 2, 12, 7]}
    ]}

Files are raw numbers in C order, little-endian; bfloat16 is the upper half of a float32. Names and
layouts are those of the convention; the shapes of outputs say how many heads are expected. In
refmem's own, an axis of length 1 where another array has more is shared by all of them.

Exit status 0 means that the outputs are there; any other status, a signal or a time-out is a failed
case, whose reason is the end of what the program wrote to standard error. Nothing else that it
prints is shown. It has no standard input. What it started and left running ends with it.

What an author needs, in any language (tests/oracle/delta.c has it all in 150 lines of C):

- C and C++: fread and fwrite of the whole file; no library. Rust: std::fs::read, and
  chunks_exact(4) with f32::from_le_bytes; a line of `inputs` is itself JSON, so serde_json reads
  it, and so does splitting it at quotes. CUDA: the same on the host, and one cudaMemcpy an array.
- Read what `inputs` lists and nothing else: `state` and a `scale` are there in some cases only.
  Without a state, begin with zeros; without a scale, use the convention's default.
- Empty arrays are files of no bytes: T may be 0. Write as many bytes as the shape of an output
  says, its state too, of the dtype that its line says. An output is a regular file, or a link to
  one.
- One process a case: start a device or compile a kernel once and cache it on disk, or give each
  case more time with --timeout.

One case alone shows most: refmem check --exec ./kernel --case delta/ordinary/1.
"""

from __future__ import annotations

import json
import math
import pathlib
import shlex
import shutil
import tempfile
import time
from typing import Any

import numpy as np

from refmem.memory.rule import Rule
from refmem.oracle.border.arrays import find_numbers
from refmem.oracle.border.conventions import REFMEM, Convention
from refmem.oracle.border.layouts import STATE, Arrays
from refmem.oracle.cases.case import Case, find_rule
from refmem.oracle.cases.reference import OUT, expected_parts
from refmem.oracle.targets.callable import options_of
from refmem.oracle.targets.child import Child, name_of_signal
from refmem.oracle.targets.target import UnavailableError
from refmem.support.arguments import ChoiceError
from refmem.support.files import NoRegularFileError, read_at_most
from refmem.support.wording import LONGEST, one_line

TIMEOUT = 60.0
"""Seconds that a program has for one case, unless a call says otherwise."""

LAST_WORDS = LONGEST - 60
"""Bytes of what it wrote to standard error that are kept: a message holds them to their end."""


class Executable:
    """Runs a command once for each case."""

    def __init__(
        self,
        command: str,
        rule: str | Rule,
        dtype: Any = np.float32,
        convention: Convention = REFMEM,
        timeout: float = TIMEOUT,
    ) -> None:
        self.name = command
        self._command = words_of(command)
        self.operators: tuple[str, ...] = (pathlib.Path(self._command[0]).name,)
        self.rules: tuple[str, ...] = (find_rule(rule).path,)
        self.dtype, self.convention, self._timeout = np.dtype(dtype), convention, timeout

    def uncovered(self, operator: str, case: Case) -> str:
        """Nothing: a program has no exceptions."""
        return ""

    def run(self, operator: str, case: Case, inputs: Arrays) -> Any:
        """Write the case, run the command, read the results."""
        with tempfile.TemporaryDirectory(prefix="refmem-") as path:
            folder = pathlib.Path(path)
            outputs = write_case(folder, self, case, inputs)
            run_program([*self._command, path], self._timeout)
            results = {one["name"]: read_array(folder, one) for one in outputs}
        out = results.pop("out")
        fields = {name.removeprefix("state."): x for name, x in results.items()}
        return out, fields.get("state", fields or None)


def words_of(command: str) -> list[str]:
    """A command's words, of which the first is a program."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ChoiceError(
            f"command has value {command!r}, expected words as a shell has them, because it is "
            f"taken apart at its spaces: {error}"
        ) from None
    if not words or shutil.which(words[0]) is None:
        raise UnavailableError(
            f"command {command!r} is no program; give one, or a path such as ./kernel"
        )
    return words


def run_program(command: list[str], timeout: float) -> None:
    """Run a program, and end it with all that it started."""
    last = bytearray()

    def hear(printed: bytes) -> None:
        last[:] = (last + printed)[-LAST_WORDS:]

    child = Child(command, hear, prints=False)
    try:
        child.wait(time.monotonic() + timeout)
    except TimeoutError:
        raise TimeoutError(f"no result after {timeout:g} seconds") from None
    finally:
        child.end()
    status = child.status
    if status:
        how = f"exit status {status}" if status > 0 else f"killed by {name_of_signal(-status)}"
        said = one_line(last.decode(errors="replace"))
        raise RuntimeError(f"{how}: {said}" if said else how)


def write_case(
    folder: pathlib.Path, target: Any, case: Case, inputs: Arrays
) -> list[dict[str, Any]]:
    """Write a case's files; returns what is said of the outputs."""
    given = []
    for name, x in inputs.items():
        (folder / f"{name}.bin").write_bytes(as_little(x).tobytes())
        given.append(entry(name, x.dtype, x.shape))
    outputs = [
        entry(part, target.convention.dtype_of(part, target.dtype), shape)
        for part, shape in result_shapes(case, target.convention).items()
    ]
    head = json.dumps({"case": case.name, "rule": case.rule.path})[:-1]
    options = json.dumps(options_of(case, target.convention))
    text = (
        f'{head},\n"options": {options},\n"inputs": [\n{_lines(given)}\n],\n'
        f'"outputs": [\n{_lines(outputs)}\n]}}\n'
    )
    (folder / "case.json").write_text(text, "utf-8")
    return outputs


def result_shapes(case: Case, convention: Convention) -> dict[str, tuple[int, ...]]:
    """The shapes of a result's parts in a convention."""
    q = case.inputs[next(n for n, axes in case.axes.items() if axes and axes[0] == "T")]
    timed = [name for name, axes in case.axes.items() if axes and axes[0] == "T"]
    lead = np.broadcast_shapes(
        *(case.inputs[name].shape[: -len(case.axes[name])] for name in timed)
    )
    shapes = {}
    for part in expected_parts(case):
        if part == "out":
            like = np.zeros((*lead, q.shape[-2], case.regime.V))
            axes = OUT
        elif part == "state":
            every = (*lead, *case.state_shape[-2:])
            like = np.zeros(every if convention.layout == "grammar" else case.state_shape)
            axes = STATE
        else:
            continue
        lengths = case.inputs.get("lengths")
        shapes[part] = convention.part_to_foreign(part, like, axes, "f4", lengths).shape
    return shapes


def read_array(folder: pathlib.Path, one: dict[str, Any]) -> np.ndarray:
    """An output that the program wrote."""
    name, dtype = one["file"], find_numbers(one["dtype"])
    expected = math.prod(one["shape"]) * dtype.itemsize
    try:
        data = read_at_most(folder / name, expected)
    except FileNotFoundError:
        raise ValueError(f"wrote no {name}") from None
    except NoRegularFileError as error:
        raise ValueError(f"{name}{str(error).removeprefix(str(folder / name))}") from None
    if len(data) != expected:
        found = f"{len(data)}" if len(data) < expected else f"more than {expected}"
        raise ValueError(f"{name} has {found} bytes, expected {expected}")
    return (
        np.frombuffer(data, dtype.newbyteorder("<") if dtype.kind == "f" else dtype)
        .astype(dtype)
        .reshape(one["shape"])
    )


def as_little(x: np.ndarray) -> np.ndarray:
    """The same numbers, little-endian."""
    return x.astype(x.dtype.newbyteorder("<")) if x.dtype.kind in "fi" else x


def entry(name: str, dtype: np.dtype, shape: tuple[int, ...]) -> dict[str, Any]:
    """What is said of the file of an array."""
    kind = np.dtype(dtype).name
    return {"name": name, "file": f"{name}.bin", "dtype": kind, "shape": list(shape)}


def _lines(entries: list[dict[str, Any]]) -> str:
    return ",\n".join(json.dumps(entry) for entry in entries)
