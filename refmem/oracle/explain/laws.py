"""What a broken law says of a mistake: it needs no reference, and so it is evidence of its own."""

from __future__ import annotations

from collections.abc import Iterable

from refmem.oracle.verdict.laws import is_gradient, is_law
from refmem.oracle.verdict.outcomes import FAILED, PASSED, Outcome

MEANINGS = {
    "split": "two pieces are not the whole: what is handed on is not the state, or is read wrongly",
    "decode": "token by token is not the whole: decoding and prefill differ",
    "prefill": "a prompt in pieces is not the whole: a state is not gone on from by several tokens",
    "drafts": "a rejected draft leaves something behind, or an accepted one is lost",
    "rollback": "a state that was kept cannot be gone on from twice: it is changed in between",
    "causality": "what comes later changes what was before: the mask",
    "padding": "tokens that do nothing change something: a tail that is not masked",
    "batch": "a sequence alone is not what it is among others: an index or a sum over the batch",
    "packed": "a sequence alone is not what it is in a pack: boundaries leak",
    "repeat": "the same call gives something else: memory that nobody wrote, or a race",
}
"""Law -> what it means that it is broken."""


def broken_laws(outcomes: Iterable[Outcome]) -> tuple[str, ...]:
    """A line for each law that fails, and one of those that hold."""
    laws = [one for one in outcomes if is_law(one.case) and not is_gradient(one.case)]
    broken = dict.fromkeys(law_of(one) for one in laws if one.status == FAILED)
    kept = dict.fromkeys(law_of(one) for one in laws if one.status == PASSED)
    held = [law for law in kept if law not in broken]
    lines = [f"the law of {law} is broken: {MEANINGS[law]}" for law in broken]
    return (*lines, *([f"laws that hold: {', '.join(held)}"] if lines and held else ()))


def law_of(outcome: Outcome) -> str:
    """The name of a law.

    >>> law_of(Outcome("kernel", "delta/split@ordinary/5", PASSED))
    'split'
    """
    return outcome.regime.partition("@")[0]
