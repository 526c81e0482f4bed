"""Laws that a kernel must obey whatever it computes: no reference is needed to see them broken.

    split      any two pieces, one after the other, give what the whole gives
    decode     token by token gives what the whole gives
    prefill    a prompt in pieces, and then token by token, gives what the whole gives
    rollback   a state that was kept can be gone on from twice: a rejected draft leaves it alone
    drafts     of drafts the accepted ones count alone, however many they are
    causality  what comes later changes nothing before it
    padding    tokens that write nothing and forget nothing leave outputs and state alone
    batch      a sequence alone gives what it gives among others
    packed     sequences packed together give what each gives alone
    repeat     the second call gives what the first gave, to the bit

They are run on ordinary cases of a rule; two results may differ by twice the budget of the case,
because both may err, and those of `repeat` not at all. That inputs are left as they were, and that
slot -1 touches nothing, is checked in every case.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np

from refmem.memory import StaticRule
from refmem.memory.rule import Rule
from refmem.oracle.border.layouts import Arrays
from refmem.oracle.cases.case import Case, find_case, suited
from refmem.oracle.cases.reference import run_rule
from refmem.oracle.targets.running import MisbehavedError, asked, contract_of, outside, run
from refmem.oracle.targets.target import Target
from refmem.oracle.verdict.budget import Expected, Verdict, expect, judge
from refmem.oracle.verdict.metrics import Errors
from refmem.oracle.verdict.promises import (
    Pair,
    Runner,
    batch,
    causality,
    decode,
    drafts,
    packed,
    padding,
    prefill,
    repeat,
    rollback,
    split,
)
from refmem.support.arguments import ChoiceError

SAME = 1e-9
"""How far two ways to the same float64 numbers may be apart."""

WHOLE, SHORT, PACKED = "ordinary/5", "short-chunks/5", "packed/0"
"""130 tokens, 17 tokens, and sequences of 5, 0, 1 and 63."""


@dataclasses.dataclass(frozen=True)
class Property:
    """A law: the case it runs on, and whether results must agree to the bit."""

    law: Callable[[Case, Runner], Iterator[Pair]]
    on: str
    exact: bool = False

    @property
    def name(self) -> str:
        """That of its function."""
        return self.law.__name__


PROPERTIES = (
    Property(split, SHORT),
    Property(split, WHOLE),
    Property(decode, SHORT),
    Property(prefill, WHOLE),
    Property(rollback, SHORT),
    Property(drafts, SHORT),
    Property(causality, WHOLE),
    Property(padding, WHOLE),
    Property(batch, WHOLE),
    Property(packed, PACKED),
    Property(repeat, WHOLE, exact=True),
)


def properties_of(rule: Rule) -> list[tuple[Property, Case]]:
    """The laws that a rule has cases for."""
    names = {regime.name for regime in suited(rule)}
    if isinstance(rule, StaticRule):
        return []
    return [
        (one, find_case(f"{rule.path}/{one.on}"))
        for one in PROPERTIES
        if one.on.split("/")[0] in names
    ]


def judge_property(target: Target, operator: str, one: Property, case: Case) -> Verdict:
    """Whether a candidate obeys a law."""
    case = asked(target, case)
    always = contract_of(target).options
    if always and not _is_kept(case, one):
        said = ", ".join(f"{name}={value!r}" for name, value in always.items())
        raise OutsideError(f"the rule itself does not keep it where {said}")
    foreign = target.convention.to_foreign(case, target.dtype)
    expected = expect(case, foreign, target.convention, target.dtype)

    def go(some: Case) -> Arrays:
        reason = outside(target, operator, some) or _unpassable(target, some)
        if reason:
            raise OutsideError(reason)
        given = target.convention.to_foreign(some, target.dtype)
        shapes = run_rule(some, some.inputs, **some.options)
        return run(target, operator, some, given, shapes)

    worst = Verdict()
    try:
        for found, wanted in one.law(case, go):
            verdict = _compare(expected, one, found, wanted)
            worst = max(worst, verdict, key=lambda v: v.share)
    except MisbehavedError as error:
        return Verdict(np.inf, np.inf, str(error))
    return worst


def _is_kept(case: Case, one: Property) -> bool:
    """Whether the rule itself keeps a law, with the options that it is asked with."""
    pairs = one.law(case, lambda some: run_rule(some, some.inputs, **some.options))
    return all(
        np.allclose(x, wanted[part], rtol=SAME, atol=SAME, equal_nan=True)
        for found, wanted in pairs
        for part, x in found.items()
    )


def _unpassable(target: Target, case: Case) -> str:
    """Why a call that a law makes cannot be made of a target that lacks something."""
    contract = contract_of(target)
    given = {name.partition(".")[0] for name in case.inputs} | case.options.keys()
    given -= contract.options.keys()
    return next((f"it takes no {name}" for name in contract.lacks if name in given), "")


class OutsideError(Exception):
    """A law needs a call that the candidate does not promise."""


def property_cases(rule: Rule) -> list[str]:
    """Their names, such as gated_delta/split@ordinary/5."""
    return [f"{rule.path}/{one.name}@{one.on}" for one, _ in properties_of(rule)]


def find_property(name: str) -> tuple[Property, Case]:
    """The law and the case of such a name."""
    rule, law, seed = name.split("/")
    law, _, regime = law.partition("@")
    for one in PROPERTIES:
        if (one.name, one.on) == (law, f"{regime}/{seed}"):
            return one, find_case(f"{rule}/{one.on}")
    raise ChoiceError(f"case has name {name!r}, expected a law on a case such as split@ordinary/5")


def _compare(expected: Expected, one: Property, found: Arrays, wanted: Arrays) -> Verdict:
    if one.exact:
        same = all(np.array_equal(x, wanted[part], equal_nan=True) for part, x in found.items())
        return Verdict() if same else Verdict(np.inf, np.inf, "the results are not the same bits")
    limits = {part: Errors(*(2 * e for e in expected.allowed[part])) for part in found}
    truth = {part: x.astype(expected.truth[part].dtype) for part, x in wanted.items()}
    return judge(dataclasses.replace(expected, truth=truth, allowed=limits), found)
