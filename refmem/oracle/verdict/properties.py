"""Laws that a kernel must obey whatever it computes: no reference is needed to see them broken.

    split      any two pieces, one after the other, give what the whole gives
    decode     token by token gives what the whole gives
    rollback   a state that was kept can be gone on from twice: a rejected draft leaves it alone
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
from refmem.oracle.border.layouts import Arrays, is_timed
from refmem.oracle.cases.case import Case, find_case, suited
from refmem.oracle.cases.ingredients import gate_of
from refmem.oracle.cases.reference import run_rule, sequence
from refmem.oracle.targets.running import MisbehavedError, asked, contract_of, outside, run
from refmem.oracle.targets.target import Target
from refmem.oracle.verdict.budget import Expected, Verdict, expect, judge
from refmem.oracle.verdict.metrics import Errors
from refmem.support.arguments import ChoiceError

Runner = Callable[[Case], Arrays]
"""Runs a candidate on a case, and gives the parts of its result in the grammar."""

Pair = tuple[Arrays, Arrays]
"""What was found, and what it should equal."""

SAME = 1e-9
"""How far two ways to the same float64 numbers may be apart."""

WHOLE, SHORT, PACKED = "ordinary/5", "short-chunks/5", "packed/0"
"""130 tokens, 17 tokens, and sequences of 5, 0, 1 and 63."""


def tokens(case: Case, start: int, stop: int, state: Arrays | None = None) -> Case:
    """The part of a case about tokens start..stop-1, from another state."""
    total = _tokens(case)
    inputs = {}
    for name, x in case.inputs.items():
        axes = case.axes[name]
        if is_timed(axes) and axes[0] != "P":
            each = x.shape[-len(axes)] // total
            x = x[(..., slice(start * each, stop * each)) + (slice(None),) * (len(axes) - 1)]
        inputs[name] = x
    return dataclasses.replace(case, inputs=inputs | (state or {}))


def _tokens(case: Case) -> int:
    name = next(n for n, axes in case.axes.items() if axes and axes[0] == "T")
    return int(case.inputs[name].shape[-len(case.axes[name])])


def _state(parts: Arrays) -> Arrays:
    return {name: x.astype(np.float64) for name, x in parts.items() if name != "out"}


def _joined(pieces: list[Arrays]) -> Arrays:
    out = np.concatenate([piece["out"] for piece in pieces], axis=-2)
    return pieces[-1] | {"out": out}


def split(case: Case, go: Runner) -> Iterator[Pair]:
    """At every token of a short case, and at chunk boundaries of a long one."""
    total = _tokens(case)
    whole = go(case)
    for at in range(1, total) if total < 20 else (1, 63, 64, 65, total - 1):
        first = go(tokens(case, 0, at))
        yield _joined([first, go(tokens(case, at, total, _state(first)))]), whole


def decode(case: Case, go: Runner) -> Iterator[Pair]:
    """One token a call."""
    state, pieces = None, []
    for t in range(_tokens(case)):
        pieces.append(go(tokens(case, t, t + 1, state)))
        state = _state(pieces[-1])
    yield _joined(pieces), go(case)


def rollback(case: Case, go: Runner) -> Iterator[Pair]:
    """From the state after some tokens, a draft of others, and then the right ones."""
    total, whole = _tokens(case), go(case)
    for at in (1, total // 2, total - 1):
        first = go(tokens(case, 0, at))
        kept = _state(first)
        draft = {n: -x if n in ("q", "v") else x for n, x in case.inputs.items()}
        go(tokens(dataclasses.replace(case, inputs=draft), at, total, kept))
        yield _joined([first, go(tokens(case, at, total, kept))]), whole


def causality(case: Case, go: Runner) -> Iterator[Pair]:
    """Other numbers from some token on."""
    total, whole = _tokens(case), go(case)
    at = total // 2
    later = {}
    for name, x in case.inputs.items():
        timed = name in case.others and is_timed(case.axes[name]) and case.axes[name][0] == "T"
        later[name] = x.copy()
        if timed:
            rows = (..., slice(at, None)) + (slice(None),) * (len(case.axes[name]) - 1)
            later[name][rows] = case.others[name][rows]
    changed = go(dataclasses.replace(case, inputs=later))
    yield {"out": changed["out"][..., :at, :]}, {"out": whole["out"][..., :at, :]}


def padding(case: Case, go: Runner) -> Iterator[Pair]:
    """Tokens with k = v = beta = 0 and a gate of one, where to the rule itself they are nothing."""
    longer = padded(case, 3)
    if longer is None:
        return
    whole, found, total = go(case), go(longer), _tokens(case)
    yield found | {"out": found["out"][..., :total, :]}, whole


def padded(case: Case, more: int) -> Case | None:
    """The case with so many tokens that do nothing after it; None if the rule has none."""
    inputs, gate = {}, gate_of(case.rule)
    for name, x in case.inputs.items():
        axes = case.axes[name]
        if axes and axes[0] == "T":
            shape = list(x.shape)
            shape[-len(axes)] = more
            value = 1.0 if name == gate and not gate.startswith("log_") else 0.0
            x = np.concatenate([x, np.full(shape, value)], axis=-len(axes))
        elif is_timed(axes) and axes[0] != "P":
            return None
        inputs[name] = x
    longer = dataclasses.replace(case, inputs=inputs)
    try:
        before = run_rule(case, case.inputs, **case.options)
        after = run_rule(longer, inputs, **case.options)
    except (ValueError, np.linalg.LinAlgError):
        return None  # such tokens are no inputs of the rule
    same = all(
        x.shape == after[part].shape and np.array_equal(x, after[part])
        for part, x in before.items()
        if part != "out"
    )
    return longer if same else None


def batch(case: Case, go: Runner) -> Iterator[Pair]:
    """Every sequence alone."""
    together = go(case)
    for n in range(case.batch):
        one = {name: x if x.shape[0] == 1 else x[n : n + 1] for name, x in case.inputs.items()}
        shape = (1, *case.state_shape[1:]) if case.state_shape else ()
        alone = go(dataclasses.replace(case, inputs=one, state_shape=shape))
        yield alone, {part: x[n : n + 1] for part, x in together.items()}


def packed(case: Case, go: Runner) -> Iterator[Pair]:
    """Every sequence alone, as a pack of one."""
    together = go(case)
    for n, length in enumerate(int(one) for one in case.inputs["lengths"]):
        if length == 0:
            continue
        one = sequence(case, case.inputs, n, length) | {"lengths": np.array([length])}
        shape = (1, *case.state_shape[1:]) if case.state_shape else ()
        alone = go(dataclasses.replace(case, inputs=one, state_shape=shape))
        rows = together["out"][n : n + 1, ..., :length, :]
        yield alone, {part: x[n : n + 1] for part, x in together.items()} | {"out": rows}


def repeat(case: Case, go: Runner) -> Iterator[Pair]:
    """The same call again."""
    yield go(case), go(case)


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
    Property(rollback, SHORT),
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
