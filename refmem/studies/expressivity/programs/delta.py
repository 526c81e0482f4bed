"""The delta family makes a machine's moves: beta |k|^2 = 2 exchanges, beta |k|^2 = 1 puts.

    S = S + beta bind(k, v - recall(S, k))       k = write, v = value, beta = 1

With k = e_i - e_j of squared length 2 that is I - k'k, the reflection which exchanges two
registers: the step of a unit key with beta = 2, in whole numbers. `delta` makes one move a token,
`delta_product` as many as its n.

Source: Grazzi et al. 2024, arXiv:2411.12537; Siems et al. 2025, arXiv:2502.10297.
Proof:  derivations/expressivity/householder.py
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.rules.delta import delta, delta_product
from refmem.studies.expressivity.machines import Machine
from refmem.studies.expressivity.moves import Moves
from refmem.studies.expressivity.program import Program
from refmem.studies.expressivity.programs.registers import asked_registers, merged, read_by_heads


def by_delta(machine: Machine) -> Program:
    """One move a token. ValueError for a machine that needs more.

    >>> from refmem.studies.expressivity.machines import machine
    >>> from refmem.studies.expressivity.tasks import Swaps
    >>> by_delta(machine(Swaps(3))).answers(np.array([[1, 0, 0], [2, 0, 1]]))
    array([1, 0])
    """
    if machine.steps > 1:
        raise ValueError(
            f"delta: task has {machine.steps} moves a token ({machine.task.name}), expected 1, "
            "because a token is one step"
        )

    def inputs(tokens: np.ndarray) -> dict[str, Any]:
        return _steps(machine, tokens)

    return Program(machine.task, delta, inputs, read_by_heads, machine.decode, machine.registers)


def by_delta_product(machine: Machine) -> Program:
    """As many moves a token as the machine makes."""

    def inputs(tokens: np.ndarray) -> dict[str, Any]:
        return _steps(machine, tokens)

    return Program(
        machine.task,
        delta_product,
        inputs,
        read_by_heads,
        machine.decode,
        machine.registers,
        machine.steps,
        {"n": machine.steps},
    )


def _steps(machine: Machine, tokens: np.ndarray) -> dict[str, Any]:
    moves = _reflections(machine, tokens)
    k, v = merged(moves.write), merged(moves.value[..., None])
    return {
        "q": asked_registers(machine, tokens),
        "k": k,
        "v": v,
        "beta": np.ones(len(k), int),
        "state": machine.start[:, None],
    }


def _reflections(machine: Machine, tokens: np.ndarray) -> Moves:
    moves = machine.spell(tokens)
    if not moves.symmetric:
        raise ValueError(
            f"delta: task has moves that write where they do not read ({machine.task.name}), "
            "expected none, because a delta step reads and writes with one key"
        )
    return moves
