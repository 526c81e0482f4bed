"""Find the derivations, run them, and say of each what was shown and what was not."""

import ast
import difflib
import importlib
import inspect
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from .statement import Equation, Inequality, Verdict, judge

SECTIONS = ("Claim", "Used by", "Source", "Method")
OPTIONAL = ("Run by", "Assumes")


@dataclass
class Step:
    """One function of a derivation: what it yielded, and why it fails if it does."""

    name: str
    statement: str
    shown: list[tuple[Any, Verdict]] = field(default_factory=list)
    problem: str = ""

    @property
    def sentence(self) -> str:
        return self.name.replace("_", " ").capitalize()


@dataclass
class Report:
    """The outcome of one derivation; it holds when there is no problem at all."""

    name: str
    text: str = ""
    sections: dict[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    twins: list[Step] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def assumptions(self) -> list[str]:
        """The cited lemmas: one for each dash of the docstring's Assumes."""
        return re.findall(r"^\s*-\s+(.+)", self.sections.get("Assumes", ""), re.MULTILINE)

    @property
    def problems(self) -> list[str]:
        failed = [step for step in self.steps + self.twins if step.problem]
        return self.faults + [f"{step.name}: {step.problem}" for step in failed]

    @property
    def holds(self) -> bool:
        return not self.problems


ROOT = Path(__file__).parent.parent


def names() -> list[str]:
    """Every module of a subject whose docstring opens with a claim, as subject/name."""
    return [
        f"{path.parent.name}/{path.stem}"
        for path in sorted(ROOT.glob("*/*.py"))
        if (ast.get_docstring(ast.parse(path.read_text())) or "").startswith("Claim:")
    ]


def choose(wanted: tuple[str, ...]) -> list[str]:
    """The wanted derivations, or all: each by its name, its subject, or what only its name ends in.

    A file of somebody else's is wanted by its path, which ends in .py. ValueError with the nearest
    name if one does not exist.
    """
    known = names()
    return [name for one in wanted for name in _named(one, known)] or known


def _named(wanted: str, known: list[str]) -> list[str]:
    if is_file(wanted):
        if not Path(wanted).is_file():
            raise ValueError(f"no file is named {wanted}")
        return [wanted]
    whole = [name for name in known if wanted in (name, name.partition("/")[0])]
    ends = whole or [name for name in known if name.endswith(f"/{wanted}")]
    if whole or len(ends) == 1:
        return ends
    nearest = difflib.get_close_matches(wanted, ends or known, n=1, cutoff=0.0 if ends else 0.4)
    hint = f"did you mean {nearest[0]}?" if nearest else f"there are {', '.join(known)}"
    raise ValueError(f"no derivation is named {wanted}; {hint}")


def is_file(name: str) -> bool:
    """Whether a derivation is somebody else's, named by its path."""
    return name.endswith(".py")


def run(name: str) -> Report:
    """Import one derivation and run it; what goes wrong is in the report, not raised."""
    begin = time.perf_counter()
    try:
        report = examine(_module_of_file(Path(name)) if is_file(name) else _module(name), name)
    except Exception as error:  # whatever a derivation raises is its failure, not the runner's
        report = Report(name, faults=[f"cannot be imported: {_worded(error)}"])
    report.seconds = time.perf_counter() - begin
    return report


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"..{name.replace('/', '.')}", __package__)


def _module_of_file(path: Path) -> ModuleType:
    """The module in a file anywhere, which may import those beside it, as a script may."""
    file = path.resolve()
    if str(file.parent) not in sys.path:
        sys.path.insert(0, str(file.parent))
    module = importlib.import_module(file.stem)
    if module.__file__ != str(file):
        raise ImportError(f"{path} has the name of another module, {module.__file__}; rename it")
    return module


def examine(module: ModuleType, name: str = "") -> Report:
    """Run the steps and the false twins of a module and record what fails."""
    text = module.__doc__ or ""
    name = name or "/".join(module.__name__.split(".")[-2:])
    report = Report(name, text, sections_of(text))
    missing = [section for section in SECTIONS if not report.sections.get(section)]
    report.faults += [f"the docstring does not say '{section}:'" for section in missing]
    for attribute, what in (("CLAIMS", "claim"), ("FALSE", "false twin")):
        if not getattr(module, attribute, ()):
            report.faults.append(f"has no {what}: {attribute} is empty")
    report.faults += [f"{step} is neither in CLAIMS nor in FALSE" for step in _unlisted(module)]
    report.steps = [_run_step(step, _fault_of_claim) for step in getattr(module, "CLAIMS", ())]
    report.twins = [_run_step(step, _fault_of_twin) for step in getattr(module, "FALSE", ())]
    return report


def _unlisted(module: ModuleType) -> list[str]:
    """Generator functions of the module that would silently not be run."""
    listed = {*getattr(module, "CLAIMS", ()), *getattr(module, "FALSE", ())}
    return [
        name
        for name, function in inspect.getmembers(module, inspect.isgeneratorfunction)
        if function.__module__ == module.__name__ and function not in listed
    ]


def sections_of(docstring: str) -> dict[str, str]:
    """Split a docstring at its headings."""
    headings = "|".join((*SECTIONS, *OPTIONAL))
    parts = re.split(rf"^({headings}):", docstring, flags=re.MULTILINE)
    return {heading: body.strip() for heading, body in zip(parts[1::2], parts[2::2], strict=True)}


Shown = list[tuple[Any, Verdict]]


def _run_step(function: Callable[[], Iterator[Any]], fault: Callable[[Shown], str]) -> Step:
    step = Step(function.__name__, " ".join((function.__doc__ or "").split()))
    try:
        for statement in function() or ():
            step.shown.append((statement, judge(statement)))
    except Exception as error:  # a step that raises has shown nothing; say what it raised
        step.problem = f"raised {_worded(error)}"
        return step
    if not step.statement:
        step.problem = "has no docstring, expected the mathematics of the step"
    elif not step.shown:
        step.problem = "yields nothing, so it shows nothing"
    else:
        step.problem = fault(step.shown)
    return step


def _fault_of_claim(shown: Shown) -> str:
    for statement, verdict in shown:
        if verdict is Verdict.REFUTED:
            return f"is false: {describe(statement)}"
        if verdict is Verdict.UNDECIDED:
            return f"could not be decided: {describe(statement)}"
    return ""


def _fault_of_twin(shown: Shown) -> str:
    if any(verdict is Verdict.REFUTED for _, verdict in shown):
        return ""
    if all(verdict is Verdict.PROVEN for _, verdict in shown):
        return "holds, but a false twin must fail"
    return f"could not be refuted: {describe(shown[-1][0])}"


def describe(statement: Any) -> str:
    """A statement on one line, for messages."""
    if isinstance(statement, Equation):
        return f"{statement.left} = {statement.right}"
    if isinstance(statement, Inequality):
        return f"{statement.smaller} <= {statement.larger}"
    return f"{statement} = 0"


def _worded(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
