"""Regimes that a rule's own optional inputs and options make: each left out, each varied."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

from refmem.functions.activations import Activation
from refmem.functions.features import FEATURE_MAPS, FeatureMap
from refmem.functions.kernels import Kernel
from refmem.grammar.ranges import Option
from refmem.memory.rule import Rule
from refmem.oracle.cases.regime import Regime

SHORT, MIDDLE, WHOLE = 17, 65, 64
"""Tokens of a case that varies an option, in turn, and of one without a state."""


def without(rule: Rule) -> list[Regime]:
    """For every choice of some of its optional inputs, a regime that leaves them out."""
    names = list(rule.defaults)
    chosen = [some for n in range(len(names)) for some in itertools.combinations(names, n + 1)]
    return [
        Regime(
            "without-" + "-".join(omit),
            "an optional input that is left out is not what its default says (11, 23, 73)",
            lengths=(3, 65),
            K=16,
            V=16,
            state=False,
            omit=omit,
        )
        for omit in chosen
    ]


def varied(rule: Rule) -> list[Regime]:
    """For every option of a rule, a regime of other values than its default."""
    regimes = []
    for name, option in rule.choices.items():
        settings = settings_of(name, option)
        lengths = [_tokens(place, setting) for place, setting in enumerate(settings)]
        regimes.append(
            Regime(
                f"with-{name}",
                "an option is ignored, or read in another unit",
                lengths=tuple(lengths),
                bare=tuple(max(WHOLE, length - length % 16) for length in lengths),
                settings=tuple(settings),
            )
        )
    return [regime for regime in regimes if regime.settings]


def settings_of(name: str, option: Option) -> list[dict[str, Any]]:
    """The options of the cases about one of them: its `varied` values, or others of its kind."""
    values = option.varied or tuple(_others(option))
    return [dict(value) if isinstance(value, dict) else {name: value} for value in values]


def _others(option: Option) -> Iterable[Any]:
    """Values that are not the default, by what kind of value that is."""
    default = option.default if option.cases is None else option.cases
    if isinstance(default, bool):
        return [not default]
    if option.names:
        return [one for one in option.names if one != default]
    for kind, names in BY_KIND.items():
        if isinstance(default, kind):
            return [one for one in names if one != default.name]
    if isinstance(default, int):
        half = max(option.least, default // 2)
        return [default + 1, *([half] if half != default else [])]
    return [] if default is None else [default + 1 / 8]


BY_KIND: dict[Any, tuple[str, ...]] = {
    Kernel: ("linear", "relu", "exp", "softmax"),
    Activation: ("identity", "relu", "silu", "gelu"),
    FeatureMap: tuple(FEATURE_MAPS),
}
"""Kinds of functions that an option may name, and those that cases name."""


def _tokens(place: int, setting: dict[str, Any]) -> int:
    """So many that a whole number among the options is within them."""
    counts = [x for x in setting.values() if isinstance(x, int)]
    return max([(MIDDLE, SHORT)[place % 2], *(x + 2 for x in counts)])
