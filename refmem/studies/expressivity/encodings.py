"""Random inputs of a rule, one draw for each token: what any program of that rule could be.

An `Encoding` is a rule, how one token's inputs are drawn, what the memory holds before the first
token (a BOS token, or a sink, is nothing else), and whether the token's place is known. Numbers are
exact: fractions, or logarithms of whole numbers, of which softmax makes fractions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from refmem.algebra.numbers import fractions
from refmem.grammar.lookup import Cache
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
    begin     rng -> the memory before the first token
    places    whether a token's place counts as part of it
    numbers   what its inputs are made of
    options   what else the rule is called with
    """

    rule: Rule
    one: Callable[[np.random.Generator], dict[str, Any]]
    begin: Callable[[np.random.Generator], Any]
    places: bool = False
    numbers: Numbers = fractions
    options: dict[str, Any] = field(default_factory=dict)


def drawn(encoding: Encoding, word: np.ndarray, seed: int) -> dict[str, Any]:
    """The call for a word: equal tokens (at equal places) have equal inputs, for one seed."""
    rows = [token_inputs(encoding, token, t, seed) for t, token in enumerate(word.tolist())]
    arrays = {name: np.array([row[name] for row in rows], dtype=object) for name in rows[0]}
    given = arrays | {"state": encoding.begin(np.random.default_rng(seed))}
    return converted_inputs(given, encoding.numbers) | encoding.options


def token_inputs(encoding: Encoding, token: Any, place: int, seed: int) -> dict[str, Any]:
    """What one token is given; its place counts only if the encoding knows places."""
    known = place if encoding.places else 0
    fields = (1000 + x for x in np.atleast_1d(token).tolist())
    return encoding.one(np.random.default_rng([seed, known, *fields]))


def _pair(rng: np.random.Generator) -> dict[str, Any]:
    q, k = rng.integers(-3, 4, (2, K))
    return {"q": q, "k": k, "v": rng.integers(1, 5, V)}


def _state(rng: np.random.Generator) -> np.ndarray:
    return rng.integers(-4, 5, (K, V))


def _logarithms(rng: np.random.Generator) -> dict[str, Any]:
    """Keys of logarithms of primes, so that weights are fractions."""
    return _pair(rng) | {"k": _key_of_logarithms(rng)}


def _key_of_logarithms(rng: np.random.Generator) -> list[Any]:
    import sympy

    powers = rng.integers(-2, 3, K).tolist()
    primes = [sympy.log(sympy.prime(place)) for place in range(1, K + 1)]
    return [power * log for power, log in zip(powers, primes, strict=True)]


def _first_pair(rng: np.random.Generator) -> Cache:
    key = np.array([_key_of_logarithms(rng)], dtype=object)
    return Cache(key, rng.integers(0, 5, (1, V)))


def _gated(rng: np.random.Generator) -> dict[str, Any]:
    """The first channel keeps everything, the others forget at any rate."""
    alpha = [Fraction(1), *(Fraction(int(x), 6) for x in rng.integers(0, 6, K - 1))]
    return _pair(rng) | {"alpha": alpha}


def _stepped(*sixths: int) -> Callable[[np.random.Generator], dict[str, Any]]:
    """beta |k|^2 is one of these numbers of sixths."""

    def one(rng: np.random.Generator) -> dict[str, Any]:
        pair = _pair(rng)
        k = pair["k"] if pair["k"].any() else np.arange(1, K + 1)
        step = Fraction(int(rng.choice(sixths)), 6)
        return pair | {"k": k, "beta": step / int(k @ k)}

    return one


def _hard(rng: np.random.Generator) -> dict[str, Any]:
    """Either a token decides what is read, or it hardly counts: scores of 0 or 14 = ln 1.2e6."""
    q, k = np.array([1, 0, 0]), np.array([14 * int(rng.integers(2)), 0, 0])
    return {"q": q, "k": k, "v": rng.integers(0, 2, V)}


LINEAR = Encoding(linear_attention, _pair, _state)
SOFTMAX = Encoding(
    softmax_attention, _logarithms, _first_pair, numbers=symbolic, options={"scale": 1}
)
HARD = Encoding(softmax_attention, _hard, _first_pair, options={"scale": 1})
"""For floats alone: exponentials of whole numbers are no fractions."""

GATED = Encoding(gla, _gated, _state)
POSITIVE = Encoding(delta, _stepped(1, 2, 3, 4, 5), _state)
REFLECTING = Encoding(delta, _stepped(2, 4, 6, 8, 10), _state)
PROJECTING = Encoding(delta, _stepped(0, 6), _state)
EXCHANGING = Encoding(delta, _stepped(0, 12), _state)
"""The ends of what is allowed: a step is left out, or loses or turns all along its key."""
