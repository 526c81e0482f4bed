"""Tasks that ask for a state: each draws instances and knows the right answers.

    Counting(modulus)            ones so far, modulo m; parity is m = 2
    Swaps(n)                     what is in a place after exchanges of n things
    WordProblem(group)           the product of all elements so far, of any finite group
    Automaton(table)             the state of any finite automaton
    Brackets(kinds, depth)       the kind of the innermost open bracket
    Recall(keys, values)         what a key was given last
    Copying(delay, symbols)      the symbol so many tokens ago

Reachability in acyclic graphs is in `refmem.studies.expressivity.graphs`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from refmem.studies.expressivity.groups import Group
from refmem.studies.expressivity.task import Task
from refmem.support.arguments import check_count


@dataclass(frozen=True)
class Counting(Task):
    """How many ones there were so far, modulo m: tokens are 0 and 1."""

    modulus: int

    def __post_init__(self) -> None:
        check_count("counting", "modulus", self.modulus, "everything is 0 modulo 1", least=2)

    @property
    def name(self) -> str:
        return "parity" if self.modulus == 2 else f"count mod {self.modulus}"

    @property
    def complexity(self) -> str:
        return "in TC0, not in AC0 (Furst, Saxe and Sipser 1984)"

    def draw(self, length: int, rng: np.random.Generator) -> np.ndarray:
        return rng.integers(0, 2, length)

    def answers(self, tokens: np.ndarray) -> np.ndarray:
        return np.cumsum(tokens) % self.modulus


@dataclass(frozen=True)
class Swaps(Task):
    """n things in n places: a token (i, j, asked) exchanges places i > j and asks what is where."""

    n: int

    def __post_init__(self) -> None:
        check_count("swaps", "n", self.n, "one thing cannot change its place", least=2)

    @property
    def name(self) -> str:
        return f"swaps of {self.n}"

    @property
    def complexity(self) -> str:
        return _of_group(self.n < 5, f"S{self.n}")

    def draw(self, length: int, rng: np.random.Generator) -> np.ndarray:
        first = rng.integers(0, self.n, length)
        second = (first + rng.integers(1, self.n, length)) % self.n
        asked = rng.integers(0, self.n, length)
        return np.stack([np.maximum(first, second), np.minimum(first, second), asked], axis=1)

    def answers(self, tokens: np.ndarray) -> np.ndarray:
        held, out = list(range(self.n)), np.empty(len(tokens), dtype=int)
        for t, (i, j, asked) in enumerate(tokens.tolist()):
            held[i], held[j] = held[j], held[i]
            out[t] = held[asked]
        return out


@dataclass(frozen=True)
class WordProblem(Task):
    """The product of all elements so far, x[1] x[2] .. x[t]: tokens are elements of a group."""

    group: Group

    @property
    def name(self) -> str:
        return f"words of {self.group.name}"

    @property
    def complexity(self) -> str:
        return _of_group(self.group.solvable, self.group.name)

    def draw(self, length: int, rng: np.random.Generator) -> np.ndarray:
        return rng.integers(0, self.group.order, length)

    def answers(self, tokens: np.ndarray) -> np.ndarray:
        return self.group.products(tokens)


@dataclass(frozen=True)
class Automaton(Task):
    """The state of a finite automaton: in state q it goes to table[symbol][q]; it starts in 0."""

    table: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        states = len(self.table[0]) if self.table else 0
        check_count("automaton", "states", states, "one state has nothing to track", least=2)
        for symbol, row in enumerate(self.table):
            if len(row) != states or not set(row) <= set(range(states)):
                raise ValueError(
                    f"automaton: table has row {row} for symbol {symbol}, expected {states} of the "
                    f"states 0 to {states - 1}, because it says where each state goes"
                )

    @property
    def name(self) -> str:
        return f"automaton of {len(self.table[0])}"

    @property
    def complexity(self) -> str:
        return "in NC1, as all regular languages (Barrington and Therien 1988)"

    def draw(self, length: int, rng: np.random.Generator) -> np.ndarray:
        return rng.integers(0, len(self.table), length)

    def answers(self, tokens: np.ndarray) -> np.ndarray:
        state, out = 0, np.empty(len(tokens), dtype=int)
        for t, symbol in enumerate(tokens):
            out[t] = state = self.table[symbol][state]
        return out


@dataclass(frozen=True)
class Brackets(Task):
    """The kind of the innermost open bracket, 0 for none: c opens one of kind c, -c closes it.

    Words are prefixes of balanced ones, nowhere deeper than `depth`.
    """

    kinds: int
    depth: int

    def __post_init__(self) -> None:
        check_count("brackets", "kinds", self.kinds, "there is something to open")
        check_count("brackets", "depth", self.depth, "one level is no stack", least=2)

    @property
    def name(self) -> str:
        return "brackets"

    @property
    def complexity(self) -> str:
        return "in AC0 at bounded depth, a star-free language (Schuetzenberger 1965)"

    def draw(self, length: int, rng: np.random.Generator) -> np.ndarray:
        held: list[int] = []
        out = np.empty(length, dtype=int)
        for t in range(length):
            opens = not held or (len(held) < self.depth and rng.integers(2))
            if opens:
                held.append(int(rng.integers(1, self.kinds + 1)))
            out[t] = held[-1] if opens else -held.pop()
        return out

    def allows(self, tokens: np.ndarray) -> bool:
        held: list[int] = []
        for token in tokens.tolist():
            if token > 0:
                held.append(token)
            elif not held or held.pop() != -token:
                return False
            if len(held) > self.depth:
                return False
        return True

    def answers(self, tokens: np.ndarray) -> np.ndarray:
        held: list[int] = []
        out = np.empty(len(tokens), dtype=int)
        for t, token in enumerate(tokens.tolist()):
            if token > 0:
                held.append(token)
            else:
                held.pop()
            out[t] = held[-1] if held else 0
        return out


@dataclass(frozen=True)
class Recall(Task):
    """Associative recall with overwrites: a token (written, key, value) gives a key a value, or not
    (value 0), and asks what it has; 0 before it was given one. Values are 1 .. values."""

    keys: int
    values: int

    def __post_init__(self) -> None:
        check_count("recall", "keys", self.keys, "something is asked for")
        check_count("recall", "values", self.values, "something is told")

    @property
    def name(self) -> str:
        return "recall"

    @property
    def complexity(self) -> str:
        return "in AC0: the last match"

    def draw(self, length: int, rng: np.random.Generator) -> np.ndarray:
        written = rng.integers(0, 2, length)
        key = rng.integers(0, self.keys, length)
        return np.stack([written, key, written * rng.integers(1, self.values + 1, length)], axis=1)

    def answers(self, tokens: np.ndarray) -> np.ndarray:
        held = [0] * self.keys
        out = np.empty(len(tokens), dtype=int)
        for t, (written, key, value) in enumerate(tokens.tolist()):
            if written:
                held[key] = value
            out[t] = held[key]
        return out


@dataclass(frozen=True)
class Copying(Task):
    """Say every symbol again, `delay` tokens later; 0 until then. Symbols are 1 .. symbols."""

    delay: int
    symbols: int

    def __post_init__(self) -> None:
        check_count("copying", "delay", self.delay, "a copy comes later")
        check_count("copying", "symbols", self.symbols, "something is copied")

    @property
    def name(self) -> str:
        return "copying"

    @property
    def complexity(self) -> str:
        return "in AC0: one place is looked up"

    def draw(self, length: int, rng: np.random.Generator) -> np.ndarray:
        return rng.integers(1, self.symbols + 1, length)

    def answers(self, tokens: np.ndarray) -> np.ndarray:
        return np.concatenate([np.zeros(self.delay, dtype=int), tokens])[: len(tokens)]


def _of_group(solvable: bool, name: str) -> str:
    if solvable:
        return f"in TC0: {name} is solvable (Barrington 1989)"
    return f"NC1-complete: {name} is not solvable (Barrington 1989)"
