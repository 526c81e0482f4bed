"""`refmem derive`, and `python -m derivations`: a line each, the printed argument, exit codes."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from refmem.commands import proofs
from refmem.commands.main import main

OWN = '''"""Claim: a square is no less than zero.

Used by:  nobody
Source:   this test
Method:   by looking
"""

import sympy as sp
from refmem_derivations.proving.statement import Equation, Inequality

x = sp.Symbol("x", real=True)


def a_square_is_positive():
    """0 <= x^2, and (-x)^2 is the same."""
    yield Inequality(0, x**2)
    yield Equation((-x) ** 2, x**2)


def false_twin_without_the_square():
    """-x^2 is no more than zero."""
    yield Inequality(0, -(x**2))


CLAIMS = (a_square_is_positive,)
FALSE = (false_twin_without_the_square,)
'''


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Nothing is remembered from elsewhere, and nothing elsewhere."""
    monkeypatch.setenv("REFMEM_CACHE", str(tmp_path / "cache"))


def call(*arguments):
    return CliRunner().invoke(main, ["derive", *arguments])


def test_a_line_is_printed_for_each_as_it_ends():
    result = call("--anew", "snr/linear", "snr/temperature")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert [one.split()[:2] for one in lines[:2]] == [
        ["holds", "snr/linear"],
        ["holds", "snr/temperature"],
    ]
    assert lines[1].endswith("the best temperature of the exponential kerne..")
    assert "2 of 2 derivations hold: 7 steps, 2 false" in lines[-1]


def test_processes_find_the_same(capfd):
    result = call("--anew", "-j", "2", "snr/linear", "snr/temperature")
    assert result.exit_code == 0
    assert sorted(one.split()[1] for one in result.output.splitlines()[:2]) == [
        "snr/linear",
        "snr/temperature",
    ]
    assert "2 of 2 derivations hold: 7 steps, 2 false" in result.output


def test_what_held_is_remembered_until_it_changes(monkeypatch):
    call("snr/linear")
    assert "as before" in call("snr/linear").output
    assert "as before" not in call("snr/linear", "--anew").output
    outcome = proofs.proving("outcome")
    before = outcome.content_of("snr/linear")
    monkeypatch.setattr(outcome, "content_of", lambda name: before + "changed")
    assert "as before" not in call("snr/linear").output


def test_a_derivation_is_made_of_what_it_imports_and_of_what_that_imports():
    outcome = proofs.proving("outcome")
    files = {str(one) for one in outcome.made_of(outcome.ROOT / "snr" / "linear.py")}
    for part in ("proving/statement.py", "capacity/gaussian.py", "functions/kernels.py"):
        assert any(one.endswith(part) for one in files), part
    assert not any("longcontext" in one for one in files)
    for name in ("snr/linear", "forms/scan"):
        assert len(outcome.content_of(name)) == 64
    assert outcome.content_of("snr/linear") != outcome.content_of("forms/scan")


def test_a_memory_that_cannot_be_read_is_empty(tmp_path):
    outcome = proofs.proving("outcome")
    (tmp_path / "derivations.json").write_text("{")
    memory = outcome.Memory(tmp_path / "derivations.json")
    assert memory.recall("snr/linear") is None


def test_a_folder_that_cannot_be_written_costs_a_line(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("REFMEM_CACHE", str(tmp_path / "file" / "cache"))
    result = call("snr/linear")
    assert result.exit_code == 0
    assert "refmem: what held is not remembered: " in result.output
    assert "1 of 1 derivations hold" in result.output


def test_a_failure_is_not_remembered(own):
    outcome = proofs.proving("outcome")
    memory = outcome.Memory(Path(own.parent, "cache", "derivations.json"))
    memory.keep([outcome.Outcome("snr/linear", "", 1, 1, 0, 1.0, problems=("is false",))])
    assert memory.recall("snr/linear") is None
    assert outcome.Memory(memory.file).held == {}


def test_a_latex_document_is_written(tmp_path):
    """Its groups and environments close, and its formulas are between their signs."""
    file = tmp_path / "proofs.tex"
    result = call("snr/temperature", "forms/scan", "--latex", str(file))
    assert result.exit_code == 0
    text = file.read_text()
    assert r"\[ \frac{1}{2} + \frac{2 - 2 \tau}{\tau^{2}} = " in text
    assert r"\[ 0 \leq \frac{\left(\tau - 2\right)^{2}}{2 \tau^{2}} \]" in text
    assert r"\section{forms/scan}" in text
    verbatim = re.compile(r"\\begin{verbatim}.*?\\end{verbatim}", re.DOTALL)
    outside = verbatim.sub("", text).replace(r"\{", "").replace(r"\}", "")
    assert outside.count("{") == outside.count("}")
    assert outside.count(r"\[") == outside.count(r"\]") > 3
    opened = re.findall(r"\\begin{(\w+)}", outside)
    assert sorted(opened) == sorted(re.findall(r"\\end{(\w+)}", outside))
    plain = re.sub(r"\\\[.*?\\\]", "", outside, flags=re.DOTALL)
    assert not re.search(r"(?<!\\)[&%$#_^~<>|]", plain.replace(r"\usepackage[", ""))


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="needs pdflatex")
def test_the_latex_document_compiles(tmp_path):
    file = tmp_path / "proofs.tex"
    call("snr", "forms/scan", "--latex", str(file))
    command = ["pdflatex", "-halt-on-error", "-interaction=batchmode", file.name]
    assert subprocess.run(command, cwd=tmp_path, check=False).returncode == 0


def test_arguments_are_printed_or_written(tmp_path):
    result = call("snr/linear", "--show", "--latex", str(tmp_path / "x.tex"))
    assert result.exit_code == 2
    assert "--show prints and --latex writes: one of them" in result.output


def test_assumed_lemmas_are_counted():
    assert "1 assumed" in call("snr/sphere").output.splitlines()[-1]


def test_the_argument_is_printed_as_mathematics():
    output = call("snr/linear", "--show").output
    assert "1. The noise grows as slowly as the signal fast." in output
    assert "⌠" in output
    assert "≠ 1" in output, "the false twin is printed with the sign that denies it"


def test_a_wrong_name_exits_with_2_and_the_nearest_name():
    result = call("snr_exponentiel")
    assert result.exit_code == 2
    assert "did you mean snr/exponential?" in result.output


@pytest.mark.parametrize("options", [(), ("--show",)])
def test_a_derivation_that_fails_exits_with_1_and_says_why(monkeypatch, options):
    failing = proofs.proving("run").Report(
        "snr/linear", faults=["has no false twin: FALSE is empty"]
    )
    monkeypatch.setattr(proofs.proving("outcome"), "run", lambda name: failing)
    result = call("snr/linear", *options)
    assert result.exit_code == 1
    assert "snr/linear: has no false twin" in result.output
    assert "0 of 1 derivations hold" in result.output


# ---- of somebody else's, and of an installed package


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A file somewhere, and nothing of it left afterwards."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    file = tmp_path / "square_of_mine.py"
    file.write_text(OWN)
    yield file
    sys.modules.pop("square_of_mine", None)


def test_a_file_anywhere_is_run(own):
    result = call(str(own))
    assert result.exit_code == 0, result.output
    assert "1 of 1 derivations hold: 1 steps, 1 false" in result.output
    assert "0 <= x^2, and (-x)^2 is the same." in call(str(own), "--show").output


def test_a_file_that_is_false_exits_with_1(own):
    own.write_text(OWN.replace("yield Inequality(0, x**2)", "yield Equation(x, x**2)"))
    result = call(str(own))
    assert result.exit_code == 1
    assert "square_of_mine.py: a_square_is_positive: is false: x = x**2" in result.output


def test_a_file_may_import_its_neighbours(own):
    (own.parent / "symbol_of_mine.py").write_text(
        "import sympy\nx = sympy.Symbol('x', real=True)\n"
    )
    own.write_text(OWN.replace('x = sp.Symbol("x", real=True)', "from symbol_of_mine import x"))
    assert call(str(own)).exit_code == 0


def test_a_file_that_is_not_there_is_a_usage_error():
    result = call("nowhere/mine.py")
    assert result.exit_code == 2
    assert "no file is named nowhere/mine.py" in result.output


def test_a_file_that_has_the_name_of_another_module_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "json.py").write_text(OWN)
    result = call(str(tmp_path / "json.py"))
    assert result.exit_code == 1
    assert "json.py has the name of another module" in result.output


def test_a_checkout_has_the_command_as_a_module(own):
    command = [sys.executable, "-m", "derivations", str(own)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=proofs.HOME)
    assert done.returncode == 0, done.stderr
    assert "1 of 1 derivations hold" in done.stdout


def test_without_derivations_it_cannot_run(monkeypatch, tmp_path):
    monkeypatch.setattr(proofs, "HOME", tmp_path)
    monkeypatch.delitem(sys.modules, proofs.NAME, raising=False)
    result = call("snr/linear")
    assert result.exit_code == 3
    assert f"{tmp_path} has no refmem_derivations, expected it beside refmem" in result.output


def test_refmem_itself_imports_no_derivation():
    imported = "refmem, refmem.laws, refmem.oracle, refmem.commands.main, refmem.commands.show"
    code = f"import sys, {imported}; print([m for m in sys.modules if 'derivations' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_installed_package_is_found_before_a_checkout(monkeypatch, tmp_path):
    monkeypatch.setattr(proofs, "HOME", tmp_path)
    assert proofs.folder() is None
    for name in ("derivations", proofs.NAME):
        Path(tmp_path / name / "proving").mkdir(parents=True)
        Path(tmp_path / name / "proving" / "run.py").touch()
        assert proofs.folder() == tmp_path / name
