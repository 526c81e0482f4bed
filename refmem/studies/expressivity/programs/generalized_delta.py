"""The generalised delta rule (RWKV-7) makes any move, one a token, and so any map of states.

    S = alpha * S + bind(b, recall(S, a)) + bind(k, v)     b = k = write, a = read, v = value

A symbol is spelled as `steps` tokens of the rule, and read at the last of them. `of_automaton`
is the machine of any finite automaton: the registers say which state it is in, and a symbol
moves that one 1, by exchanging registers and pouring one into another.

Source: Peng et al. 2025, arXiv:2503.14456.
Proof:  derivations/expressivity/automata.py
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.rules.delta import generalized_delta
from refmem.studies.expressivity.machines import Machine
from refmem.studies.expressivity.program import Program
from refmem.studies.expressivity.programs.registers import (
    asked_registers,
    merged,
    read_by_heads,
    spread,
)


def by_generalized_delta(machine: Machine) -> Program:
    """One token of the rule for every move of the machine.

    >>> from refmem.studies.expressivity.machines import machine
    >>> from refmem.studies.expressivity.tasks import Counting
    >>> by_generalized_delta(machine(Counting(3))).answers(np.array([1, 1, 0, 1]))
    array([1, 2, 2, 0])
    """
    steps = machine.steps

    def inputs(tokens: np.ndarray) -> dict[str, Any]:
        moves = machine.spell(tokens)
        write = merged(moves.write)
        return {
            "q": spread(asked_registers(machine, tokens), steps),
            "k": write,
            "v": merged(moves.value[..., None]),
            "alpha": np.ones(write.shape, int),
            "a": merged(moves.read),
            "b": write,
            "state": machine.start[:, None],
        }

    def last_of_each(out: np.ndarray, tokens: np.ndarray) -> np.ndarray:
        return read_by_heads(out[:, steps - 1 :: steps], tokens)

    return Program(
        machine.task,
        generalized_delta,
        inputs,
        last_of_each,
        machine.decode,
        machine.registers,
        steps,
    )
