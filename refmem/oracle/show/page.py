"""A report as one HTML page that needs nothing from elsewhere, on light screens and dark ones."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from refmem.oracle.cases.case import described
from refmem.oracle.explain.survey import links_in
from refmem.oracle.show.pictures import colour_scale, picture
from refmem.oracle.show.pictures import style as colours
from refmem.oracle.show.tables import worst_case
from refmem.oracle.verdict.metrics import short
from refmem.oracle.verdict.outcomes import FAILED, OUTSIDE, PASSED, REFUSED, Outcome, Report

STATUSES = (PASSED, FAILED, REFUSED, OUTSIDE)

NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot have; a kernel's message may."""

PICTURED = 6
"""How many failures of a page have pictures, one of each rule and regime."""

Errors = Callable[[str, str], Mapping[str, np.ndarray]]
"""(operator, case) -> part -> errors by head and row; see `refmem.oracle.show.pictures`."""

STYLE = """
:root { color-scheme: light dark; --line: #8886; --soft: #8881; --good: #1a7f37; --bad: #c62828; }
@media (prefers-color-scheme: dark) { :root { --good: #57c46f; --bad: #ff7b72; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 64em; padding: 0 1em; }
h1 { font-size: 1.5em; } h1 small { font-weight: normal; font-size: 0.65em; opacity: 0.75; }
h2 { font-size: 1.15em; margin-top: 2em; } h3 { font-size: 1em; margin: 1.4em 0 0.2em; }
h3 span { font-weight: normal; opacity: 0.75; } p { margin: 0.2em 0; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 0.15em 0.7em; text-align: left; border-bottom: 1px solid var(--soft); }
th { border-bottom: 1px solid var(--line); position: sticky; top: 0; background: Canvas; }
th.number, td.number { text-align: right; }
.passed { color: var(--good); } .failed { color: var(--bad); font-weight: bold; }
.outside, .refused { opacity: 0.6; }
pre { white-space: pre-wrap; background: var(--soft); padding: 0.7em 1em; margin: 0.7em 0;
  overflow-wrap: anywhere; }
pre.why { border-left: 4px solid var(--bad); font: inherit; }
pre.why::first-line { font-weight: bold; }
dl { display: grid; grid-template-columns: max-content auto; gap: 0.2em 1em; margin: 0.5em 0; }
dt { opacity: 0.75; } dd { margin: 0; overflow-wrap: anywhere; }
figure { margin: 0.8em 0; } figcaption { opacity: 0.75; font-size: 0.9em; } svg { display: block; }
.wide { overflow-x: auto; } .key { display: inline-block; width: 1em; height: 0.8em; }
.scale { font-size: 0.9em; } .scale .key { margin-left: 0.8em; }
"""


@dataclass(frozen=True)
class About:
    """What a page says of a run beside its outcomes: see `refmem.oracle.show.about`.

    command       what runs it again; "" if there is none
    equations     rule -> its equation
    conventions   operators -> how they take their arrays
    versions      package -> version
    """

    command: str = ""
    equations: Mapping[str, str] = field(default_factory=dict)
    conventions: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)


NOTHING = About()


def as_html(
    report: Report, errors: Errors, diagnoses: Sequence[str] = (), about: About = NOTHING
) -> str:
    """One page: verdict, diagnosis, what was run, table, failures, pictures."""
    said = "conforms" if report.conforms else "does not conform"
    title = escaped(f"{report.target} {said}")
    why = "<h2>Diagnosis</h2>" if diagnoses else ""
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{title}</title>',
        '<meta name="viewport" content="width=device-width">',
        f"<style>{STYLE}{colours()}</style></head><body>",
        f'<h1 class="{PASSED if report.conforms else FAILED}">{title} {_counted(report)}</h1>',
        f"<p>{escaped(worst_case(report.worst))}</p>" if report.worst else "",
        why,
        *(f'<pre class="why">{linked(text)}</pre>' for text in diagnoses),
        *_about(about),
        *_table(report),
        *_failures(report, errors),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """A text for a page, whatever is in it."""
    return html.escape(in_xml(text))


def in_xml(text: str) -> str:
    """A text without the characters that XML cannot have."""
    return NOT_IN_XML.sub("\ufffd", text)


def linked(text: str) -> str:
    """The same, with reports as links."""
    done, parts = 0, []
    for start, stop, url in links_in(text):
        link = f'<a href="{escaped(url)}">{escaped(text[start:stop])}</a>'
        parts += [escaped(text[done:start]), link]
        done = stop
    return "".join([*parts, escaped(text[done:])])


def _counted(report: Report) -> str:
    counts = {s: sum(o.status == s for o in report.outcomes) for s in STATUSES}
    words = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
    return f"<small>{words}</small>"


def _about(about: About) -> Iterator[str]:
    """What was run, so that it can be run again."""
    if about == NOTHING:
        return
    yield "<h2>What was run</h2>"
    if about.command:
        yield f"<pre>{escaped(about.command)}</pre>"
    for rule, equation in about.equations.items():
        yield f"<h3>{escaped(rule)}</h3><pre>{escaped(equation)}</pre>"
    rows = [*about.conventions.items(), *about.versions.items()]
    pairs = (f"<dt>{escaped(name)}<dd>{escaped(said)}" for name, said in rows)
    yield f"<dl>{''.join(pairs)}</dl>"


def _table(report: Report) -> list[str]:
    groups: dict[tuple[str, str, str], list[Outcome]] = {}
    for one in report.outcomes:
        groups.setdefault((one.operator, one.rule, one.regime), []).append(one)
    lines = [
        '<h2>Cases</h2><div class="wide"><table><thead><tr><th>operator<th>rule<th>regime'
        '<th class="number">cases<th class="number">error<th class="number">worst / allowed'
        "<th>verdict</tr></thead><tbody>"
    ]
    lines += [_row(names, outcomes) for names, outcomes in groups.items()]
    return [*lines, "</tbody></table></div>"]


def _row(names: Sequence[str], outcomes: Sequence[Outcome]) -> str:
    run = [one for one in outcomes if one.status != OUTSIDE]
    found = {one.status for one in run}
    worst = next((status for status in (FAILED, PASSED, REFUSED) if status in found), OUTSIDE)
    error, share = (
        short(max(values)) if run else ""
        for values in ([one.error for one in run], [one.share for one in run])
    )
    cells = "".join(f"<td>{escaped(name)}" for name in names)
    numbers = "".join(f'<td class="number">{x}' for x in (len(run), error, share))
    return f'<tr>{cells}{numbers}<td class="{worst}">{worst}</tr>'


def _failures(report: Report, errors: Errors) -> list[str]:
    first: dict[tuple[str, str], Outcome] = {}
    lines = []
    for one in report.failures:
        lines.append(
            f"<h3>{escaped(described(one.case))} <span>{escaped(one.operator)}</span></h3>"
            + "".join(f"<p>{escaped(part)}</p>" for part in one.reason.split("; "))
        )
        fresh = first.setdefault((one.rule, one.regime), one) is one
        if fresh and len(first) <= PICTURED:
            maps = errors(one.operator, one.case)
            lines += [f'<div class="wide">{picture(*one)}</div>' for one in maps.items()]
    return ["<h2>Failures</h2>", colour_scale(), *lines] if lines else []
