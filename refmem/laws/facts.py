"""What a rule says of itself, before any law runs on it: names that exist, and numbers it takes.

Laws are asked in number systems that follow from `uses`, and not where `exempt` says so: if one of
these is wrong, every law would fail for the same reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from refmem.laws.draws import sample
from refmem.laws.exemptions import LACKS, USES, why_exempt
from refmem.laws.report import BROKEN, Finding
from refmem.laws.systems import FIELD, FLOAT64, RATIONALS
from refmem.memory.rule import Rule
from refmem.support.wording import nearest_name


def wrong_facts(rule: Rule, laws: list[str], exact: bool = True) -> list[Finding]:
    """What is wrong in what the rule says: words first, then whether it runs, on which numbers.

    laws    names of all that it can be exempt from
    exact   whether exact numbers are asked for
    """
    said = [*_names(rule, laws), *_documented(rule)] or [*_floats(rule)]
    if exact:
        said = said or [*_numbers(rule)]
    return [Finding("facts", "", BROKEN, reason) for reason in said]


def _names(rule: Rule, laws: list[str]) -> Iterator[str]:
    """Words that mean nothing."""
    for said in rule.exempt:
        law, dot, form = said.partition(".")
        if law not in laws:
            yield f"exempt names the law {law!r}, expected one of {_listed(law, laws)}"
        elif dot and form not in rule.forms:
            yield f"exempt names the form {form!r}, expected one of {_listed(form, rule.forms)}"
    for used in rule.uses:
        if used not in USES:
            yield f"uses has {used!r}, expected some of {_listed(used, USES)}"
    for name, other in rule.near.items():
        if other not in rule.inputs:
            yield f"{name} is drawn like {other!r}, expected one of {_listed(other, rule.inputs)}"


def _listed(name: str, names: Iterable[str]) -> str:
    names = list(names)
    return f"{', '.join(names)}{nearest_name(name, names)}"


def _documented(rule: Rule) -> Iterator[str]:
    """A table of inputs, where the docstring has one, is that of the inputs."""
    table = {name: axes for name, (axes, _) in rule.specification.table.items()}
    if table and table != rule.inputs:
        for name in {**table, **rule.inputs}:
            said, is_ = table.get(name, "nothing"), rule.inputs.get(name, "nothing")
            if said != is_:
                yield f"the docstring's table says {name} has axes {said}, the inputs say {is_}"


def _floats(rule: Rule) -> Iterator[str]:
    """The definition runs, and returns an array and a state."""
    try:
        out = rule(**sample(rule, FLOAT64, T=2)).out
    except Exception as error:  # whatever the functions of somebody's rule raise
        yield f"the definition does not run on float64: it raised {_worded(error)}"
        return
    if not isinstance(out, np.ndarray):
        yield f"the definition returns out as {type(out).__name__}, expected an array (..., T, V)"


def _numbers(rule: Rule) -> Iterator[str]:
    """The definition runs on the numbers that `uses` leaves it."""
    for law, system in (("field", FIELD), ("rationals", RATIONALS)):
        if not why_exempt(law, rule):
            try:
                rule(**sample(rule, system, T=2))
            except (TypeError, ValueError, ArithmeticError) as error:
                yield f"over the {law} its definition raised {_worded(error)}; {_how_to_say(law)}"
                return


def _how_to_say(law: str) -> str:
    """What a rule says that has no such numbers."""
    ways = (f"uses=({used!r},) if it {what}" for used, what in LACKS[law].items())
    return f"say {', '.join(ways)}"


def _worded(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"
