"""A report as a file: JSON for programs, JUnit for build servers, one HTML page for people."""

from __future__ import annotations

import functools
import html
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

import numpy as np

from refmem.oracle.cases.case import described
from refmem.oracle.show.pictures import picture, shares
from refmem.oracle.show.tables import worst_case
from refmem.oracle.targets.target import Target
from refmem.oracle.verdict.metrics import short
from refmem.oracle.verdict.outcomes import FAILED, OUTSIDE, PASSED, REFUSED, Outcome, Report
from refmem.support.files import whole_file

STATUSES = (PASSED, FAILED, REFUSED, OUTSIDE)
NAME, VERSION = "refmem-check", 1
"""What the JSON says it is. The version changes when old readers would misread it."""

NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot have; a kernel's message may."""

PICTURED = 6
"""How many failures of a page have pictures, one of each rule and regime."""

Errors = Callable[[str, str], Mapping[str, np.ndarray]]
"""(operator, case) -> part -> errors by head and row; see `refmem.oracle.show.pictures`."""

STYLE = """
:root { color-scheme: light dark; --line: #8886; --soft: #8881; --good: #1a7f37; --bad: #c62828; }
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
pre, .said { white-space: pre-wrap; background: var(--soft); padding: 0.7em 1em; margin: 0.7em 0;
  border-left: 4px solid var(--bad); font: inherit; overflow-wrap: anywhere; }
pre::first-line { font-weight: bold; }
figure { margin: 0.8em 0; } figcaption { opacity: 0.75; font-size: 0.9em; } svg { display: block; }
.wide { overflow-x: auto; }
"""


def write_reports(
    report: Report,
    target: Target,
    json_file: str | None = None,
    junit_file: str | None = None,
    html_file: str | None = None,
    diagnoses: Sequence[str] = (),
) -> None:
    """Write those files that have a name; failures of the target are run again for the pictures."""
    if json_file:
        _write(json_file, as_json(report, diagnoses))
    if junit_file:
        _write(junit_file, as_junit(report, diagnoses))
    if html_file:
        _write(html_file, as_html(report, functools.partial(shares, target), diagnoses))


def _write(path: str, text: str) -> None:
    with whole_file(path) as draft:
        draft.write_text(text, "utf-8")


def as_json(report: Report, diagnoses: Sequence[str] = ()) -> str:
    """Everything in the report; an infinite error, of what cannot be compared, is null."""
    outcomes = [
        {
            "operator": one.operator,
            "case": one.case,
            "status": one.status,
            "error": _finite(one.error),
            "share": _finite(one.share),
            "reason": one.reason,
        }
        for one in report.outcomes
    ]
    whole = {
        "name": NAME,
        "version": VERSION,
        "target": report.target,
        "conforms": report.conforms,
        "diagnoses": list(diagnoses),
        "outcomes": outcomes,
    }
    return json.dumps(whole, indent=1, allow_nan=False) + "\n"


def as_junit(report: Report, diagnoses: Sequence[str] = ()) -> str:
    """A suite for each operator: refused cases, and those outside, are skipped.

    What an operator's failures were diagnosed as is the text of its suite.
    """
    root = ElementTree.Element("testsuites", name=_xml(report.target))
    for operator in dict.fromkeys(one.operator for one in report.outcomes):
        outcomes = [one for one in report.outcomes if one.operator == operator]
        skipped = [one for one in outcomes if one.status in (REFUSED, OUTSIDE)]
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=_xml(operator),
            tests=str(len(outcomes)),
            failures=str(sum(one.status == FAILED for one in outcomes)),
            skipped=str(len(skipped)),
        )
        for one in outcomes:
            _add_junit_case(suite, report.target, one)
        said = [text for text in diagnoses if text.startswith(f"{operator}: ")]
        if said:
            ElementTree.SubElement(suite, "system-out").text = _xml("\n\n".join(said))
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def _add_junit_case(suite: ElementTree.Element, target: str, one: Outcome) -> None:
    place = f"{target}.{one.operator}.{one.rule}"
    case = ElementTree.SubElement(suite, "testcase", classname=_xml(place), name=one.case)
    tag = {FAILED: "failure", REFUSED: "skipped", OUTSIDE: "skipped"}.get(one.status)
    if tag:
        ElementTree.SubElement(case, tag, message=_xml(one.reason))


def as_html(report: Report, errors: Errors, diagnoses: Sequence[str] = ()) -> str:
    """One page without anything from elsewhere: verdict, diagnosis, table, failures, pictures."""
    said = "conforms" if report.conforms else "does not conform"
    title = _escaped(f"{report.target} {said}")
    why = "<h2>Diagnosis</h2>" if diagnoses else ""
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{title}</title>',
        f"<style>{STYLE}</style></head><body>",
        f'<h1 class="{PASSED if report.conforms else FAILED}">{title} {_counted(report)}</h1>',
        f"<p>{_escaped(worst_case(report.worst))}</p>" if report.worst else "",
        why,
        *(f"<pre>{_escaped(text)}</pre>" for text in diagnoses),
        *_table(report),
        *_failures(report, errors),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _counted(report: Report) -> str:
    counts = {s: sum(o.status == s for o in report.outcomes) for s in STATUSES}
    words = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
    return f"<small>{words}</small>"


def _table(report: Report) -> list[str]:
    groups: dict[tuple[str, str, str], list[Outcome]] = {}
    for one in report.outcomes:
        groups.setdefault((one.operator, one.rule, one.regime), []).append(one)
    lines = [
        '<h2>Cases</h2><table><thead><tr><th>operator<th>rule<th>regime<th class="number">cases'
        '<th class="number">error<th class="number">worst / allowed<th>verdict</tr></thead><tbody>'
    ]
    for names, outcomes in groups.items():
        run = [one for one in outcomes if one.status != OUTSIDE]
        worst = next(
            (s for s in (FAILED, PASSED, REFUSED) if s in {o.status for o in run}), OUTSIDE
        )
        error, share = (
            short(max(values)) if run else ""
            for values in ([one.error for one in run], [one.share for one in run])
        )
        cells = "".join(f"<td>{_escaped(name)}" for name in names)
        numbers = "".join(f'<td class="number">{x}' for x in (len(run), error, share))
        lines.append(f'<tr>{cells}{numbers}<td class="{worst}">{worst}</tr>')
    return [*lines, "</tbody></table>"]


def _failures(report: Report, errors: Errors) -> list[str]:
    first: dict[tuple[str, str], Outcome] = {}
    lines = []
    for one in report.failures:
        lines.append(
            f"<h3>{_escaped(described(one.case))} <span>{_escaped(one.operator)}</span></h3>"
            + "".join(f"<p>{_escaped(part)}</p>" for part in one.reason.split("; "))
        )
        fresh = first.setdefault((one.rule, one.regime), one) is one
        if fresh and len(first) <= PICTURED:
            maps = errors(one.operator, one.case)
            lines += [f'<div class="wide">{picture(*one)}</div>' for one in maps.items()]
    return ["<h2>Failures</h2>", *lines] if lines else []


def _finite(x: Any) -> float | None:
    return float(x) if math.isfinite(x) else None


def _escaped(text: str) -> str:
    return html.escape(_xml(text))


def _xml(text: str) -> str:
    return NOT_IN_XML.sub("\ufffd", text)
