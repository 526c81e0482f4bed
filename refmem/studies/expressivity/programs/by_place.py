"""What one delta step a token can do where places are granted: parity by projections, and counting
modulo 3 by exchanges.

    parity   u_t = J^t (4^t, s), s = 1 or -1 for the bit at place t; J a quarter turn
             beta |k|^2 = 1 with k across u_t: the memory is what lies along u_t, and the next one
             keeps (4 s - s') 4^t of it, which has the sign of s
    modulo 3 the exchange that sends register r to x - r, then the one that sends r to -x' - r:
             together r goes to r + x + x'

So eigenvalues of at least 0 do count, once the key may depend on the place: products of projections
turn. The numbers of the first have some 2 t^2 bits after t tokens.

Source: worked out here.
Proof:  derivations/expressivity/places.py
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from refmem.rules.delta import delta
from refmem.studies.expressivity.moves import unit
from refmem.studies.expressivity.program import Program
from refmem.studies.expressivity.programs.registers import as_it_is, first_number
from refmem.studies.expressivity.tasks import Counting

TURN = np.array([[0, 1], [-1, 0]])
"""A quarter turn of rows: (a, b) TURN = (-b, a)."""


def parity_by_projections(task: Counting) -> Program:
    """delta with beta |k|^2 = 1: two numbers, whose sign along u_t is that of the ones before."""

    def inputs(tokens: np.ndarray) -> dict[str, Any]:
        lines = [line(t, bit) for t, bit in enumerate(tokens.tolist(), 1)]
        u = np.array(lines, dtype=object)
        beta = np.array([Fraction(1, 16**t + 1) for t in range(1, len(tokens) + 1)])
        signs = (1 - 2 * tokens)[:, None]
        return {
            "q": signs * u * louder(len(tokens))[:, None],
            "k": u @ TURN,
            "v": 0 * tokens[:, None],
            "beta": beta,
            "state": unit(1, 2)[:, None],
        }

    def decode(signs: np.ndarray) -> np.ndarray:
        return (signs[:, 0] < 0).astype(int)

    return Program(
        task, delta, inputs, as_it_is, decode, 2, places=True, remark="numbers of 2 t^2 bits"
    )


def line(t: int, bit: int) -> np.ndarray:
    """u_t of a bit at place t, counted from 1.

    >>> line(1, 0), line(2, 1)
    (array([-1, 4], dtype=object), array([-16, 1], dtype=object))
    """
    turned = np.array([4**t, 1 - 2 * bit], dtype=object)
    for _ in range(t % 4):
        turned = turned @ TURN
    return turned


def louder(length: int) -> np.ndarray:
    """What a query at each place is multiplied by, so that it reads at least 1.

    What lies along u_t is at least 3 4^(t - 1)/(16^t + 1) of what lay along the one before.
    """
    least, factors = Fraction(1), []
    for t in range(1, length + 1):
        least *= Fraction(3 * 4 ** (t - 1), 16**t + 1)
        factors.append(1 / (least * (16**t + 1)))
    return np.array(factors, dtype=object)


def counting_three_by_exchanges(task: Counting) -> Program:
    """delta with beta |k|^2 = 2: three registers, of which every token exchanges two."""

    def inputs(tokens: np.ndarray) -> dict[str, Any]:
        forth = np.arange(len(tokens)) % 2 == 0
        fixed = np.where(forth, 2 * tokens, tokens) % 3  # x - r = r at r = 2 x, -x - r = r at r = x
        exchanged = np.array([unit((r + 1) % 3, 3) - unit((r + 2) % 3, 3) for r in fixed])
        return {
            "q": np.tile(unit(0, 3), (len(tokens), 1)),
            "k": exchanged.reshape(-1, 3),
            "v": 0 * tokens[:, None],
            "beta": np.ones(len(tokens), int),
            "state": np.arange(3)[:, None],
        }

    return Program(task, delta, inputs, as_it_is, first_number, 3, places=True)
