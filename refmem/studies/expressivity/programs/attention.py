"""What softmax attention can do: find the last match, a place at a distance, paths, brackets.

    recall        score = ((t + 2) [same key] + place) ln B        at place t
    copying       score = -(place - (t - delay))^2 ln B
    reachability  a head for every path: a token that lacks the path's edge weighs B, others 1
    brackets      weights 1/(i (i + 1)) and values times i (i + 1): two heads that count

Weights are powers of a whole number B, so that what is looked for weighs so much more than all else
that the output is within 1/2 of its value. Scores are logarithms, so this runs on symbols. Tokens
that hold nothing come first: what is asked before it was said is 0.

Source: worked out here; attention by place as in Vaswani et al. 2017, arXiv:1706.03762.
Proof:  derivations/expressivity/lookup.py, derivations/expressivity/heads_of_paths.py,
        derivations/expressivity/brackets.py
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.algebra.numbers import fractions
from refmem.grammar.lookup import Cache
from refmem.rules.attention import softmax_attention
from refmem.studies.expressivity.graphs import Reachability
from refmem.studies.expressivity.program import Program
from refmem.studies.expressivity.programs.paths import any_path, asked_paths, edges_kept, paths_of
from refmem.studies.expressivity.programs.registers import first_number
from refmem.studies.expressivity.programs.sums import levels, one_hot, require_shallow
from refmem.studies.expressivity.task import Task
from refmem.studies.expressivity.tasks import Brackets, Copying, Recall


def recall_by_attention(task: Recall) -> Program:
    """The last token that wrote the key weighs B times all that comes before it."""

    def inputs(tokens: np.ndarray) -> dict[str, Any]:
        written, key, value = tokens.T
        place = np.arange(1, len(tokens) + 1)[:, None]
        asked = key[:, None] == np.arange(task.keys)
        k = written[:, None] * np.hstack([asked, place])
        nothing = np.array([[1] * task.keys + [0]])
        q = np.hstack([(place + 2) * asked, np.ones_like(place)])
        return _looked_up(q, k, value[:, None], nothing, base=2 * task.values + 4)

    return _program(task, inputs, task.keys + 1, places=True)


def copying_by_attention(task: Copying) -> Program:
    """A token that is off by m places weighs B^(-m^2)."""

    def inputs(tokens: np.ndarray) -> dict[str, Any]:
        place = np.arange(-task.delay, len(tokens))
        k = np.column_stack([-(place**2), 2 * place])
        target = place[: len(tokens)]
        q = np.column_stack([np.ones_like(target), target])
        blank, said = k[: task.delay], k[task.delay :]
        return _looked_up(q, said, tokens[:, None], blank, base=6 * task.symbols + 4)

    return _program(task, inputs, 2, places=True)


def reachability_by_attention(task: Reachability) -> Program:
    """A head for every path from node 0: 2^(n - 1) of them, whose outputs are added.

    A token that lacks the path's edge weighs B and holds 0, any other weighs 1 and holds 1. All of
    them answer nearly 1 if no edge is missing, else nearly 0. Whoever is not where the path ends
    finds a key that holds 0. With B = n 2^(n + 1) the sum is within 1/2 of the paths there are.
    """
    paths = paths_of(task)

    def inputs(tokens: np.ndarray) -> dict[str, Any]:
        kept, asked = edges_kept(paths, tokens).T, asked_paths(paths, tokens).T
        q = np.stack([asked, 1 - asked], -1)
        k = np.stack([1 - kept, 0 * kept], -1)
        nothing = np.tile([[-1, 1]], (len(paths), 1, 1))
        return _looked_up(q, k, kept[..., None], nothing, base=task.n * 2 ** (task.n + 1))

    return _program(task, inputs, 2, len(paths), decode=any_path, remark="a head for every path")


def brackets_by_attention(task: Brackets) -> Program:
    """The counts of `programs.sums`, by heads whose weights add up to 1 where they are asked.

    The first head reads a token's own kind. In the others token i weighs 1/(i (i + 1)), which makes
    1 - 1/(t + 1) in all, and holds i (i + 1) times what it counts; a key that holds nothing has the
    rest where the head is asked, and B where it is not.
    """
    require_shallow(task, "softmax_attention")
    base = 16 * task.kinds

    def inputs(tokens: np.ndarray) -> dict[str, Any]:
        place, opens = np.arange(1, len(tokens) + 1), tokens > 0
        share = place * (place + 1)
        rest = [
            np.where(~opens & (place % 2 == level), -logarithms(place + 1), logarithms(base))
            for level in (0, 1)
        ]
        k = np.stack([place * logarithms(base), *[-logarithms(share)] * 2])
        counted = (share * tokens)[:, None] * one_hot(levels(tokens), 2)
        v = np.stack([np.where(opens, tokens, 0), *counted.T])
        q = np.stack([0 * place, *rest])
        return {
            "q": np.stack([0 * q + 1, q], -1),
            "k": np.stack([k, 0 * k], -1),
            "v": v[..., None],
            "scale": 1,
            "state": Cache(np.array([[[0, 0]], [[0, 1]], [[0, 1]]]), np.zeros((3, 1, 1), int)),
        }

    return _program(task, inputs, 2, 3, places=True)


def logarithms(x: Any) -> Any:
    """Natural logarithms of whole numbers, as symbols."""
    import sympy

    return np.frompyfunc(sympy.log, 1, 1)(x)


def symbolic(x: Any) -> np.ndarray:
    """The same numbers as SymPy has them."""
    import sympy

    return np.frompyfunc(sympy.sympify, 1, 1)(x)


def _looked_up(
    q: np.ndarray, k: np.ndarray, v: np.ndarray, blank: np.ndarray, base: int
) -> dict[str, Any]:
    """The call whose weights are `base` to the power of q . k; blank keys come first."""
    unit_score = logarithms(base)
    state = Cache(blank * unit_score, 0 * blank[..., :1])
    return {"q": q, "k": k * unit_score, "v": v, "scale": 1, "state": state}


def _program(
    task: Task,
    inputs: Any,
    width: int,
    heads: int = 1,
    *,
    places: bool = False,
    decode: Any = first_number,
    remark: str = "",
) -> Program:
    return Program(
        task,
        softmax_attention,
        inputs,
        lambda out, tokens: fractions(out if heads == 1 else out.sum(0)),
        decode,
        heads * (width + 1),
        growing=True,
        places=places,
        remark=remark,
        exact=symbolic,
    )
