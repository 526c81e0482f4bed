"""The argument of a derivation as readable mathematics, in Unicode or in LaTeX."""

import textwrap
from collections.abc import Iterator
from typing import Any

import numpy as np
import sympy as sp

from .run import Report, Step
from .statement import Equation, Inequality, Verdict

WIDTH = 100


def argument(report: Report, latex: bool = False) -> str:
    """The docstring, then every step: its sentence, its mathematics and what was shown."""
    lines = [report.name, "=" * len(report.name), "", report.text.strip()]
    for number, step in enumerate(report.steps, 1):
        lines += ["", f"{number}. {step.sentence}.", *_step(step, latex)]
    for twin in report.twins:
        lines += ["", f"Refuted: {twin.name.replace('_', ' ')}.", *_step(twin, latex)]
    lines += ["", *(f"FAILS: {problem}" for problem in report.problems)]
    return "\n".join(lines)


def _step(step: Step, latex: bool) -> Iterator[str]:
    yield from textwrap.wrap(
        step.statement, WIDTH - 3, initial_indent="   ", subsequent_indent="   "
    )
    bare = 0
    for statement, verdict in step.shown:
        if verdict is Verdict.PROVEN and (_says_nothing(statement) or _fills_a_page(statement)):
            bare += 1
            continue
        yield ""
        yield textwrap.indent(formula(statement, verdict, latex), "       ")
    if bare:
        if bare < len(step.shown):
            yield ""
        yield f"   {'1 residue, which is' if bare == 1 else f'{bare} residues, all of them'} 0."


def _says_nothing(statement: Any) -> bool:
    """A proven residue is already 0, as is an equation whose sides SymPy made the same."""
    if isinstance(statement, Equation):
        return _printable(statement.left) == _printable(statement.right)
    return not isinstance(statement, Inequality)


def _fills_a_page(statement: Any) -> bool:
    """Whether a formula, such as what shipped code makes of symbols, is too wide to be read."""
    return max(map(len, formula(statement, Verdict.PROVEN, False).splitlines())) > WIDTH


SIGNS = {sp.Eq: "=", sp.Ne: "≠", sp.Le: "≤", sp.Gt: ">"}


def formula(statement: Any, verdict: Verdict, latex: bool) -> str:
    """One statement as a relation; a refuted one is printed as the relation that denies it."""
    denied = verdict is Verdict.REFUTED
    if isinstance(statement, Inequality):
        left, right, relation = statement.smaller, statement.larger, sp.Gt if denied else sp.Le
    else:
        if not isinstance(statement, Equation):
            statement = Equation(statement, sp.Integer(0))
        left, right, relation = statement.left, statement.right, sp.Ne if denied else sp.Eq
    left, right = _printable(left), _printable(right)
    whole = relation(left, right, evaluate=False)
    if latex:
        return rf"\[ {sp.latex(whole)} \]"
    text = _unicode(whole)
    if max(map(len, text.splitlines())) <= WIDTH - 7:
        return text
    return f"{_unicode(left)}\n\n{SIGNS[relation]}\n\n{_unicode(right)}"


def _printable(expression: Any) -> sp.Basic:
    if isinstance(expression, np.ndarray):
        rows = expression.reshape(-1, expression.shape[-1]) if expression.ndim > 1 else expression
        return sp.ImmutableMatrix(rows)
    return sp.sympify(expression)


def _unicode(expression: sp.Basic) -> str:
    return sp.pretty(expression, use_unicode=True, wrap_line=False)
