"""What a kind of case is: which inputs it draws in its own way, and for which rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from refmem.oracle.cases.draws import Draw

LENGTHS = (1, 2, 63, 64, 65, 130)
"""One token, two, and both sides of one and two chunks of 64."""


@dataclass(frozen=True)
class Regime:
    """A kind of case, for every rule that has the inputs it draws in its own way.

    name       as in a case's name
    catches    what a kernel does that fails here
    draw       input -> how it is drawn, where it differs from the rest; "gate" is the forget gate
    lengths    numbers of tokens; the seed picks one
    K, V       channels of keys and of values
    sharing    "queries" or "values" if three of them share a key head, "beta" if all heads share it
    scale      factor on the read; None leaves it out of the call
    state      whether an initial state is passed
    blind      inputs that need not matter here, such as k where beta is zero; "*" is all of them
    sequences  lengths of packed sequences; the seed picks a tuple
    omit       optional inputs that are left out
    slots      where each sequence's state is in a pool; -1 has none
    kinds      of states: "matrix", "own" (anything else) and "none"
    fine       whether all bits of the numbers are in use; see `draws.filled`
    """

    name: str
    catches: str
    draw: Mapping[str, Draw] = field(default_factory=dict)
    lengths: tuple[int, ...] = LENGTHS
    K: int = 12
    V: int = 7
    sharing: str = ""
    scale: float | None = 1
    state: bool = True
    blind: tuple[str, ...] = ()
    sequences: tuple[tuple[int, ...], ...] = ()
    omit: tuple[str, ...] = ()
    slots: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ("matrix", "own", "none")
    fine: bool = False

    def suits(self, inputs: Collection[str], kind: str = "matrix") -> bool:
        """Whether a rule with these inputs and such a state can have it."""
        wanted = set(self.draw) - {"state"}
        if "state" in self.draw and kind != "matrix":
            return False
        shared = {"queries": {"q", "v"}, "values": {"k", "v"}, "beta": {"beta"}}
        wanted |= shared.get(self.sharing, set())
        return kind in self.kinds and wanted <= set(inputs)
