"""Reports as files: they say what the report says, in every reader, whatever a kernel says."""

import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest
from click.testing import CliRunner

from refmem.commands.main import main
from refmem.oracle import check
from refmem.oracle.border.presets import FLA
from refmem.oracle.check import FAILED, OUTSIDE, PASSED, REFUSED
from refmem.oracle.show.about import conventions, equations, versions
from refmem.oracle.show.page import About, as_html
from refmem.oracle.show.pictures import picture, shares
from refmem.oracle.show.reports import as_json, as_junit
from refmem.oracle.targets.callable import PythonCallable
from refmem.oracle.verdict.outcomes import Outcome, Report
from tests.oracle.kernels import gated_delta

NASTY = '</script>& "quoted" <b>\x00\x1b[31m \ud800'
KINDS = ("json", "junit", "html")
REPORT = Report(
    "a<b>",
    (
        Outcome("one", "delta/ordinary/0", PASSED, 1e-7, 0.25),
        Outcome("one", "delta/ordinary/1", FAILED, np.inf, np.inf, NASTY, seconds=1.5),
        Outcome("one", "delta/empty/0", OUTSIDE, reason="T = 0"),
        Outcome("two", "delta/ordinary/0", REFUSED, reason="shows nothing"),
    ),
)


class Page(HTMLParser):
    """All tags of a page, opened and closed, and its text."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.links, self.text = [], [], ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.links += [value for name, value in attributes if name in ("src", "href")]

    def handle_data(self, data):
        self.text += data


def no_pictures(operator, case):
    return {}


def test_the_page_names_the_worst_case():
    text = Page(as_html(REPORT, no_pictures)).text
    assert "worst case: delta/ordinary/1 of one, inf times what is allowed" in text


def test_json_has_everything_and_is_json_everywhere():
    found = json.loads(as_json(REPORT, ["beta squared"]), parse_constant=pytest.fail)
    assert found["target"] == "a<b>"
    assert found["conforms"] is False
    assert found["diagnoses"] == ["beta squared"]
    assert [one["status"] for one in found["outcomes"]] == [PASSED, FAILED, OUTSIDE, REFUSED]
    assert found["outcomes"][0]["share"] == 0.25
    assert found["outcomes"][1]["error"] is None
    assert found["outcomes"][1]["reason"] == NASTY
    assert found["outcomes"][1]["seconds"] == 1.5


def test_junit_is_xml_and_counts_right():
    root = ElementTree.fromstring(as_junit(REPORT, ["one: beta squared <\x00>"]))
    one, two = root.findall("testsuite")
    assert (one.get("tests"), one.get("failures"), one.get("skipped")) == ("3", "1", "1")
    assert (two.get("tests"), two.get("skipped")) == ("1", "1")
    assert one.find("system-out").text == "one: beta squared <\ufffd>"
    assert two.find("system-out") is None
    failure = one.find("testcase[@name='delta/ordinary/1']/failure")
    assert failure.get("message").startswith('</script>& "quoted" <b>\ufffd\ufffd[31m')
    assert failure.text.startswith("delta/ordinary/1\n</script>&")
    assert failure.text.endswith("\nerror inf, inf times what is allowed")
    assert one.find("testcase[@name='delta/ordinary/0']").find("*") is None
    assert (one.get("time"), two.get("time")) == ("1.500", "0.000")
    assert one.find("testcase[@name='delta/ordinary/1']").get("time") == "1.500"
    assert two.find("testcase").get("classname") == "a<b>.two.delta"


def test_a_page_escapes_what_others_say_and_needs_nothing_from_elsewhere():
    page = as_html(REPORT, no_pictures, ["<i>beta</i> squared"])
    seen = Page(page)
    assert "b" not in seen.tags
    assert "i" not in seen.tags
    assert "script" not in seen.tags
    assert not seen.links
    assert "http" not in page
    assert "a<b> does not conform" in seen.text
    assert "<i>beta</i> squared" in seen.text
    assert '</script>& "quoted" <b>\ufffd\ufffd[31m \ufffd' in seen.text
    page.encode()


def test_a_page_has_a_row_for_every_operator_rule_and_regime():
    seen = Page(as_html(REPORT, no_pictures))
    assert seen.tags.count("tr") == 1 + 3
    assert re.search(r"one\s*delta\s*ordinary\s*2\s*inf\s*inf\s*failed", seen.text)
    assert re.search(r"two\s*delta\s*ordinary\s*1\s*0\s*0\s*refused", seen.text)


def test_a_conforming_page_has_no_failures():
    seen = Page(as_html(Report("mine", REPORT.outcomes[:1]), no_pictures))
    assert "mine conforms" in seen.text
    assert "Failures" not in seen.text


def test_a_body_says_how_to_run_the_case_alone():
    root = ElementTree.fromstring(as_junit(REPORT, command="refmem check a"))
    (failure,) = root.iter("failure")
    assert failure.text.splitlines()[-1] == "refmem check a --case delta/ordinary/1"


ABOUT = About("refmem check a --rule delta", {"delta": "S[t] <b>"}, {"one": "log"}, {"numpy": "2"})


def test_a_page_says_what_was_run():
    seen = Page(as_html(REPORT, no_pictures, ["one: seen in fla-org/x#12, or <b>"], ABOUT))
    for said in ("refmem check a --rule delta", "S[t] <b>", "log", "numpy", "What was run"):
        assert said in seen.text
    assert "b" not in seen.tags
    assert seen.links == ["https://github.com/fla-org/x/issues/12"]


def test_what_was_run_is_read_from_the_target():
    target = PythonCallable(lambda **given: given["v"], "gated_delta", convention=FLA, name="f")
    report = check(target, case="gated_delta/ordinary/1")
    assert "forget" in equations(report)["gated_delta"]
    said = conventions(report, target)["f"]
    assert said.startswith("float32, names ")
    assert "layout bthd" in said
    assert "gate log" in said
    assert "scale 1/sqrt(K)" in said
    assert versions(target)["numpy"] == np.__version__


def test_colours_are_others_on_a_dark_page():
    page = as_html(REPORT, no_pictures)
    light, dark = page.split("@media (prefers-color-scheme: dark) { .fine")
    assert ".e0 { fill: hsl(0 70% 78%)" in light
    assert ".e0 { fill: hsl(0 70% 30%)" in dark
    assert "error / allowed:" in page
    assert "above 1.0e6" in page


def late_head(**inputs):
    """Wrong from token 40 on, in the second head of the first batch."""
    out, state = gated_delta(**inputs)
    out[0, 1, 40:] *= 2
    return out, state


def test_a_picture_shows_the_wrong_tokens_of_the_wrong_head():
    target = PythonCallable(late_head, "gated_delta")
    found = shares(target, "late_head", "gated_delta/ordinary/3")
    wrong = found["out"] > 1
    assert wrong.shape == (2, 2, 64)
    assert wrong[0, 1, 40:].all()
    assert wrong.sum() == 24
    assert not (found["state"] > 1).any()
    drawn = picture("out", found["out"])
    assert "out: 24 of 256 cells above what is allowed, by token and head" in drawn
    assert len(re.findall("<title>token 4[0-9], sequence 0, head 1: ", drawn)) == 10
    assert ElementTree.fromstring(drawn).find("svg") is not None


def test_a_picture_has_numbered_axes():
    drawn = ElementTree.fromstring(picture("out", np.zeros((2, 1, 3, 20))))
    said = [one.text for one in drawn.iter("text")]
    assert said[:2] == ["seq. 0, head 0.0", "seq. 0, head 0.1"]
    assert said[6:] == ["0", "8", "16", "token"]


def test_what_is_undefined_has_a_colour_of_its_own():
    drawn = picture("state", np.array([[[np.inf, 2.0, 1e3, 1e9, 0.5]]]))
    assert re.findall('rect class="(\\w+)"', drawn) == ["fine", "undefined", "e0", "e2", "e4"]
    assert drawn.count("<title>key channel") == 4


def crash(**inputs):
    raise RuntimeError(NASTY)


@pytest.mark.parametrize(
    "kernel",
    [
        crash,
        lambda **inputs: [x[..., :1] for x in gated_delta(**inputs)],
        lambda **inputs: [x.astype(float) for x in gated_delta(**inputs)],
        lambda **inputs: [x * np.float32("nan") for x in gated_delta(**inputs)],
    ],
    ids=["crash", "shape", "dtype", "nan"],
)
def test_what_cannot_be_pictured_is_still_reported(kernel):
    target = PythonCallable(kernel, "gated_delta")
    report = check(target, case="gated_delta/ordinary/1")
    seen = Page(as_html(report, lambda operator, case: shares(target, operator, case)))
    assert "gated_delta/ordinary/1" in seen.text
    assert json.loads(as_json(report))["outcomes"][0]["status"] == FAILED


def test_the_command_writes_all_three(tmp_path):
    files = [tmp_path / name for name in ("r.json", "r.xml", "r.html")]
    options = [f"--{kind}={file}" for kind, file in zip(KINDS, files, strict=True)]
    kernel = "tests.oracle.kernels:delta_zeros"
    result = CliRunner().invoke(
        main, ["check", kernel, "--rule", "delta", "--case", "delta/ordinary/1", *options]
    )
    assert result.exit_code == 1, result.output
    assert json.loads(files[0].read_text())["conforms"] is False
    assert ElementTree.parse(files[1]).getroot().find(".//failure") is not None
    page = Page(files[2].read_text())
    assert page.tags.count("svg") == 2
    assert "recall(S[t], q[t])" in page.text


@pytest.mark.parametrize("option", [f"--{kind}" for kind in KINDS])
def test_a_file_that_cannot_be_is_said_before_the_run(option, tmp_path):
    for path in (tmp_path, tmp_path / "nowhere" / "file"):
        result = CliRunner().invoke(main, ["check", "onnx-reference", option, str(path)])
        assert result.exit_code == 2
        assert re.match(f"refmem: {option} has value .*expected a file in a folder", result.stderr)
