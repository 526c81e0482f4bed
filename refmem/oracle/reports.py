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

from refmem.files import whole_file
from refmem.oracle.check import FAILED, OUTSIDE, PASSED, REFUSED, Outcome, Report
from refmem.oracle.metrics import short
from refmem.oracle.pictures import picture, shares
from refmem.oracle.targets import Target

NAME, VERSION = "refmem-check", 1
"""What the JSON says it is. The version changes when old readers would misread it."""

NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot have; a kernel's message may."""

PICTURED = 6
"""How many failures of a page have pictures, one of each rule and regime."""

Errors = Callable[[str, str], Mapping[str, np.ndarray]]
"""(operator, case) -> part -> errors by head and row; see `refmem.oracle.pictures`."""

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 60em; color: #222; }
table { border-collapse: collapse; } th, td { padding: 0.15em 0.9em; text-align: left; }
th { border-bottom: 1px solid #888; } td.number { text-align: right; }
.passed { color: #176117; } .failed { color: #a31515; font-weight: bold; }
.outside, .refused { color: #777; }
figure { margin: 1em 0; } svg { display: block; max-width: 100%; }
pre { white-space: pre-wrap; background: #f5f5f5; padding: 0.7em; }
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
        _write(junit_file, as_junit(report))
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


def as_junit(report: Report) -> str:
    """A suite for each operator: refused cases, and those outside, are skipped."""
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
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{title}</title>',
        f"<style>{STYLE}</style></head><body>",
        f'<h1 class="{PASSED if report.conforms else FAILED}">{title}</h1>',
        *(f"<pre>{_escaped(text)}</pre>" for text in diagnoses),
        *_table(report),
        *_failures(report, errors),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _table(report: Report) -> list[str]:
    groups: dict[tuple[str, str, str], list[Outcome]] = {}
    for one in report.outcomes:
        groups.setdefault((one.operator, one.rule, one.regime), []).append(one)
    lines = [
        "<table><thead><tr><th>operator<th>rule<th>regime<th>cases<th>error<th>worst / allowed"
        "<th>verdict</tr></thead><tbody>"
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
            f"<h3>{_escaped(f'{one.case}  {one.operator}')}</h3><p>{_escaped(one.reason)}</p>"
        )
        fresh = first.setdefault((one.rule, one.regime), one) is one
        if fresh and len(first) <= PICTURED:
            maps = errors(one.operator, one.case)
            lines += [picture(part, share) for part, share in maps.items()]
    return ["<h2>Failures</h2>", *lines] if lines else []


def _finite(x: Any) -> float | None:
    return float(x) if math.isfinite(x) else None


def _escaped(text: str) -> str:
    return html.escape(_xml(text))


def _xml(text: str) -> str:
    return NOT_IN_XML.sub("\ufffd", text)
