"""A stream's position in a file: written whole or not at all, and read only if it is this stream's.

The file is one JSON object: what the stream is, where it is, and a SHA-256 of both. Python writes a
float64 as the shortest decimal that reads back as the same bits, so nothing is lost; and nothing is
ever unpickled.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from refmem.rules.delta.kalman_delta import Belief
from refmem.rules.regression.mesa import Moments
from refmem.studies.longcontext.statistics import Running
from refmem.studies.longcontext.streams import Position, Stream
from refmem.support.files import whole_file

FORMAT = "refmem stream 1"

STATES: dict[str, Any] = {"Belief": Belief, "Moments": Moments}
"""States that are several arrays, by the name of their kind."""


class SavedError(ValueError):
    """A file is not a position of this stream."""


def save(stream: Stream, position: Position, path: str | Path) -> None:
    """Replace the file by this position; whoever opens it finds the old one or the new one."""
    content = {"format": FORMAT, "stream": stream.settings, "position": _encode(position)}
    content["sha256"] = _digest(content)
    with whole_file(path) as draft:
        draft.write_text(json.dumps(content, allow_nan=False) + "\n", encoding="utf-8")


def load(stream: Stream, path: str | Path) -> Position:
    """The position in a file; SavedError unless it is whole, and of this stream.

    Raises OSError where the file cannot be read.
    """
    content = _content(Path(path))
    if content["stream"] != stream.settings:
        raise SavedError(f"{path} is of another stream: {_differing(content, stream)}")
    return _decode(content["position"])


def _content(path: Path) -> dict[str, Any]:
    """The object in the file, its format and digest checked."""
    try:
        content = json.loads(path.read_bytes())
    except ValueError:
        raise SavedError(
            f"{path} is no saved stream, expected the JSON that a stream saves: it is another "
            "file, or not all of one"
        ) from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise SavedError(f"{path} is no saved stream, expected an object of format {FORMAT!r}")
    digest = content.pop("sha256", None)
    if digest != _digest(content):
        raise SavedError(f"{path} is damaged: it does not have the digest it was saved with")
    return content


def _digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _differing(content: dict[str, Any], stream: Stream) -> str:
    """The first setting that differs: what the file's has, and what is asked for."""
    saved, asked = _flat(content["stream"]), _flat(stream.settings)
    name = next(n for n in {**asked, **saved} if saved.get(n) != asked.get(n))
    return f"its {name} is {saved.get(name)!r}, expected {asked.get(name)!r}"


def _flat(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings by one name each, such as memory.beta."""
    flat: dict[str, Any] = {}
    for name, value in settings.items():
        group = {name: value} if not isinstance(value, dict) else value
        flat |= {n if group is not value else f"{name}.{n}": x for n, x in group.items()}
    return flat


def _encode(position: Position) -> dict[str, Any]:
    state = position.state
    kind = type(state).__name__ if isinstance(state, tuple) else None
    arrays = state if kind else [state]
    return {
        "tokens": position.tokens,
        "latent": position.latent.tolist(),
        "kind": kind,
        "state": None if state is None else [array.tolist() for array in arrays],
        "overall": _told(position.overall),
        "octaves": [_told(one) for one in position.octaves],
    }


def _told(statistics: Running) -> list[float]:
    """The numbers; none for statistics of nothing, whose extremes are infinite."""
    return list(statistics) if statistics.n else []


def _decode(content: dict[str, Any]) -> Position:
    kind, state = content["kind"], content["state"]
    if state is not None:
        arrays = [np.array(array) for array in state]
        state = STATES[kind](*arrays) if kind else arrays[0]
    return Position(
        content["tokens"],
        np.array(content["latent"]),
        state,
        Running(*content["overall"]),
        tuple(Running(*one) for one in content["octaves"]),
    )
