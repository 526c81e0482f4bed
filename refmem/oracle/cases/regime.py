"""What a kind of case is: which inputs it draws in its own way, and for which rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from types import FunctionType
from typing import Any

from refmem.oracle.cases.draws import Draw

LENGTHS = (1, 2, 63, 64, 65, 130)
"""One token, two, and both sides of one and two chunks of 64."""


@dataclass(frozen=True)
class Regime:
    """A kind of case, for every rule that has the inputs it draws in its own way.

    name        as in a case's name
    catches     what a kernel does that fails here
    draw        input -> how it is drawn, where it differs from the rest. What says how the memory
                fades is "gate" if it is of tokens, "fixed fade" if of heads, "fade" in any case
    draw_kinds  kind of input, as `refmem.grammar.kinds` names it -> how all of that kind are drawn
    lengths     numbers of tokens; the seed picks one
    bare        lengths of the cases that follow, which have no state and nothing that may be left
                out, but for what the regime draws
    K, V        channels of keys and of values
    heads       of keys, or of what has no keys
    sharing     "queries" or "values": three of them share a key head; "beta": all heads share it
    scale       factor on the read; None leaves it out of the call
    state       whether an initial state is passed
    blind       inputs that need not matter here, such as k where beta is zero; "*" is all of them
    sequences   lengths of packed sequences; the seed picks a tuple, and `bare` has tuples, too
    omit        optional inputs that are left out
    slots       where each sequence's state is in a pool; -1 has none
    kinds       of states: "matrix", "own" (anything else) and "none"
    fine        whether all bits of the numbers are in use; see `draws.filled`
    settings    options of the call, which the seed picks as it picks the length; a value may be a
                function of how many tokens there are
    sums_logs   whether a kernel may sum the logarithms of gates over a chunk in its own arithmetic
    """

    name: str
    catches: str
    draw: Mapping[str, Draw] = field(default_factory=dict)
    draw_kinds: Mapping[str, Draw] = field(default_factory=dict)
    lengths: tuple[int, ...] = LENGTHS
    bare: tuple[Any, ...] = ()
    K: int = 12
    V: int = 7
    heads: int = 2
    sharing: str = ""
    scale: float | None = 1
    state: bool = True
    blind: tuple[str, ...] = ()
    sequences: tuple[tuple[int, ...], ...] = ()
    omit: tuple[str, ...] = ()
    slots: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ("matrix", "own", "none")
    fine: bool = False
    settings: tuple[Mapping[str, Any], ...] = ()
    sums_logs: bool = False

    @property
    def seeds(self) -> range:
        """The seeds that run through all lengths, and then through all that are bare."""
        return range(len(self.sequences or self.lengths) + len(self.bare))

    @property
    def options(self) -> dict[str, Any]:
        """The options of the first case: those of a regime `of_seed`."""
        return dict(self.settings[0]) if self.settings else {}

    def suits(self, traits: Collection[str], kind: str = "matrix") -> bool:
        """Whether a rule with these traits (see `ingredients.traits_of`) and such a state can have
        it."""
        wanted = set(self.draw) - {"state"} | {f"kind {name}" for name in self.draw_kinds}
        if "state" in self.draw and kind != "matrix":
            return False
        wanted |= {self.sharing} if self.sharing else set()
        return kind in self.kinds and wanted <= set(traits)

    def of_seed(self, seed: int, optional: Collection[str] = ()) -> Regime:
        """The regime as the case of that seed has it: of one length and of one setting.

        optional   inputs that are left out where the case is bare
        """
        usual = self.sequences or self.lengths
        place = seed % len(self.seeds)
        is_bare = place >= len(usual)
        chosen = (*usual, *self.bare)[place]
        one: dict[str, Any] = {"sequences": (chosen,)} if self.sequences else {"lengths": (chosen,)}
        if is_bare:
            one |= {"state": False, "omit": tuple(dict.fromkeys((*self.omit, *optional)))}
        if self.settings:
            one["settings"] = (_for_tokens(self.settings[place % len(self.settings)], chosen),)
        return replace(self, bare=(), **one)


def _for_tokens(setting: Mapping[str, Any], tokens: int) -> dict[str, Any]:
    made = {name: isinstance(x, FunctionType) for name, x in setting.items()}
    return {name: x(tokens) if made[name] else x for name, x in setting.items()}
