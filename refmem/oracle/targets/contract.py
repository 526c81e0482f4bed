"""What a candidate takes, returns and promises of what its memory does.

A case is asked within that: without the inputs that the candidate lacks, in sizes that it has. What
cannot be asked so lies outside, with a reason.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from refmem.grammar.ranges import check_option
from refmem.memory import Rule, StaticRule
from refmem.oracle.cases.case import Case, make_case
from refmem.oracle.cases.inputs import draws_of
from refmem.oracle.cases.regime import Regime
from refmem.support.arguments import ChoiceError
from refmem.support.wording import nearest_name

STATE, SCALE, IN_PLACE, UNSEEN = "state", "scale", "in-place", "-"


@dataclass(frozen=True)
class Contract:
    """What a candidate's author declares.

    lacks     optional inputs, options, "state" and "scale" that it does not take
    returns   what it returns, in order: "out", "state", or "-" for what is not looked at, as is
              whatever comes after these; "in-place" where it changes the state that it was
              given. () is found out
    square    whether values must be as wide as keys
    multiple  what its numbers of tokens are multiples of
    limit     the most tokens that it takes; 0 is any
    widths    of keys and of values, the only ones it has; () is any
    lengths   the only numbers of tokens it is asked; () is any
    without   regimes that its author leaves out by choice
    options   options of the rule that it has once and for all, passed where it takes them
    extra     keyword arguments of every call
    """

    lacks: tuple[str, ...] = ()
    returns: tuple[str, ...] = ()
    square: bool = False
    multiple: int = 1
    limit: int = 0
    widths: tuple[int, ...] = ()
    lengths: tuple[int, ...] = ()
    without: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, least in (("multiple", 1), ("limit", 0)):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise ChoiceError(
                    f"contract: {name} has value {value!r}, expected a whole number of at least "
                    f"{least}, because it counts tokens"
                )
        for what in self.returns:
            if what not in ("out", STATE, IN_PLACE, UNSEEN):
                raise ChoiceError(
                    f"contract: returns names {what!r}, expected out, state, in-place, or - for "
                    f"what is not looked at{nearest_name(what, ('out', STATE, IN_PLACE))}"
                )
        if self.returns and self.returns[0] != "out":
            raise ChoiceError("contract: returns begins with something else, expected out first")

    def beside(self, words: Mapping[str, Any]) -> Contract:
        """This contract, and where it leaves something open what a convention says of it."""
        said = {name: _as_tuple(value) for name, value in words.items()}
        left = {n: x for n, x in said.items() if getattr(self, n) == getattr(ANYTHING, n)}
        return dataclasses.replace(self, **left)

    @property
    def gives_state(self) -> bool:
        """Whether a state comes back, as far as it was declared."""
        return not self.returns or bool({STATE, IN_PLACE} & set(self.returns))

    def check_for(self, rule: Rule) -> None:
        """`ChoiceError` unless every name that is lacking is one the rule can do without."""
        optional = {STATE, SCALE, *rule.defaults, *rule.options}
        for name, value in self.options.items():
            if name not in rule.options:
                raise ChoiceError(
                    f"{rule.name}: option names {name!r}, expected one of "
                    f"{', '.join(rule.options) or 'none'}{nearest_name(name, rule.options)}"
                )
            try:
                check_option(rule.name, name, value, rule.choices[name])
            except (TypeError, ValueError) as error:
                raise ChoiceError(str(error)) from error
        for name in self.lacks:
            if name in optional:
                continue
            if name in rule.inputs:
                raise ChoiceError(
                    f"{rule.name}: lacks names {name}, expected what the rule can do without "
                    f"({', '.join(sorted(optional))}), because every call needs it"
                )
            raise ChoiceError(
                f"{rule.name}: lacks names {name!r}, expected one of {', '.join(sorted(optional))}"
                f"{nearest_name(name, optional)}"
            )

    def why_not(self, case: Case) -> str:
        """Why a case cannot be asked; "" if it can."""
        regime = case.regime
        if regime.name in self.without:
            return "outside by choice"
        about_states = STATE in regime.draw or regime.slots or regime.name in ABOUT_STATES
        if STATE in self.lacks and about_states and not isinstance(case.rule, StaticRule):
            return "it takes no initial state"
        if SCALE in self.lacks and regime.scale not in (None, 1):
            return "it takes no scale"
        if self.limit and self._length(case.tokens) > self.limit:
            return f"it takes at most {self.limit} tokens"
        return self._why_not_about(case)

    def _why_not_about(self, case: Case) -> str:
        """The same, where it lacks what the case is about, or has an option once and for all."""
        regime = case.regime
        for name, value in regime.options.items():
            if value != self.options.get(name, value):
                return f"its {name} is always {self.options[name]!r}"
        for name in self.lacks:
            if name in regime.draw or name in regime.options.keys() - self.options.keys():
                return f"it takes no {name}"
        about = draws_of(case.rule, regime).keys()
        if about and about <= set(self.lacks):
            return f"it takes no {' and no '.join(about)}"
        return ""

    def asked(self, case: Case) -> Case:
        """The case in the candidate's sizes, without what it lacks."""
        resized = self.resized(case.regime)
        if resized != case.regime:
            case = make_case(case.rule, resized, case.seed)
        gone = {n for n in case.inputs if n.partition(".")[0] in self.lacks}
        if not gone and not self.lacks:
            return case
        inputs = {name: x for name, x in case.inputs.items() if name not in gone}
        options = {
            n: x for n, x in case.options.items() if n not in self.lacks or n in self.options
        }
        axes = {name: own for name, own in case.axes.items() if name not in gone}
        others = {name: x for name, x in case.others.items() if name not in gone}
        regime = dataclasses.replace(
            case.regime,
            state=case.regime.state and STATE not in self.lacks,
            scale=None if SCALE in self.lacks else case.regime.scale,
        )
        return dataclasses.replace(
            case, regime=regime, inputs=inputs, options=options, axes=axes, others=others
        )

    @property
    def resizes(self) -> bool:
        """Whether cases are asked in other sizes than their own."""
        return self.square or self.multiple > 1 or bool(self.widths or self.lengths)

    def resized(self, regime: Regime) -> Regime:
        """A regime in the candidate's sizes."""
        K, V = self._width(regime.K), self._width(regime.V)
        if self.square:
            K = V = max(K, V)
        elif K == V and regime.K > regime.V:  # which tells keys from values
            K = self._width(K + 1)
        elif K == V and regime.K < regime.V:
            V = self._width(V + 1)
        return dataclasses.replace(
            regime,
            K=K,
            V=V,
            lengths=tuple(map(self._length, regime.lengths)),
            sequences=tuple(tuple(map(self._length, some)) for some in regime.sequences),
            settings=({**regime.options, **self.options},) if self.options else regime.settings,
        )

    def _width(self, width: int) -> int:
        """The least width it has that is no less, or its greatest."""
        return min((w for w in self.widths if w >= width), default=max(self.widths, default=width))

    def _length(self, tokens: int) -> int:
        """The least number of tokens it takes that is no less, or the greatest that it is asked."""
        wanted = -(-tokens // self.multiple) * self.multiple
        allowed = [n for n in self.lengths if n % self.multiple == 0]
        return min((n for n in allowed if n >= wanted), default=max(allowed, default=wanted))


def _as_tuple(value: Any) -> Any:
    """Words of a list, or with commas between; what is no word, as it is."""
    if isinstance(value, str):
        return tuple(word.strip() for word in value.split(",") if word.strip())
    return tuple(value) if isinstance(value, list) else value


ABOUT_STATES = ("zero-state", "unit-state", "large-state")
"""Regimes that are nothing without a state."""

ANYTHING = Contract()
"""It takes whatever a case has."""
