"""Kinds of inputs: which values they may have and why, and what is drawn for them.

A rule says of each of its inputs which kind it is and which axes it has:

    inputs={"alpha": factor("T"), "beta": strength("T", least=0, why="it weighs an error")}

A name says nothing by itself: `lam` may be a ridge in one rule and a factor in another.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

ABOVE_ZERO = math.nextafter(0, 1)
"""The least float above zero, for what may not be zero."""

MILD = (0, -1 / 64, -1 / 32, -1 / 16, -1 / 8, -1 / 4)
"""Logarithms of factors that remember about twelve tokens: every chunk matters to the next."""


class Input(NamedTuple):
    """One input of a rule.

    axes   time first: "T K", "T", "K", or "" for one number per head; `n*T` is n rows per token
    kind   what its numbers are
    like   an input near which cases draw it; "" draws it by itself
    """

    axes: str
    kind: Kind
    like: str = ""


@dataclass(frozen=True)
class Kind:
    """What the numbers of an input are.

    name    in words
    least, most   of real floats, both included
    nan     whether NaN may come: where it would spread to every later token, it may not
    why     completes the error "expected [0, 1], because ..."
    laws    least and greatest number that laws draw; None: at most 2 apart within the range, and
            from -1 to 1 where that is open on both sides
    cases   what cases draw: numbers, each as likely, or the name of a draw of `oracle.cases.draws`
    logs    natural logarithms of what cases draw, in place of `cases`
    says    how it says by which factor a memory fades: "factor" or "log", "lost" for one less the
            factor; "" where it says no such thing
    """

    name: str
    least: float = -math.inf
    most: float = math.inf
    nan: bool = False
    why: str = "NaN would spread to every later token"
    laws: tuple[float, float] | None = None
    cases: tuple[float, ...] | str = "signed"
    logs: tuple[float, ...] = ()
    says: str = ""

    def __call__(self, axes: str, like: str = "", **changes: Any) -> Input:
        """An input of this kind, of which the rule may say more than the kind does."""
        drawn = {"cases": (), "logs": ()} if {"cases", "logs"} & changes.keys() else {}
        return Input(axes, replace(self, **drawn | changes), like)

    @property
    def drawn(self) -> tuple[float, float]:
        """The least and greatest number that laws draw.

        >>> strength.drawn, factor.drawn, log_factor.drawn
        ((-1, 1), (0, 1), (-2, 0))
        """
        if self.laws is not None:
            return self.laws
        if math.isinf(self.least):
            return (-1, 1) if math.isinf(self.most) else (self.most - 2, self.most)
        return self.least, min(self.most, self.least + 2)


# ---- rows that are compared, written and read; whatever they are, they stay with their token

query = Kind("query", nan=True)
key = Kind("key", nan=True, cases="unit_keys")
value = Kind("value", nan=True)
number = Kind("number", nan=True)

near_key = Kind("key near another one", nan=True, cases="near_keys")
"""Beside a key that reads or writes: another one that is not far from it."""

erasing_key = Kind("key opposed to another one", nan=True, cases="erasing")
"""What is added back where a key was recalled, so that the memory becomes smaller."""

# ---- gates

factor = Kind(
    "factor",
    least=0,
    most=1,
    why="it is the factor itself; exponentiate a gate given as a logarithm",
    logs=MILD,
    says="factor",
)
"""The memory is multiplied by it."""

amount = Kind("factor", cases=(), logs=MILD, says="factor")
"""A factor that may be any number."""

fixed_factor = Kind(
    "fixed factor",
    least=0,
    most=1,
    why="it is the factor itself, not its logarithm",
    cases=(7 / 8, 15 / 16, 31 / 32),
    says="factor",
)
"""The same for all tokens, or nearly so."""

log_factor = Kind(
    "logarithm of a factor",
    most=0,
    why="it is the natural logarithm of a factor in [0, 1]",
    cases=MILD,
    says="log",
)

step_size = Kind(
    "length of a step", least=0, why="it is the length of a step", cases=(1 / 8, 1 / 4, 1 / 2)
)
"""Of a continuous memory, which decays by exp(step_size * decay_rate)."""

decay_rate = Kind(
    "rate of decay",
    most=0,
    why="exp of it, times the length of a step, is a factor in [0, 1]",
    cases=(-1, -1 / 2, -1 / 4),
)

lost = Kind(
    "lost part",
    least=0,
    most=1,
    why="it is the part of the memory that is lost",
    cases=(1 / 64, 1 / 32, 1 / 16),
    says="lost",
)
"""The memory is multiplied by one less it."""

slope = Kind(
    "slope",
    nan=False,
    least=0,
    why="a score falls with distance",
    cases=(1 / 4, 1 / 8, 1 / 16),
)
"""What a score loses with every token passed."""

strength = Kind("write strength", cases=tuple(n / 16 for n in range(1, 16)))
"""How much of what is written, erased or read counts."""

log_strength = Kind("logarithm of a write strength", cases=(-1, -1 / 2, 0, 1 / 2))

log_weight = Kind("logarithm of a weight", nan=True)
"""Of what is written, against whatever else is."""

# ---- scores

score = Kind("score", nan=True)
"""What stands beside the scores of keys, or is added to one."""

preference = Kind("preference", nan=True, cases=tuple(n / 16 for n in range(-4, 5)))
"""What helps a score to be chosen."""

sharpness = Kind("sharpness", least=ABOVE_ZERO, why="the nearest pattern wins", cases=(1 / 2, 1, 2))
"""What scores are multiplied by."""

# ---- memories that learn

rate = Kind("learning rate", cases=(1 / 32, 1 / 16, 1 / 8))
"""At which an inner gradient step stays small."""

momentum = Kind("momentum", cases=(1 / 4, 1 / 2, 3 / 4))

ridge = Kind(
    "ridge",
    least=ABOVE_ZERO,
    why="without a ridge the solution need not exist",
    laws=(0.5, 2),
    cases=(1, 2, 4),
)

variance = Kind("variance", least=0, why="it is a variance", cases=(1 / 64, 1 / 32, 1 / 16))

# ---- parameters

weights = Kind("weights", nan=True, cases=tuple(n / 16 for n in range(-4, 5)))
"""Weights of a layer, whose outputs are then no larger than its inputs."""

first_weights = Kind("weights before the first token", nan=True, cases=weights.cases)
"""Weights that a memory starts from: they do not matter where a state is passed."""

gain = Kind("gain", cases=(1 / 2, 3 / 4, 1, 5 / 4))
"""What a channel is multiplied by."""

count = Kind("count", least=1, why="the token itself is counted", cases="counting")
"""How many tokens there were."""

STANDARD = {"q": query("T K"), "k": key("T K"), "v": value("T V")}
"""The inputs that every rule means the same by."""


def as_input(said: Input | str) -> Input:
    """An input as a rule says it: of a kind, or by its axes alone, which is any number."""
    return number(said) if isinstance(said, str) else said
