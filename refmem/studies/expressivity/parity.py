"""How far a score of what K channels read can tell odd from even: the best margin, by length.

The word is 1 1 1 1 ..: after t ones the answer is t modulo 2. With eigenvalues of at least 0 the
margin falls quickly, and is 0 from K + 2 ones on; with an eigenvalue -1 it stays.
"""

from __future__ import annotations

import numpy as np

from refmem.memory.rule import Rule
from refmem.rules.delta import delta
from refmem.studies.expressivity.certificates import margin

CHANNELS = (1, 2, 4, 8)
LENGTH = 14
"""How many ones are given."""


def best_margins(rule: Rule, channels: int, length: int = LENGTH) -> list[float]:
    """The best margin of any score after 1, .., t ones, for t = 2 .. length.

    rule   gla, with factors 1/(K + 1) .. K/(K + 1) of the channels; or delta, with a key along
           all channels and beta |k|^2 = 2, whose eigenvalue -1 turns

    >>> from refmem import gla
    >>> [round(x, 3) for x in best_margins(gla, 1, 4)]
    [0.167, 0.0, 0.0]
    >>> [round(x, 3) for x in best_margins(delta, 1, 4)]
    [1.0, 1.0, 1.0]
    """
    states = _states(rule, channels, length)
    signs = np.where(np.arange(1, length + 1) % 2, 1, -1)
    return [margin(states[:t], signs[:t]) for t in range(2, length + 1)]


def _states(rule: Rule, channels: int, length: int) -> np.ndarray:
    """The memory after each token, (length, K), of the shipped rule."""
    ones = np.ones((length, channels))
    if rule is delta:
        given = {"beta": np.full(length, 2 / channels), "state": np.ones((channels, 1))}
        v = np.zeros((length, 1))
    else:
        factors = np.arange(1, channels + 1) / (channels + 1)
        given, v = {"alpha": ones * factors}, np.ones((length, 1))
    return rule(ones, ones, v, **given, states=True).states[..., 0]
