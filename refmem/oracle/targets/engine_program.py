"""An inference engine that is a program, in any language: COMMAND DIRECTORY, once a schedule.

In the directory, `schedule.json` says the calls in order, one a line, in the words of an engine's
class (`refmem.oracle.targets.engine`), and which files belong to each:

    {"rule": "gated_delta", "slots": 4, "heads": 2, "K": 4, "V": 3, "convolution": 0,
    "calls": [
    {"call": "run", "slots": [0], "lengths": [2], "inputs": [{"name": "q", "file": "0.q.bin",
     "dtype": "float32", "shape": [2, 2, 4]}, ...], "outputs": [{"name": "out", "file":
     "0.out.bin", ...}, {"name": "slot 0", "file": "0.slot0.0.bin", ...}]},
    {"call": "copy", "source": 0, "target": 1, "inputs": [], "outputs": [...]}
    ]}

The program makes all calls on one pool and writes every output: those of the call, and what then
lies in slots, which it need not write if it lacks `read`. Files are raw numbers, as for a kernel:
see `refmem.oracle.targets.executable`.
"""

from __future__ import annotations

import json
import pathlib
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any

from refmem.oracle.targets.engine import METHODS, SIZES
from refmem.oracle.targets.executable import as_little, entry, read_array, run_program, words_of
from refmem.oracle.targets.target import MisbehavedError
from refmem.support.arguments import ChoiceError
from refmem.support.wording import nearest_name, what_was_raised

SCHEDULE = "schedule.json"


class EngineProgram:
    """Runs a command once for each schedule.

    lacks   methods that it has not
    sizes   those that are not the usual ones
    """

    def __init__(
        self, command: str, lacks: Sequence[str], sizes: dict[str, Any], timeout: float
    ) -> None:
        self._command, self._timeout = words_of(command), timeout
        for name in lacks:
            if name not in METHODS:
                raise ChoiceError(
                    f"lacks names {name!r}, expected one of {', '.join(METHODS)}, because an "
                    f"engine may do without{nearest_name(name, METHODS)}"
                )
        self._methods = tuple(one for one in METHODS if one not in lacks)
        self._sizes = {name: sizes.get(name, usual) for name, usual in SIZES.items()}
        self._stored = str(sizes.get("stored", ""))

    def ask(self, question: dict[str, Any]) -> Any:
        """What it is; schedules are played."""
        return {"methods": self._methods, "stored": self._stored, **self._sizes}

    def play(self, rule: str, slots: int, calls: Sequence[dict[str, Any]]) -> Iterator[Any]:
        """What came of each call; `MisbehavedError` or `TimeoutError` at the first of which nothing
        did.

        calls   each with its inputs, and under `shapes` those of its outputs by name
        """
        with tempfile.TemporaryDirectory(prefix="refmem-") as path:
            folder = pathlib.Path(path)
            said = [_written(folder, n, call) for n, call in enumerate(calls)]
            head = json.dumps({"rule": rule, "slots": slots} | self._sizes)[:-1]
            lines = ",\n".join(map(json.dumps, said))
            (folder / SCHEDULE).write_text(f'{head},\n"calls": [\n{lines}\n]}}\n', "utf-8")
            failure = self._run(path)
            for call in said:
                try:
                    yield _answer(folder, call)
                except (ValueError, OSError) as error:
                    if isinstance(failure, TimeoutError):
                        raise failure from None
                    reason = what_was_raised(failure or error).removeprefix("raised ValueError: ")
                    raise MisbehavedError(reason) from None

    def _run(self, path: str) -> Exception | None:
        try:
            run_program([*self._command, path], self._timeout)
        except (RuntimeError, TimeoutError) as error:
            return error
        return None


def _written(folder: pathlib.Path, n: int, call: dict[str, Any]) -> dict[str, Any]:
    """Write the inputs of a call; returns what is said of it."""
    inputs = []
    for name, x in call.pop("inputs", {}).items():
        one = entry(name, x.dtype, x.shape) | {"file": f"{n}.{name}.bin"}
        (folder / one["file"]).write_bytes(as_little(x).tobytes())
        inputs.append(one)
    outputs = []
    for name, dtype, shape in call.pop("shapes"):
        file = f"{n}.{name.replace(' ', '')}.bin"
        outputs.append(entry(name, dtype, shape) | {"file": file})
    call.pop("look", None)
    return call | {"inputs": inputs, "outputs": outputs}


def _answer(folder: pathlib.Path, call: dict[str, Any]) -> dict[str, Any]:
    """What the program wrote of a call."""
    found: dict[str, Any] = {"out": None, "slots": {}}
    for one in call["outputs"]:
        x = read_array(folder, one)
        if one["name"] == "out":
            found["out"] = x
        else:
            slot = one["name"].split()[1].partition(".")[0]
            found["slots"][slot] = (*found["slots"].get(slot, ()), x)
    return found
