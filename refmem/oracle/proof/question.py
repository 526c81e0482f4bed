"""What a function is asked: inputs of which nothing is known, and what the definition gives.

Shapes are those of a case, where bugs live. Its numbers are replaced by drawn pairs, as they are
passed: a gate that comes as a logarithm is drawn as one. Gates of exactly zero or one stay. The
definition runs on the same numbers, through the same convention.
"""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from refmem.algebra.pairs import drawn, lifted
from refmem.memory.rule import Rule
from refmem.oracle.border.layouts import Arrays
from refmem.oracle.border.parametrisations import OWN
from refmem.oracle.cases.case import Case
from refmem.oracle.cases.ingredients import gate_of
from refmem.oracle.cases.reference import run_rule, state_parts, unchecked
from refmem.oracle.proof.residues import is_residues, lift, same
from refmem.oracle.proof.shapes import LONG, one_sequence
from refmem.oracle.targets.callable import PythonCallable
from refmem.oracle.targets.results import taken_apart
from refmem.oracle.targets.running import placed
from refmem.oracle.verdict.budget import call_options


@dataclass(frozen=True, eq=False)
class Question:
    """One case, asked of a target.

    case     in the target's sizes, without what it lacks
    foreign  its numbers as floats, by the target's names, for the run that is shadowed
    raws     the numbers in place of them, in refmem's layout, as they are passed
    inputs   the rule's inputs that these stand for
    truth    the parts of what the definition gives; or its gradients
    exact    the case, its rule one that takes pairs
    cotangents   of a question about gradients: dout and dstate, as the target has them
    draw     which numbers were drawn
    """

    target: PythonCallable
    case: Case
    foreign: Arrays
    raws: Mapping[str, np.ndarray]
    inputs: dict[str, Any]
    truth: Arrays
    exact: Case
    cotangents: Arrays = dataclasses.field(default_factory=dict)
    draw: int = 0

    @property
    def given(self) -> dict[str, np.ndarray]:
        """What the target is given, in its layout: pairs, and whole numbers as they are."""
        convention, case = self.target.convention, self.case
        axes, lengths = convention.raw_axes(case), case.inputs.get("lengths")
        numbers = {
            convention.name(name): convention.placed(x, axes[name], lengths)
            for name, x in self.raws.items()
        }
        return self.foreign | numbers

    @property
    def not_negative(self) -> list[str]:
        """The arguments whose numbers the rule says are not negative, by the target's names."""
        convention, kinds = self.target.convention, self.case.rule.kinds
        return [
            convention.name(one.name)
            for one in convention.spellings(self.case)
            if one.how is OWN and one.name in kinds and kinds[one.name].least == 0
        ]

    def parts(self, results: list[Any], after: Mapping[str, Any]) -> Arrays:
        """What came back, in refmem's grammar, as residues; the parts that the truth has too.

        after   the arguments as the function left them
        """
        case, target = self.case, self.target
        axes = target.axes_of_state(case)
        out, state = taken_apart(results, target.contract, case, axes, None, None)
        name = target.convention.name("state")
        if state is None and _changed(after.get(name), self.given.get(name)):
            state = after[name]
        found = {"out": out} | state_parts(state)
        return {
            part: placed(target, case, part, lift(found[part]), truth)
            for part, truth in self.truth.items()
            if part in found
        }

    def wrong(self, found: Arrays) -> dict[str, np.ndarray]:
        """Part -> where it is not what the definition gives."""
        return {part: ~same(x, lift(self.truth[part])) for part, x in found.items()}


def ask(
    target: PythonCallable, case: Case, draw: int = 0, raws: Mapping[str, Any] | None = None
) -> Question:
    """The question of a case; other numbers for another `draw`, or these."""
    case = target.contract.asked(case)
    case = one_sequence(case) if case.tokens > LONG else case
    convention = target.convention
    raws = dict(raws) if raws is not None else draw_raws(target, case, draw)
    inputs = convention.meant(case, raws)
    exact = dataclasses.replace(case, rule=exact_rule(case.rule))
    truth = run_rule(exact, inputs, **call_options(case, convention))
    foreign = convention.to_foreign(case, np.float32)
    return Question(target, case, foreign, raws, inputs, truth, exact, draw=draw)


def exact_rule(rule: Rule) -> Any:
    """The rule without checks of ranges, whose scale may be a float beside pairs."""
    other: Any = unchecked(rule)

    def bind(args: Any, given: Any, state: Any, scale: Any, *watch: Any) -> Any:
        scale = lifted(float(scale)) if isinstance(scale, float | int) else scale
        return type(rule).bind(other, args, given, state, scale, *watch)

    other.bind = bind
    return other


PLAIN = {"factor": (0, 1), "logarithm of a factor": (-np.inf, 0), "write strength": (0, 1)}
"""Kinds of inputs -> their numbers that some kernels take a branch for."""


def draw_raws(target: PythonCallable, case: Case, draw: int) -> dict[str, np.ndarray]:
    """A pair for each number that is passed, but for gates and strengths of exactly zero or one in
    cases that are about these."""
    random = np.random.default_rng([zlib.crc32(case.name.encode()), draw])
    with np.errstate(divide="ignore"):
        known = target.convention.raw(case)
    raws = {name: drawn(random, x.shape) for name, x in known.items()}
    about = {gate_of(case.rule) if name == "gate" else name for name in case.regime.draw}
    for one in target.convention.spellings(case):
        if one.name in about and one.kind in PLAIN and (one.how is OWN or one.how.unit):
            x = case.inputs[one.name]
            special = np.broadcast_to(np.isin(x, PLAIN[one.kind]), one.shape)
            for index in map(tuple, np.argwhere(special)):
                raws[one.name][index] = lifted(float(known[one.name][index]))
    return raws


def _changed(now: Any, before: Any) -> bool:
    if now is None or before is None or not is_residues(np.asarray(now)):
        return False
    return not same(np.asarray(now), lift(before)).all()
