"""The argument of a derivation as readable mathematics: in Unicode, or as a section of LaTeX."""

import textwrap
from collections.abc import Iterator
from typing import Any

import numpy as np
import sympy as sp

from .run import Report, Step
from .statement import Equation, Inequality, Verdict

WIDTH = 100


def argument(report: Report) -> str:
    """The docstring, then every step: its sentence, its mathematics and what was shown."""
    lines = [report.name, "=" * len(report.name), "", report.text.strip()]
    for number, step in enumerate(report.steps, 1):
        lines += ["", f"{number}. {step.sentence}.", *_step(step)]
    for twin in report.twins:
        lines += ["", f"Refuted: {twin.name.replace('_', ' ')}.", *_step(twin)]
    lines += ["", *(f"FAILS: {problem}" for problem in report.problems)]
    return "\n".join(lines)


def section(report: Report) -> str:
    """The same as a section of a LaTeX document."""
    lines = [rf"\section{{{escaped(report.name)}}}", r"\begin{verbatim}", report.text.strip()]
    lines.append(r"\end{verbatim}")
    for number, step in enumerate(report.steps, 1):
        lines += [rf"\paragraph{{{number}. {escaped(step.sentence)}.}}", *_latex_step(step)]
    for twin in report.twins:
        sentence = escaped(twin.name.replace("_", " "))
        lines += [rf"\paragraph{{Refuted: {sentence}.}}", *_latex_step(twin)]
    lines += [rf"\textbf{{Fails:}} {escaped(problem)}" for problem in report.problems]
    return "\n".join(lines)


def document(sections: list[str]) -> str:
    """A LaTeX document of such sections, for any engine."""
    return "\n".join([*PREAMBLE, *sections, r"\end{document}", ""])


PREAMBLE = (
    r"\documentclass{article}",
    r"\usepackage[margin=2cm]{geometry}",
    r"\usepackage{amsmath,amssymb}",
    r"\setcounter{MaxMatrixCols}{64}",
    r"\begin{document}",
)


def escaped(text: str) -> str:
    """Text as LaTeX prints it."""
    return "".join(SPECIAL.get(letter, letter) for letter in text)


SPECIAL = {letter: f"\\{letter}" for letter in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
}


def _latex_step(step: Step) -> Iterator[str]:
    yield rf"\texttt{{{escaped(step.statement)}}}"
    told, bare = _told(step)
    yield from (rf"\[ {sp.latex(relation(*one)[0])} \]" for one in told)
    if bare:
        yield f"{_residues(bare)}\n"


def _step(step: Step) -> Iterator[str]:
    yield from textwrap.wrap(
        step.statement, WIDTH - 3, initial_indent="   ", subsequent_indent="   "
    )
    told, bare = _told(step)
    for one in told:
        yield ""
        yield textwrap.indent(formula(*one), "       ")
    if bare:
        if told:
            yield ""
        yield f"   {_residues(bare)}"


def _told(step: Step) -> tuple[list[tuple[Any, Verdict]], int]:
    """What a step has shown that is worth reading, and how much more it has shown."""
    told = [
        (statement, verdict)
        for statement, verdict in step.shown
        if verdict is not Verdict.PROVEN
        or not (_says_nothing(statement) or _fills_a_page(statement))
    ]
    return told, len(step.shown) - len(told)


def _residues(bare: int) -> str:
    return f"{'1 residue, which is' if bare == 1 else f'{bare} residues, all of them'} 0."


def _says_nothing(statement: Any) -> bool:
    """A proven residue is already 0, as is an equation whose sides SymPy made the same."""
    if isinstance(statement, Equation):
        return _printable(statement.left) == _printable(statement.right)
    return not isinstance(statement, Inequality)


def _fills_a_page(statement: Any) -> bool:
    """Whether a formula, such as what shipped code makes of symbols, is too wide to be read."""
    return max(map(len, formula(statement, Verdict.PROVEN).splitlines())) > WIDTH


SIGNS = {sp.Eq: "=", sp.Ne: "≠", sp.Le: "≤", sp.Gt: ">"}


def formula(statement: Any, verdict: Verdict) -> str:
    """One statement as a relation, in Unicode; on several lines if it is wide."""
    whole, sign = relation(statement, verdict)
    text = _unicode(whole)
    if max(map(len, text.splitlines())) <= WIDTH - 7:
        return text
    return f"{_unicode(whole.lhs)}\n\n{sign}\n\n{_unicode(whole.rhs)}"


def relation(statement: Any, verdict: Verdict) -> tuple[sp.Basic, str]:
    """One statement as a relation and its sign; a refuted one as the relation that denies it."""
    denied = verdict is Verdict.REFUTED
    if isinstance(statement, Inequality):
        left, right, kind = statement.smaller, statement.larger, sp.Gt if denied else sp.Le
    else:
        if not isinstance(statement, Equation):
            statement = Equation(statement, sp.Integer(0))
        left, right, kind = statement.left, statement.right, sp.Ne if denied else sp.Eq
    return kind(_printable(left), _printable(right), evaluate=False), SIGNS[kind]


def _printable(expression: Any) -> sp.Basic:
    if isinstance(expression, np.ndarray) and expression.ndim:
        rows = expression.reshape(-1, expression.shape[-1]) if expression.ndim > 1 else expression
        return sp.ImmutableMatrix(rows)
    return sp.sympify(expression.item() if isinstance(expression, np.ndarray) else expression)


def _unicode(expression: sp.Basic) -> str:
    return sp.pretty(expression, use_unicode=True, wrap_line=False)
