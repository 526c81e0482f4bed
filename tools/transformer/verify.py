"""The forward pass against the model's published one: recorded, and run again where it can be.

RECORDED holds the first entries of the two embeddings that the model's own page makes, as
transformers 5.24 with torch 2.14 gives them in double precision. `against_transformers` runs that
again, on any texts; it needs both packages.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from refmem.support.extras import optional
from tools.transformer.model import Model, embedding, read
from tools.transformer.package import EXTRA, Vocabulary, folder

RECORDED = {
    "This is an example sentence": (
        0.06765689609301163,
        0.0634959034601617,
        0.04871310494789387,
        0.07930497905542627,
        0.0374480534895935,
        0.0026527983794133758,
    ),
    "Each sentence is converted": (
        0.08643857209393367,
        0.10276262002586581,
        0.005394535636302587,
        0.002044424900748034,
        -0.009963379929528372,
        0.025385507108898097,
    ),
}

ALLOWED = 1e-5
"""How far an entry of an embedding, a vector of length one, may be from the published one."""


def against_record(model: Model, vocabulary: Vocabulary) -> float:
    """The largest difference from the recorded entries."""
    differences = []
    for text, recorded in RECORDED.items():
        own = embedding(read(model, vocabulary.tokens(text)))[: len(recorded)]
        differences.append(abs(own - recorded).max())
    return float(max(differences))


def against_transformers(model: Model, texts: Sequence[Sequence[int]]) -> float:
    """The largest difference from any entry of any token that transformers' BertModel gives."""
    torch: Any = optional("torch", EXTRA)
    transformers: Any = optional("transformers", EXTRA)
    transformers.utils.logging.disable_progress_bar()
    theirs = transformers.BertModel.from_pretrained(str(folder())).double().eval()
    differences = []
    for tokens in texts:
        with torch.no_grad():
            expected = theirs(torch.tensor([list(tokens)])).last_hidden_state[0].numpy()
        differences.append(np.abs(read(model, tokens).out - expected).max())
    return float(max(differences))
