"""A proof in words: what was shown, at which shapes, and what it does not see."""

from __future__ import annotations

from collections.abc import Iterator

from refmem.oracle.proof.prove import (
    OUTSIDE,
    PROVEN,
    REFUSED,
    REFUTED,
    UNDECIDED,
    UNDEFINED,
    Proof,
    Shown,
)
from refmem.oracle.proof.shapes import written
from refmem.support.wording import listed

LISTED = 3
"""How many shapes, constants or lines of one kind are listed."""

CHANCE = (
    "three independent draws in fields of 2^31 elements: at most (d/2^30)^3 for a result of degree "
    "d, 1e-18 for d = 1000; where exp stands over a product of inputs, three draws and no bound"
)


def told(proof: Proof) -> str:
    """The whole verdict; the first line says what the function is."""
    verdict = proof.verdict
    title = {
        PROVEN: f"{proof.target} is {proof.rule}{proof.of}, for all numbers",
        REFUTED: f"{proof.target} is not {proof.rule}{proof.of}",
        UNDEFINED: f"{proof.target} gives what is not a number",
        UNDECIDED: f"{proof.target}: not decided whether it is {proof.rule}{proof.of}",
    }[verdict]
    rows = [*_rows(proof), *_not_seen(proof)]
    return "\n".join([title, *(f"    {name:<10} {text}" for name, text in rows)])


def _rows(proof: Proof) -> Iterator[tuple[str, str]]:
    proven = proof.having(PROVEN)
    if proven:
        parts = listed(dict.fromkeys(part for one in proven for part in one.parts))
        yield "proven", f"{parts}, with == and no tolerance, at {_shapes(proven)}"
    refuted = proof.having(REFUTED)
    if refuted:
        yield "refuted", f"at {_shapes(refuted)}"
        first = min(refuted, key=lambda one: one.case.tokens)
        yield "first", f"{_where(first)} in {first.case.name} ({written(first.case)})"
    yield from (("equals", f"exactly {proof.rule} with {says}") for says in proof.mutants)
    if proof.counterexample is not None:
        yield "smallest", str(proof.counterexample)
    for verdict, word in ((UNDECIDED, "undecided"), (UNDEFINED, "NaN"), (REFUSED, "refused")):
        for reason, some in _by_reason(proof.having(verdict)):
            yield word, f"{_shapes(some)}: {reason}"
    outside = proof.having(OUTSIDE)
    if outside:
        yield "not asked", "; ".join(f"{_regimes(s)} ({r})" for r, s in _by_reason(outside))


def _not_seen(proof: Proof) -> Iterator[tuple[str, str]]:
    notes = proof.notes
    if notes.constants:
        some = [f"{x!r} as {text}" for x, text in list(notes.constants.items())[:LISTED]]
        more = f" and {len(notes.constants) - LISTED} more" if len(notes.constants) > LISTED else ""
        yield "constants", f"taken {', '.join(some)}{more}"
    if notes.casts:
        yield "rounded", "; ".join(f"to {name}, {line}" for name, line in notes.casts.items())
    if notes.not_negative and notes.unknown:
        yield (
            "taken",
            f"{listed(notes.not_negative)} not negative, where that is compared with zero",
        )
    if proof.having(PROVEN):
        yield "chance", CHANCE
    yield (
        "not seen",
        "rounding, other shapes, code that is not array code (it is tested, not proven)",
    )


def _shapes(some: list[Shown]) -> str:
    """So many shapes: their numbers of tokens, widths and regimes."""
    tokens = listed(sorted({one.case.tokens for one in some}))
    if len(some) == 1:
        return f"{some[0].case.name.split('/', 1)[1]} ({written(some[0].case)})"
    regimes = listed(dict.fromkeys(one.case.regime.name for one in some))
    return f"{len(some)} shapes (T = {tokens}): {regimes}"


def _regimes(some: list[Shown]) -> str:
    return listed(dict.fromkeys(one.case.regime.name for one in some))


def _by_reason(some: list[Shown]) -> list[tuple[str, list[Shown]]]:
    reasons: dict[str, list[Shown]] = {}
    for one in some:
        reasons.setdefault(one.reason, []).append(one)
    return list(reasons.items())


def _where(one: Shown) -> str:
    """Which parts are wrong, and from where on."""
    rows = {"state": "key channel"}
    return listed(
        f"{part} from {rows.get(part.split('.')[0], 'token')} {row} on"
        for part, row in one.wrong.items()
    )
