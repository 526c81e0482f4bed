"""A report as a file: JSON for programs, JUnit for build servers, one HTML page for people."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

from refmem.oracle.cases.case import described
from refmem.oracle.show.about import conventions, equations, versions
from refmem.oracle.show.page import About, as_html, in_xml
from refmem.oracle.show.pictures import shares
from refmem.oracle.targets.target import Target
from refmem.oracle.verdict.metrics import short
from refmem.oracle.verdict.outcomes import FAILED, OUTSIDE, REFUSED, Outcome, Report
from refmem.support.files import whole_file

NAME, VERSION = "refmem-check", 1
"""What the JSON says it is. The version changes when old readers would misread it."""


def write_reports(
    report: Report,
    target: Target,
    json_file: str | None = None,
    junit_file: str | None = None,
    html_file: str | None = None,
    diagnoses: Sequence[str] = (),
    command: str = "",
) -> None:
    """Write those files that have a name; failures of the target are run again for the pictures.

    command   what says the same target again on the command line
    """
    if json_file:
        _write(json_file, as_json(report, diagnoses))
    if junit_file:
        _write(junit_file, as_junit(report, diagnoses, command))
    if html_file:
        about = About(command, equations(report), conventions(report, target), versions(target))
        page = as_html(report, functools.partial(shares, target), diagnoses, about)
        _write(html_file, page)


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
            "seconds": one.seconds,
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


def as_junit(report: Report, diagnoses: Sequence[str] = (), command: str = "") -> str:
    """A suite for each operator: refused cases, and those outside, are skipped.

    Every case has its seconds; the body of a failure is all that is known of it, and how to run it
    alone. What an operator's failures were diagnosed as is the text of its suite.
    """
    root = ElementTree.Element("testsuites", name=in_xml(report.target))
    for operator in dict.fromkeys(one.operator for one in report.outcomes):
        outcomes = [one for one in report.outcomes if one.operator == operator]
        skipped = [one for one in outcomes if one.status in (REFUSED, OUTSIDE)]
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=in_xml(operator),
            tests=str(len(outcomes)),
            failures=str(sum(one.status == FAILED for one in outcomes)),
            skipped=str(len(skipped)),
            time=_seconds(sum(one.seconds for one in outcomes)),
        )
        for one in outcomes:
            _add_junit_case(suite, report.target, one, command)
        said = [text for text in diagnoses if text.startswith(f"{operator}: ")]
        if said:
            ElementTree.SubElement(suite, "system-out").text = in_xml("\n\n".join(said))
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def _add_junit_case(suite: ElementTree.Element, target: str, one: Outcome, command: str) -> None:
    place = f"{target}.{one.operator}.{one.rule}"
    case = ElementTree.SubElement(
        suite, "testcase", classname=in_xml(place), name=one.case, time=_seconds(one.seconds)
    )
    tag = {FAILED: "failure", REFUSED: "skipped", OUTSIDE: "skipped"}.get(one.status)
    if tag:
        found = ElementTree.SubElement(case, tag, message=in_xml(one.reason))
        if one.status == FAILED:
            found.text = in_xml("\n".join(_body(one, command)))


def _body(one: Outcome, command: str) -> list[str]:
    """All that is known of a failure, line by line."""
    size = f"error {short(one.error)}, {short(one.share)} times what is allowed"
    lines = [described(one.case), *one.reason.split("; "), size]
    return [*lines, f"{command} --case {one.case}"] if command else lines


def _seconds(x: float) -> str:
    return f"{x:.3f}"


def _finite(x: Any) -> float | None:
    return float(x) if math.isfinite(x) else None
