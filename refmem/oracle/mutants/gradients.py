"""Mutants of gradients: a forward pass that is right, and one gradient that is not.

Bugs are rows of the survey of 144 reported ones; E3 is its list of mutants.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from refmem.oracle.cases import Case, gate_of

Gradients = Callable[..., dict[str, Any]]
"""The gradients of a call, by the names of its inputs, from inputs, dout and dstate."""


@dataclass(frozen=True)
class GradientMutant:
    """One mistake in a backward pass; fields as in `Mutant`, and `call` changes its gradients."""

    name: str
    says: str
    bug: str
    look: str
    call: Callable[[Case, Gradients], Gradients]
    fits: Callable[[Case], bool] = lambda case: True


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


def has(*names: str) -> Callable[[Case], bool]:
    """Whether a case has all these inputs."""
    return lambda case: all(
        (gate_of(case.rule) if name == "gate" else name) in case.inputs for name in names
    )


def _last_row_lost(grad: np.ndarray, given: dict[str, Any]) -> np.ndarray:
    kept = grad.copy()
    kept[:, :, -1] = 0
    return kept


GRADIENT_MUTANTS = (
    GradientMutant(
        "gate gradient summed over the batch",
        "the gate's gradient summed over the batch",
        "92 (fla 31293264), E3",
        "the axes of the reduction of dg",
        change("gate", spread_over(0)),
        has("gate"),
    ),
    GradientMutant(
        "gate gradient summed over heads",
        "the gate's gradient summed over heads",
        "92, 66, E3",
        "the axes of the reduction of dg",
        change("gate", spread_over(1)),
        has("gate"),
    ),
    GradientMutant(
        "gate gradient by the logarithm",
        "the gate's gradient multiplied by the gate once too often",
        "100 (fla a0c938eb), 77",
        "the factor between d log alpha and d alpha",
        change("gate", lambda grad, given: grad * given["alpha"]),
        has("alpha"),
    ),
    GradientMutant(
        "gate gradient lost at the end",
        "the gate's gradient of the last token dropped",
        "31 (fla#1142), 93",
        "the row of the last token in a chunk that is not full",
        change("gate", _last_row_lost),
        has("gate"),
    ),
    GradientMutant(
        "no gradient by the first state",
        "no gradient by the initial state",
        "23 (fla#102), 103, 108, E3",
        "where dh0 is stored",
        change("state", lambda grad, given: np.zeros_like(grad)),
        has("state"),
    ),
    GradientMutant(
        "cotangent of the state ignored",
        "the cotangent of the final state ignored",
        "22, 23 (fla c3f16354)",
        "where dht is loaded",
        without("dstate"),
    ),
    GradientMutant(
        "cotangent of the output ignored",
        "the cotangent of the output taken for ones",
        "104 (fla b9bdbcf2)",
        "where the upstream gradient is multiplied in",
        upstream_ignored,
    ),
    GradientMutant(
        "beta gradient summed over the batch",
        "beta's gradient summed over the batch",
        "90, 92",
        "the axes of the reduction of dbeta",
        change("beta", spread_over(0)),
        has("beta"),
    ),
    GradientMutant(
        "key gradient halved",
        "half of the keys' gradient missing",
        "94, 95 (fla#863)",
        "the two terms of dk: of the write, and of the error",
        change("k", lambda grad, given: grad / 2),
        has("k"),
    ),
    GradientMutant(
        "value gradient decayed",
        "the values' gradient multiplied by the gate",
        "96 (fla#178)",
        "the decay in dv, which is one for a token's own write",
        change(
            "v", lambda grad, given: grad * given["alpha"].reshape(*grad.shape[:3], -1)[..., :1]
        ),
        lambda case: has("v", "alpha")(case) and case.regime.sharing == "",
    ),
    GradientMutant(
        "query gradient tripled",
        "the queries' gradient three times too large",
        "102 (popcorn's list: fla TTT)",
        "the scale in dq",
        change("q", lambda grad, given: 3 * grad),
        has("q"),
    ),
)
