"""Random inputs of a rule, one draw for each token: what any program of that rule could be.

An `Encoding` is a rule, how one token's inputs are drawn, and whether the token's place is known,
as to attention. Numbers are exact: fractions, or logarithms of whole numbers, of which softmax
makes fractions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from refmem.algebra.numbers import fractions
from refmem.memory.rule import Rule
from refmem.rules.attention import softmax_attention
from refmem.rules.decay import gla
from refmem.rules.delta import delta
from refmem.rules.hebbian import linear_attention
from refmem.studies.expressivity.program import Numbers, converted_inputs
from refmem.studies.expressivity.programs.attention import symbolic

K, V = 3, 1
"""Channels of a key and of a value."""


@dataclass(frozen=True)
class Encoding:
    """A rule with inputs to be drawn.

    rule      what runs
    one       rng -> one token's inputs
    places    whether a token's place counts as part of it
    numbers   what its inputs are made of
    options   what else the rule is called with
    """

    rule: Rule
    one: Callable[[np.random.Generator], dict[str, Any]]
    places: bool = False
    numbers: Numbers = fractions
    options: dict[str, Any] = field(default_factory=dict)


def drawn(encoding: Encoding, word: np.ndarray, seed: int) -> dict[str, Any]:
    """The call for a word: equal tokens (at equal places) have equal inputs, for one seed."""
    rows = [encoding.one(_generator(seed, token, t if encoding.places else 0))
            for t, token in enumerate(word.tolist())]  # fmt: skip
    arrays = {name: np.array([row[name] for row in rows], dtype=object) for name in rows[0]}
    return converted_inputs(arrays, encoding.numbers) | encoding.options


def _generator(seed: int, token: Any, place: int) -> np.random.Generator:
    return np.random.default_rng([seed, place, *(1000 + x for x in np.atleast_1d(token).tolist())])


def _pair(rng: np.random.Generator) -> dict[str, Any]:
    q, k = rng.integers(-3, 4, (2, K))
    return {"q": q, "k": k, "v": rng.integers(1, 5, V)}


def _logarithms(rng: np.random.Generator) -> dict[str, Any]:
    """Keys of logarithms of primes, so that weights are fractions."""
    import sympy

    powers = rng.integers(-2, 3, K).tolist()
    primes = [sympy.log(sympy.prime(place)) for place in range(1, K + 1)]
    return _pair(rng) | {"k": [power * log for power, log in zip(powers, primes, strict=True)]}


def _gated(rng: np.random.Generator) -> dict[str, Any]:
    """The first channel keeps everything, the others forget at any rate."""
    alpha = [Fraction(1), *(Fraction(int(x), 6) for x in rng.integers(0, 6, K - 1))]
    return _pair(rng) | {"alpha": alpha}


def _stepped(most: int) -> Callable[[np.random.Generator], dict[str, Any]]:
    """beta |k|^2 is 1 .. 5 sixths of `most`."""

    def one(rng: np.random.Generator) -> dict[str, Any]:
        pair = _pair(rng)
        k = pair["k"] if pair["k"].any() else np.arange(1, K + 1)
        step = Fraction(most * int(rng.integers(1, 6)), 6)
        return pair | {"k": k, "beta": step / int(k @ k)}

    return one


LINEAR = Encoding(linear_attention, _pair)
PLACED = Encoding(linear_attention, _pair, places=True)
SOFTMAX = Encoding(
    softmax_attention, _logarithms, places=True, numbers=symbolic, options={"scale": 1}
)
GATED = Encoding(gla, _gated)
POSITIVE = Encoding(delta, _stepped(1))
REFLECTING = Encoding(delta, _stepped(2))
