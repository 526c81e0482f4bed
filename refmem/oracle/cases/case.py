"""Cases: named inputs for a rule, each of which can be made again from its name alone.

    gated_delta/mid-chunk-reset/7     rule / regime / seed
    mine:my_rule/ordinary/3           the same of a rule outside refmem: module:rule / ...

The seed picks the length among the regime's lengths and draws the numbers. A case's inputs are in
refmem's grammar, float64: leading axes are (batch, heads), or (batch, heads, 3) and
(batch, heads, 1) where three heads share one; parameters, which have no time, have no batch.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from refmem.memory import StaticRule
from refmem.memory.rule import Rule
from refmem.oracle.border.layouts import Arrays, Axes, Shape, is_timed
from refmem.oracle.cases.ingredients import options_of, traits_of
from refmem.oracle.cases.inputs import (
    ANOTHER,
    axes_of_state,
    draw_all,
    draws_of,
    has_matrix_state,
    lengths_of,
    shape_of_state,
)
from refmem.oracle.cases.regime import Regime
from refmem.oracle.cases.regimes import REGIMES
from refmem.oracle.cases.varied import varied, without
from refmem.rules import RULES
from refmem.support.arguments import ChoiceError
from refmem.support.wording import nearest_name


@dataclass(frozen=True, eq=False)
class Case:
    """Inputs of one call of a rule.

    regime       as this case has it: of one length and one setting, with or without a state
    inputs       name -> array, in refmem's grammar; "state", or "state.key" and so on where it is
                 not one matrix, if one is passed; "lengths" of sequences, "slots" of a pool
    axes         name -> its axes, such as ("T", "K")
    options      keyword arguments beside them: `scale`, unless it is the rule's own
    state_shape  of an initial state, passed or not, where it is one matrix
    others       name -> an input of the same kind with other numbers, as in an ordinary case
    """

    rule: Rule
    regime: Regime
    seed: int
    inputs: Arrays
    axes: dict[str, Axes]
    options: dict[str, Any]
    state_shape: Shape
    others: Arrays

    @property
    def name(self) -> str:
        """rule/regime/seed."""
        return f"{self.rule.path}/{self.regime.name}/{self.seed}"

    @property
    def tokens(self) -> int:
        """How many tokens the longest sequence has."""
        name = next(n for n, axes in self.axes.items() if axes and axes[0] == "T")
        return self.inputs[name].shape[-len(self.axes[name])]

    @property
    def kinds(self) -> dict[str, str]:
        """What the numbers of each of the rule's inputs are."""
        return {name: kind.name for name, kind in self.rule.kinds.items()}

    @property
    def batch(self) -> int:
        """How many sequences there are."""
        return max(
            x.shape[0] for name, x in self.inputs.items() if is_timed(self.axes.get(name, ()))
        )


def checkable_rules() -> dict[str, Rule]:
    """refmem's own rules, for all of which cases are made."""
    return {rule.name: rule for rule in RULES}


def suited(rule: Rule) -> list[Regime]:
    """The regimes that a rule's inputs and its kind of state allow."""
    kind = "matrix" if has_matrix_state(rule) else "none" if isinstance(rule, StaticRule) else "own"
    traits = traits_of(rule)
    return [
        _as_asked(rule, regime)
        for regime in (*REGIMES, *without(rule), *varied(rule))
        if regime.name not in rule.unasked
        and regime.suits(traits, kind)
        and (regime.scale == 1 or rule.scaled)
    ]


def _as_asked(rule: Rule, regime: Regime) -> Regime:
    """Without bare cases where these would be like the others: there is nothing to leave out."""
    nothing = isinstance(rule, StaticRule) and not optional_inputs(rule, regime)
    return replace(regime, bare=()) if nothing else regime


def optional_inputs(rule: Rule, regime: Regime) -> list[str]:
    """What may be left out of a case: the regime is not about it."""
    drawn = draws_of(rule, regime)
    about = {*drawn, "beta"} if regime.sharing == "beta" else {*drawn}
    return [name for name in rule.defaults if name not in about]


def make_case(rule: Rule, regime: Regime, seed: int) -> Case:
    """The case of that name."""
    regime = regime.of_seed(seed, optional_inputs(rule, regime))
    given = {n: shape for n, shape in rule.inputs.items() if n not in regime.omit}
    axes = {name: tuple(shape.split()) for name, shape in given.items()}
    state_shape = shape_of_state(rule, regime)
    inputs = draw_all(rule, regime, seed, state_shape)
    others = draw_all(rule, regime, seed + ANOTHER, state_shape, usual=True)
    axes |= {name: axes_of_state(name, x) for name, x in inputs.items() if name not in axes}
    if regime.sequences:
        inputs["lengths"] = np.array(lengths_of(regime))
    if regime.slots:
        inputs["slots"] = np.array(regime.slots)
    return Case(rule, regime, seed, inputs, axes, _options(rule, regime), state_shape, others)


def _options(rule: Rule, regime: Regime) -> dict[str, Any]:
    options: dict[str, Any] = options_of(rule) | regime.options
    own = regime.scale is None or (regime.scale == 1 and rule.scale_default is None)
    return options if own or not rule.scaled else options | {"scale": regime.scale}


def find_case(name: str) -> Case:
    """The case called `rule/regime/seed`; ChoiceError says what is wrong with the name."""
    parts = name.split("/")
    if len(parts) != 3 or not parts[2].isdecimal():
        raise ChoiceError(
            f"case has name {name!r}, expected rule/regime/seed such as delta/empty/0"
        )
    rule = find_rule(parts[0])
    regimes = {regime.name: regime for regime in suited(rule)}
    if parts[1] not in regimes:
        raise ChoiceError(
            f"case has regime {parts[1]!r}, expected one of {', '.join(regimes)}"
            f"{nearest_name(parts[1], regimes)}"
        )
    return make_case(rule, regimes[parts[1]], int(parts[2]))


def described(name: str) -> str:
    """A case's name, and the options that make it what it is.

    >>> described("softmax_attention/with-window/1"), described("delta/ordinary/0")
    ('softmax_attention/with-window/1 (window=16)', 'delta/ordinary/0')
    """
    rule, regime, seed = name.split("/")
    of_law = regime.rpartition("@")[2]
    found = next((one for one in suited(find_rule(rule)) if one.name == of_law), None)
    options = found.of_seed(int(seed)).options if found else {}
    said = ", ".join(f"{option}={value}" for option, value in options.items())
    return f"{name} ({said})" if said else name


def find_rule(rule: str | Rule) -> Rule:
    """The rule of that name, refmem's own, or the one at `package.module:rule`; or a rule itself.

    Whatever finds it again, in this process or in another, does so by its path: a rule outside
    refmem is what its module holds under its name. ChoiceError says what is wrong with one.
    """
    if isinstance(rule, Rule):
        found = find_rule(rule.path)
        if found is not rule:
            raise ChoiceError(f"rule {rule.path} is another one there, expected {rule!r}")
        return rule
    if ":" in rule:
        return _outside(rule)
    own = checkable_rules()
    if rule not in own:
        raise ChoiceError(
            f"rule has name {rule!r}, expected one of {', '.join(own)}, because these have cases, "
            f"or module:rule{nearest_name(rule, own)}"
        )
    return own[rule]


_seen: dict[str, str] = {}
"""Names of rules outside refmem that were asked for, and where each is."""


def _outside(path: str) -> Rule:
    """The rule at module:name; its name is its own, and no other rule's."""
    found = _imported(path)
    if found.path != path:
        name = path.partition(":")[2]
        raise ChoiceError(
            f"rule {path} calls itself {found.path}, expected {path}, because it is found again by "
            f"its name: ask for {found.path}, or say name={name!r} where it is made"
        )
    own = found.name in checkable_rules()
    taken = "refmem's own" if own else _seen.setdefault(found.name, path)
    if taken != path:
        raise ChoiceError(
            f"rule {path} has a name that is taken by {taken}, expected another, because what is "
            "said of rules tells them apart by it: say name= where it is made"
        )
    _expect_regimes(found)
    return found


def _imported(path: str) -> Rule:
    """The rule that a module holds."""
    module, _, name = path.partition(":")
    try:
        held = vars(importlib.import_module(module))
    except (Exception, SystemExit) as error:  # whatever somebody's module raises
        reason = f"{type(error).__name__}: {error}"
        raise ChoiceError(f"rule {path} does not import: {reason}") from error
    rules = {one: value for one, value in held.items() if isinstance(value, Rule)}
    if name not in rules:
        raise ChoiceError(
            f"rule has name {path!r}, expected one of {', '.join(rules) or 'none'}, because these "
            f"are the rules of {module}{nearest_name(name, rules)}"
        )
    return rules[name]


def _expect_regimes(rule: Rule) -> None:
    """What a rule says that cases do not ask is a regime."""
    known = [regime.name for regime in (*REGIMES, *without(rule), *varied(rule))]
    for name in rule.unasked:
        if name not in known:
            raise ChoiceError(
                f"rule {rule.path} says unasked={{{name!r}: ...}}, expected a regime of cases: "
                f"{', '.join(known)}{nearest_name(name, known)}"
            )


def names_of(rule: Rule, seeds: Iterable[int] | None = None) -> list[str]:
    """Names of the cases of a rule: every regime with each of its lengths, or with these seeds."""
    chosen = None if seeds is None else tuple(seeds)
    return [
        f"{rule.path}/{regime.name}/{seed}"
        for regime in suited(rule)
        for seed in (regime.seeds if chosen is None else chosen)
    ]
