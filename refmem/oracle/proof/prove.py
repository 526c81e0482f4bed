"""Proof: is a function the memory it says it is, for all numbers?

    proof = refmem.oracle.prove(my_kernel, "gated_delta", convention="fla")
    proof.verdict, str(proof)

The function runs on pairs of residues in the place of numbers (`refmem.algebra.pairs`), and so does
the rule's definition. What agrees with == on numbers that were drawn is the same function, at that
shape, but for a chance that the verdict states. Nothing is rounded, so there is no tolerance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from refmem.algebra.modular import UndefinedError, other_guesses
from refmem.memory.rule import Rule
from refmem.oracle.border.conventions import REFMEM, Convention
from refmem.oracle.border.facts import with_facts
from refmem.oracle.border.files import convention_from
from refmem.oracle.border.layouts import Axes
from refmem.oracle.cases.case import Case, find_rule
from refmem.oracle.cases.reference import OUT
from refmem.oracle.proof.counterexample import Counterexample, smallest
from refmem.oracle.proof.gradients import answered, ask_gradients
from refmem.oracle.proof.notes import Notes, TooLargeError, UnsupportedError
from refmem.oracle.proof.numeric import differs_in_floats
from refmem.oracle.proof.question import Question, ask
from refmem.oracle.proof.residues import NAN, lift
from refmem.oracle.proof.running import answer
from refmem.oracle.proof.same_mistake import exact_mutants
from refmem.oracle.proof.shapes import cases_at
from refmem.oracle.targets.callable import PythonCallable, import_function
from refmem.oracle.targets.contract import Contract
from refmem.oracle.targets.running import unsayable
from refmem.oracle.verdict.gradients import without_gradient
from refmem.support.arguments import ChoiceError
from refmem.support.wording import what_was_raised

PROVEN, REFUTED, UNDECIDED, UNDEFINED, REFUSED, OUTSIDE = (
    "proven",
    "refuted",
    "undecided",
    "not a number",
    "refused",
    "outside",
)
"""Of a shape: undecided is what cannot be said in residues, refused what the function raises on."""


NONE: Mapping[str, Any] = {}
"""No facts."""


@dataclass(frozen=True)
class Shown:
    """What was found at the shape of one case.

    case     asked
    verdict  one of those above
    reason   why it is not proven
    wrong    part -> first token (or key channel) that is wrong
    parts    of the result that were compared
    notes    of the run
    """

    case: Case
    verdict: str
    reason: str = ""
    wrong: dict[str, int] = field(default_factory=dict)
    parts: tuple[str, ...] = ()
    notes: Notes = field(default_factory=Notes)


@dataclass(frozen=True)
class Proof:
    """The verdict on a function.

    target, rule    what was asked about what
    of              "" of results, " in its gradients" of those
    shown           shape by shape
    mutants         what the wrong results equal exactly, in words
    counterexample  the smallest that was found
    """

    target: str
    rule: str
    shown: tuple[Shown, ...]
    mutants: tuple[str, ...] = ()
    counterexample: Counterexample | None = None
    of: str = ""

    @property
    def verdict(self) -> str:
        """Refuted at one shape is refuted; proven is proven wherever the function runs, and that at
        more shapes than it refuses. Gates of exactly zero may give what is not a number."""
        found = [one.verdict for one in self.shown]
        for worst in (REFUTED, UNDECIDED):
            if worst in found:
                return worst
        if UNDEFINED in found and PROVEN not in found:
            return UNDEFINED
        enough = found.count(PROVEN) > found.count(REFUSED)
        return PROVEN if enough else UNDECIDED

    def having(self, verdict: str) -> list[Shown]:
        """The shapes with that verdict."""
        return [one for one in self.shown if one.verdict == verdict]

    @property
    def notes(self) -> Notes:
        """What was met in any run."""
        notes = Notes()
        for one in self.shown:
            notes.add(one.notes)
        return notes


def prove(
    function: str | Callable[..., Any],
    rule: str | Rule,
    *,
    convention: str | Convention = REFMEM,
    library: str = "",
    shapes: Iterable[str] = (),
    gradients: bool = False,
    timeout: float = 120.0,
    watch: Callable[[int, int], None] | None = None,
    facts: Mapping[str, Any] = NONE,
    **contract: Any,
) -> Proof:
    """Prove that a function is a rule, or refute it.

    function    it, or module:function
    convention  how it takes its arrays: a value, or a preset's name, a file of facts, module:NAME
    library     whose arrays it takes: "torch", "jax" or "numpy"; found out unless given
    shapes      names of cases, such as "ordinary/4", in place of those where bugs live
    gradients   its gradients, in place of its results
    timeout     seconds for one shape
    watch       called with (done, total) after every shape
    facts       what the convention is changed by: see `refmem.oracle.border.facts`
    contract    what it lacks, returns and promises, in the words of `Contract`

    >>> import refmem
    >>> def forgetful(q, k, v, beta, state=None, scale=1):
    ...     return refmem.linear_attention(q, k, beta[..., None] * v, state=state, scale=scale)
    >>> prove(forgetful, "delta", shapes=["ordinary/1"]).verdict
    'refuted'
    """
    target = make_target(function, rule, convention, library, facts, **contract)
    return prove_target(target, shapes, gradients, timeout, watch)


def prove_target(
    target: PythonCallable,
    shapes: Iterable[str] = (),
    gradients: bool = False,
    timeout: float = 120.0,
    watch: Callable[[int, int], None] | None = None,
) -> Proof:
    """The same of a target of the oracle, such as each part of "fla"."""
    cases = list(cases_at(find_rule(target.rules[0]), list(shapes)))
    shown = []
    for done, case in enumerate(cases, 1):
        shown.append(prove_case(target, case, timeout, gradients))
        if watch is not None:
            watch(done, len(cases))
    of = " in its gradients" if gradients else ""
    proof = Proof(target.name, target.rules[0], tuple(shown), of=of)
    return explained(target, proof) if proof.having(REFUTED) and not gradients else proof


def make_target(
    function: str | Callable[..., Any],
    rule: str | Rule,
    convention: str | Convention,
    library: str,
    facts: Mapping[str, Any] = NONE,
    **contract: Any,
) -> PythonCallable:
    """The function as a target that is asked."""
    rule, name = find_rule(rule), function if isinstance(function, str) else ""
    known: Any = import_function(function) if isinstance(function, str) else function
    words: Any = {n: tuple(x) if isinstance(x, list) else x for n, x in contract.items()}
    library = library or library_of(known)
    if library not in ("numpy", "torch", "jax"):
        raise ChoiceError(
            f"prove: library has value {library!r}, expected numpy, torch or jax, because only "
            "their array code is traced"
        )
    told, chosen = Contract(**words), with_facts(convention_from(convention), facts)
    return PythonCallable(known, rule, np.float32, name, chosen, library, contract=told)


def library_of(function: Callable[..., Any]) -> str:
    """Whose arrays a function takes, by what its module has imported."""
    names = {type(x).__module__ if not hasattr(x, "__name__") else str(x.__name__)
             for x in getattr(function, "__globals__", {}).values()}  # fmt: skip
    roots = {name.partition(".")[0] for name in names}
    module = str(getattr(function, "__module__", "")).partition(".")[0]
    return next((one for one in ("torch", "jax") if one in roots or one == module), "numpy")


def prove_case(
    target: PythonCallable, case: Case, timeout: float, gradients: bool = False
) -> Shown:
    """What can be said at the shape of one case."""
    outside = unsayable(target.convention, case) or target.uncovered(target.name, case)
    if gradients:
        outside = outside or without_gradient(case)
    if outside:
        return Shown(case, OUTSIDE, outside)
    shown = _shown(target, case, timeout, gradients, 0)
    if shown.verdict == UNDEFINED:  # a number that was drawn may have been zero where it divides
        shown = _shown(target, case, timeout, gradients, 1)
    return shown


def _shown(target: PythonCallable, case: Case, timeout: float, gradients: bool, draw: int) -> Shown:
    """The same, for one draw of numbers."""
    notes = Notes(timeout)
    try:
        question = _question(target, case, gradients, draw)
    except UndefinedError:
        return Shown(case, OUTSIDE, "the definition has no value there")
    try:
        found = answered(question, notes) if gradients else answer(question, notes)
    except UndefinedError:
        return Shown(case, UNDEFINED, "; ".join(notes.undefined[:2]), notes=notes)
    except (UnsupportedError, TooLargeError) as error:
        return Shown(case, UNDECIDED, str(error), notes=notes)
    except Exception as error:
        return Shown(case, REFUSED, what_was_raised(error), notes=notes)
    return compared(question, found, notes)


def _question(target: PythonCallable, case: Case, gradients: bool, draw: int) -> Question:
    """The question of a case, about its results or its gradients."""
    return ask_gradients(target, case, draw) if gradients else ask(target, case, draw)


def compared(question: Question, found: dict[str, np.ndarray], notes: Notes) -> Shown:
    """The verdict on what a function returned."""
    case, parts = question.case, tuple(found)
    wrong = {part: w for part, w in question.wrong(found).items() if w.any()}
    if not wrong:
        return Shown(case, PROVEN, parts=parts, notes=notes)
    first = {part: first_row(w, case.axes.get(part, OUT)) for part, w in wrong.items()}
    if any((x["kind"] == NAN).any() for x in found.values()):
        lines = "; ".join(notes.undefined[:2]) or "memory that was never written is returned"
        return Shown(case, UNDEFINED, lines, first, parts, notes)
    if not _depends_on_guesses(question, found, notes):
        return Shown(case, REFUTED, "", first, parts, notes)
    if not question.cotangents and differs_in_floats(question):
        return Shown(case, REFUTED, "", first, parts, notes)
    met = "; ".join(f"{what}, {line}" for what, line in notes.unknown.items())
    met = met or "an exp or a logarithm of what was made by another one"
    reason = f"it is no other in floats, and differs if these may be any functions: {met}"
    return Shown(case, UNDECIDED, reason, first, parts, notes)


def first_row(wrong: np.ndarray, axes: Axes) -> int:
    """The first token, or key channel, with a wrong entry; 0 where there is neither."""
    if not axes:
        return 0
    rows = np.moveaxis(wrong, -len(axes), 0)
    return int(rows.reshape(len(rows), -1).any(1).argmax())


def _depends_on_guesses(question: Question, found: dict[str, np.ndarray], notes: Notes) -> bool:
    """Whether anything changes where unknown functions and maxima are others."""
    gradients = bool(question.cotangents)
    with other_guesses():
        other = _question(question.target, question.case, gradients, question.draw)
        own = Notes(notes.limit)
        again = answered(other, own) if gradients else answer(other, own)
    truths = ((lift(question.truth[part]), lift(other.truth[part])) for part in found)
    both = [*((found[part], again[part]) for part in found), *truths]
    return any((x["first"] != y["first"]).any() for x, y in both)


def explained(target: PythonCallable, proof: Proof) -> Proof:
    """A refutation with what the wrong results equal, and the smallest counterexample."""
    cases = sorted((one.case for one in proof.having(REFUTED)), key=lambda case: case.tokens)
    return replace(
        proof,
        mutants=tuple(exact_mutants(target, cases)),
        counterexample=smallest(target, cases[0]),
    )
