"""What mutants of gradients do: a forward pass that is right, and one gradient that is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from refmem.oracle.border.layouts import Arrays, is_timed
from refmem.oracle.cases.case import Case
from refmem.oracle.cases.ingredients import gate_of
from refmem.oracle.explain.mutants.mutant import cut, ends_of_chunks, tokens_of
from refmem.oracle.explain.survey import Seen
from refmem.oracle.verdict.gradients import Backward, gradients, true_form

CHUNK, SHORT_CHUNK = 64, 16

Gradients = Callable[..., dict[str, Any]]
"""The gradients of a call, by the names of its inputs, from inputs, dout and dstate."""


@dataclass(frozen=True)
class GradientMutant:
    """One mistake in a backward pass; fields as in `Mutant`, and `call` changes its gradients.

    needs   parts of a result that gradients were asked of: a function may have no state
    """

    name: str
    says: str
    seen: Seen
    look: str
    call: Callable[[Case, Gradients], Gradients]
    fits: Callable[[Case], bool] = lambda case: True
    needs: tuple[str, ...] = ()

    def can_explain(self, backward: Backward) -> bool:
        """Whether a backward pass can have the mistake, by its case and by what it was asked."""
        return self.fits(backward.case) and set(self.needs) <= backward.along.keys()


def mutated_gradients(mutant: GradientMutant, backward: Backward) -> Arrays:
    """What a backward pass with that mistake gives, in refmem's grammar and a wide dtype."""
    case = backward.case

    def vjp(**given: Any) -> dict[str, Any]:
        return dict(case.rule.vjp(**given, form=true_form(case))._asdict())

    return gradients(
        case, backward.raws, backward.along, backward.convention, vjp=mutant.call(case, vjp)
    )


def change(of: str, how: Callable[[np.ndarray, dict[str, Any]], np.ndarray]) -> Any:
    """The gradients with that of one input changed; "gate" is the rule's own."""

    def wrap(case: Case, gradients: Gradients) -> Gradients:
        name = gate_of(case.rule) if of == "gate" else of

        def call(**given: Any) -> dict[str, Any]:
            grads = dict(gradients(**given))
            return grads | {name: how(grads[name], given)}

        return call

    return wrap


def without(cotangent: str) -> Any:
    """The gradients without what comes of one of the results."""
    return lambda case, gradients: (
        lambda **given: gradients(**given | {cotangent: np.zeros_like(given[cotangent])})
    )


def upstream_ignored(case: Case, gradients: Gradients) -> Gradients:
    """The gradients of the sum of the outputs, whatever was asked."""
    return lambda **given: gradients(**given | {"dout": np.ones_like(given["dout"])})


def spread_over(axis: int) -> Callable[[np.ndarray, dict[str, Any]], np.ndarray]:
    """A gradient summed over an axis that it should keep."""
    return lambda grad, given: np.broadcast_to(grad.sum(axis, keepdims=True), grad.shape).copy()


def last_row_lost(grad: np.ndarray, given: dict[str, Any]) -> np.ndarray:
    kept = grad.copy()
    kept[:, :, -1] = 0
    return kept


def decayed(grad: np.ndarray, given: dict[str, Any]) -> np.ndarray:
    """A gradient of values times the gate of their token, or that of its first key channel."""
    gate = given["alpha"]
    return grad * (gate[..., None] if gate.ndim < grad.ndim else gate[..., :1])


def not_accumulated(grad: np.ndarray, given: dict[str, Any]) -> np.ndarray:
    """A gate's gradient by the sums of logarithms in a chunk of 64, taken for that by its terms."""
    gate = given["alpha"]
    by_log = np.moveaxis(grad * gate, 2, 0)
    lost = by_log.copy()
    for start in range(0, len(lost), CHUNK):
        inside = by_log[start : start + CHUNK]
        lost[start : start + len(inside) - 1] -= inside[1:]
    lost = np.moveaxis(lost, 0, 2)
    return np.divide(lost, gate, out=grad.copy(), where=gate != 0)


def between_chunks_cut(case: Case, gradients: Gradients) -> Gradients:
    """Nothing flows back from one chunk of 16 into the one before it."""

    def call(**given: Any) -> dict[str, Any]:
        ends = ends_of_chunks(tokens_of(case, given), SHORT_CHUNK)
        inputs = {n: x for n, x in given.items() if n not in ("dout", "dstate")}
        state, start, pieces = given.get("state"), 0, []
        for stop in ends:
            here = cut(case, inputs, start, stop) | ({} if state is None else {"state": state})
            last = {"dstate": given.get("dstate")} if stop == ends[-1] else {}
            dout = given["dout"][..., start:stop, :]
            pieces.append(gradients(**here, dout=dout, **last))
            state, start = case.rule(**here).state, stop
        return _joined(case, pieces)

    return call


def _joined(case: Case, pieces: list[dict[str, Any]]) -> dict[str, Any]:
    """The gradients of pieces: of tokens one after another, of a first state, of parameters."""
    joined = dict(pieces[0])
    for name, axes in case.axes.items():
        parts = [piece[name] for piece in pieces]
        if is_timed(axes):
            joined[name] = np.concatenate(parts, axis=-len(axes))
        elif name != "state":
            joined[name] = np.sum(parts, axis=0)
    return joined


def first_values(name: str) -> Any:
    """The gradient by one input that only the first half of the value channels give."""

    def wrap(case: Case, gradients: Gradients) -> Gradients:
        def call(**given: Any) -> dict[str, Any]:
            along = {n: x for n, x in given.items() if n in ("dout", "dstate")}
            kept = {n: x * (np.arange(x.shape[-1]) < x.shape[-1] // 2) for n, x in along.items()}
            return dict(gradients(**given)) | {name: gradients(**given | kept)[name]}

        return call

    return wrap
