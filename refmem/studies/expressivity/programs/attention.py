"""What softmax attention can do with places: find the last match, or a place at a distance.

    recall     score = (L [same key] + place) ln B        L one more than there are places
    copying    score = -(place - (t - delay))^2 ln B

Weights are powers of the whole number B, so that what was looked for weighs so much more than all
else that the output is within 1/2 of its value. Scores are logarithms, so this runs on symbols.
Tokens that hold nothing come first: what is asked before it was said is 0.

Source: worked out here; attention by place as in Vaswani et al. 2017, arXiv:1706.03762.
Proof:  derivations/expressivity/lookup.py
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.algebra.numbers import fractions
from refmem.grammar.lookup import Cache
from refmem.rules.attention import softmax_attention
from refmem.studies.expressivity.program import Program
from refmem.studies.expressivity.task import Task
from refmem.studies.expressivity.tasks import Copying, Recall


def recall_by_attention(task: Recall) -> Program:
    """The last token that wrote the key weighs B times all that comes before it."""

    def inputs(tokens: np.ndarray) -> dict[str, Any]:
        written, key, value = tokens.T
        far, place = len(tokens) + 2, np.arange(1, len(tokens) + 1)
        asked = (key[:, None] == np.arange(task.keys)).astype(int)
        k = written[:, None] * np.column_stack([far * asked, place])
        nothing = np.array([[far] * task.keys + [0]])
        q = np.column_stack([asked, np.ones_like(place)])
        return _looked_up(q, k, value[:, None], nothing, base=2 * task.values + 4)

    return _program(task, inputs, task.keys + 1)


def copying_by_attention(task: Copying) -> Program:
    """A token that is off by m places weighs B^(-m^2)."""

    def inputs(tokens: np.ndarray) -> dict[str, Any]:
        place = np.arange(-task.delay, len(tokens))
        k = np.column_stack([-(place**2), 2 * place])
        target = place[: len(tokens)]
        q = np.column_stack([np.ones_like(target), target])
        blank, said = k[: task.delay], k[task.delay :]
        return _looked_up(q, said, tokens[:, None], blank, base=6 * task.symbols + 4)

    return _program(task, inputs, 2)


def symbolic(x: Any) -> np.ndarray:
    """The same numbers as SymPy has them."""
    import sympy

    return np.frompyfunc(sympy.sympify, 1, 1)(x)


def _looked_up(
    q: np.ndarray, k: np.ndarray, v: np.ndarray, blank: np.ndarray, base: int
) -> dict[str, Any]:
    """The call whose weights are `base` to the power of q . k; blank keys come first."""
    import sympy

    unit_score = sympy.log(base)
    state = Cache(blank * unit_score, 0 * blank[:, :1])
    return {"q": q, "k": k * unit_score, "v": v, "scale": 1, "state": state}


def _program(task: Task, inputs: Any, width: int) -> Program:
    return Program(
        task,
        softmax_attention,
        inputs,
        lambda out, tokens: fractions(out),
        lambda numbers: numbers[:, 0],
        width + 1,
        growing=True,
        exact=symbolic,
    )
