"""The definition, to be pulled back: a unit of tokens at a time, taped and walked back over."""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.algebra import join, zeros
from refmem.derivative.tape import pull, traced, values
from refmem.grammar.inputs import Inputs


class Definition:
    """A run of a rule's definition, a unit of tokens at a time, to be taped and pulled back.

    The memory is kept every so many units, and run again in between: of T units and c between two
    kept memories, T/c + c memories and the tape of one unit.
    """

    def __init__(self, rule: Any, x: Inputs, S: Any, unit: int | None, every: int) -> None:
        self.rule, self.traced, self.x = rule, (x.arrays, S), plain(x)
        S, units = values(S), spans(self.x, unit)
        self.blocks, outs = [], []
        for first in range(0, len(units), every):
            block = units[first : first + every]
            self.blocks.append((block, S))
            for span in block:
                S, out = rule.advance(S, tokens(self.x, span))
                outs.append(out)
        self.out, self.state = joined(outs, self.x), S

    def pull(self, dout: np.ndarray, dS: Any) -> tuple[Any, Any]:
        """The arrays of the call and its first memory, and the derivatives by them."""
        empty = {name: zeros(array.shape, array) for name, array in self.x.arrays.items()}
        dx = self.x.replace(**empty)
        for units, S in reversed(self.blocks):
            before = [S]
            for span in units[:-1]:
                before.append(self.rule.advance(before[-1], tokens(self.x, span))[0])
            for span in reversed(units):
                dS, by_part = self.pull_unit(before.pop(), span, dout[..., span, :], dS)
                for name, total in tokens(dx, span).arrays.items():
                    total[...] += by_part[name]
        return self.traced, (dx.arrays, dS)

    def pull_unit(self, S: Any, span: slice, dout: np.ndarray, dS: Any) -> Any:
        """Tape one unit, and walk back over it at once."""
        part = tokens(self.x, span)
        S, arrays = traced((S, part.arrays))
        results = self.rule.advance(S, part.replace(**arrays))
        return pull(results, (dS, dout), (S, arrays))


def plain(x: Inputs) -> Inputs:
    """The same inputs, no longer traced."""
    return x.replace(**values(x.arrays))


def spans(x: Inputs, unit: int | None) -> list[slice]:
    """The tokens of every unit, in order; None is everything at once."""
    if unit is None:
        return [slice(None)]
    return [slice(start, min(start + unit, x.T)) for start in range(0, x.T, unit)]


def tokens(x: Inputs, span: slice) -> Inputs:
    """The inputs of one unit; arrays are views."""
    return x if span == slice(None) else x.tokens(span.start, span.stop)


def joined(outs: list[np.ndarray], x: Inputs) -> np.ndarray:
    """The outputs of all units."""
    return join(*outs) if outs else zeros((*x.lead, 0, x.V), x.like)
