"""One study: a text is read, and every memory that read it is measured."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from refmem.support.files import whole_file
from tools.transformer.memories import Head, Weights, measure_heads, measure_weights
from tools.transformer.model import Model, read

PASSAGES = Path(__file__).parent / "passages.txt"
"""Four short texts, written for this study."""

WINDOW = 256
"""Tokens read at once, as many as the model was made for."""


class Study(NamedTuple):
    """What was read, and what was found.

    windows   how many tokens each window has: each is a text of its own
    width     d, entries of a key
    """

    windows: list[int]
    width: int
    heads: list[Head]
    weights: list[Weights]

    def write(self, path: str | Path) -> None:
        """Write it as JSON, whole or not at all."""
        parts = self._asdict() | {
            "heads": [head._asdict() for head in self.heads],
            "weights": [weights._asdict() for weights in self.weights],
        }
        with whole_file(path) as draft:
            draft.write_text(json.dumps(parts, indent=1) + "\n")


def study(
    model: Model,
    windows: Sequence[Sequence[int]],
    seed: int = 0,
    watch: Callable[[int, int], Any] | None = None,
) -> Study:
    """Read every window of tokens, and measure all memories over all of them.

    seed    of the random memories beside the real ones
    watch   called with (done, total) after every head
    """
    readings = [read(model, tokens) for tokens in windows]
    width = readings[0].contexts[0].k.shape[-1]
    heads = measure_heads(readings, seed, watch)
    return Study([len(tokens) for tokens in windows], width, heads, measure_weights(readings))
