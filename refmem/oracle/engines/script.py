"""A schedule that fails, as a script that an engine's author can run and step through."""

from __future__ import annotations

from collections.abc import Sequence

from refmem.around.serving import Call, Clear, Copy, Read, Run, Verify, Write
from refmem.oracle.engines.judging import Breach, Place
from refmem.oracle.engines.stream import Stream


def script(
    engine: str, schedule: Sequence[Call], breach: Breach, slots: int, take: Stream, states: int
) -> str:
    """Python that makes the calls up to the one that is wrong, and asserts what should be there.

    engine   module:Class, or "" where the engine has no name to be imported by
    states   how many arrays a state has
    """
    module, _, name = engine.partition(":")
    imports = [f"from {module} import {name}"] if engine else []
    made = f"{name}()" if engine else "..."
    calls = list(schedule[: breach.call + 1])
    lines = [
        line for call in calls[:-1] for line in [*_lines(call), *_kept(call, calls, breach, states)]
    ]
    return "\n".join(
        [
            "import numpy as np",
            "from refmem.oracle.engines.stream import Stream",
            *imports,
            "",
            f"engine, take = {made}, {take.said}",
            f"pool = engine.pool({slots})",
            *lines,
            *_end(calls, breach, states),
        ]
    )


def _lines(call: Call, before: str = "") -> list[str]:
    match call:
        case Run(slots, lengths, slack, spoilt):
            more = (f", slack={slack}" if slack else "") + (", spoilt=True" if spoilt else "")
            tokens = f"take({sum(lengths)}{more})"
            return [f"{before}engine.run(pool, {list(slots)}, {tokens}, {list(lengths)})"]
        case Verify(slots, lengths, accepted):
            given = f"pool, {list(slots)}, take({sum(lengths)}), {list(lengths)}, {list(accepted)}"
            return [f"{before}engine.verify({given})"]
        case Copy(source, target):
            return [f"engine.copy(pool, {source}, {target})"]
        case Clear(slot):
            return [f"engine.clear(pool, {slot})"]
        case Read(slot, kept):
            return [f"kept_{kept} = engine.read(pool, {slot})"]
        case Write(slot, kept):
            return [f"engine.write(pool, {slot}, kept_{kept})"]


def _kept(call: Call, calls: list[Call], breach: Breach, states: int) -> list[str]:
    """What was kept, where it is not what is written back at the end."""
    last, place = calls[-1], breach.place
    if not isinstance(call, Read) or not isinstance(last, Write) or call.kept != last.kept:
        return []
    if place is None or place.slot != last.slot or breach.expected is not None:
        return []
    return [f"before = np.copy({_number(f'kept_{call.kept}', place, states)})"]


def _end(calls: list[Call], breach: Breach, states: int) -> list[str]:
    """The last call, and what should then be there."""
    last, place = calls[-1], breach.place
    if place is None:
        return [*_lines(last), f"# {breach.reason}"]
    if place.slot is None:
        at = ", ".join(map(str, place.at))
        found = f"float(np.asarray(out)[{at}])"
        return [*_lines(last, "out = "), *_compared(found, breach)]
    if breach.expected is not None:
        return [*_lines(last), *_compared(f"float({_read(place, states)})", breach)]
    before = _before(last, place, states)
    return [*before, *_lines(last), f"assert {_read(place, states)} == before  # {breach.reason}"]


def _before(last: Call, place: Place, states: int) -> list[str]:
    """Where what should be there after the last call is before it."""
    if isinstance(last, Write) and last.slot == place.slot:
        return []
    source = last.source if isinstance(last, Copy) and last.target == place.slot else place.slot
    return [f"before = np.copy({_read(place._replace(slot=source), states)})"]


def _read(place: Place, states: int) -> str:
    return _number(f"engine.read(pool, {place.slot})", place, states)


def _number(state: str, place: Place, states: int) -> str:
    """One number of a state."""
    array = f"{state}[{place.leaf}]" if states > 1 else state
    return f"np.asarray({array})[{', '.join(map(str, place.at))}]"


def _compared(found: str, breach: Breach) -> list[str]:
    return [
        f"found = {found}",
        f"assert abs(found - {breach.expected!r}) <= {breach.allowed:.2g}, found",
    ]
