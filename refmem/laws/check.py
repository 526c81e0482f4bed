"""Run every law over every form of a rule, and check what it says it is exempt from.

    report = refmem.laws.check(my_rule)
    print(report)
    report.assert_holds()

What the rule says of itself is looked at first: if that is wrong, no law is asked.
"""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Iterable, Iterator

import numpy as np

from refmem.laws.exemptions import why_exempt
from refmem.laws.facts import wrong_facts
from refmem.laws.law import Law
from refmem.laws.report import BROKEN, EXEMPT, HOLDS, NEEDLESS, NOT_ASKED, Finding, Report
from refmem.laws.systems import flint
from refmem.laws.table import LAWS
from refmem.memory.rule import Rule
from refmem.support.arguments import check_choice

SAID = "`exempt` and `uses` where the rule is made, and take from them what does not hold"

BREAKING = range(8)
"""Seeds of which one has to show that an exempt rule breaks the law."""


def check(
    rule: Rule, *, seeds: Iterable[int] = range(6), laws: Iterable[str] | None = None
) -> Report:
    """Whether every law holds for a rule in every form, and every exemption is needed.

    seeds   of the draws that each law is tried on
    laws    names of laws; None is all of them

    ImportError names the extra `certify` if a law needs exact numbers and python-flint is
    not there; causality, poison, purity, dtypes and others whose `bits` are 0 do without.
    """
    if not isinstance(rule, Rule):
        raise TypeError(
            f"check: rule has type {type(rule).__name__}, expected a rule of refmem.memory, such "
            "as a StateRule, because laws run it in every form"
        )
    chosen, known = list(LAWS), [law.name for law in LAWS]
    if laws is not None:
        names = [check_choice("check", "laws", one, known, "these are the laws") for one in laws]
        chosen = [law for law in LAWS if law.name in names]
    tried = tuple(seeds)
    if not tried:
        raise ValueError(
            "check: seeds has no seed, expected some, because each gives a draw to try"
        )
    found = wrong_facts(rule, known, exact=any(law.bits for law in chosen))
    if not found:
        found = [one for law in chosen for one in _ask(law, rule, tried)]
    return Report(rule.path, tuple(found))


def _ask(law: Law, rule: Rule, seeds: tuple[int, ...]) -> Iterator[Finding]:
    """What a law finds in each form that it is about."""
    lacks = law.lacks(rule)
    if lacks:
        yield Finding(law.name, "", NOT_ASKED, lacks)
        return
    for form in law.forms(rule):
        yield _ask_form(law, rule, form, seeds)


def _ask_form(law: Law, rule: Rule, form: str, seeds: tuple[int, ...]) -> Finding:
    if form == "fast" and importlib.util.find_spec("numba") is None:
        return Finding(law.name, form, NOT_ASKED, "Numba is not installed")
    exempt = why_exempt(law.name, rule, form)
    if exempt:
        if breaks(law, rule, form):
            return Finding(law.name, form, EXEMPT, exempt)
        return Finding(law.name, form, NEEDLESS, f"it keeps this law, but says it {exempt}", SAID)
    for need in law.needs:
        if why_exempt(need, rule, form):
            return Finding(law.name, form, NOT_ASKED, why_exempt(need, rule, form))
    for seed in seeds:
        broken = _broken(law, rule, form, seed)
        if broken:
            return Finding(law.name, form, BROKEN, f"{broken} (seed {seed})", law.look)
    return Finding(law.name, form, HOLDS)


def breaks(law: Law, rule: Rule, form: str) -> bool:
    """Whether some draw shows that a form of a rule breaks a law."""
    return any(_broken(law, rule, form, seed) for seed in BREAKING)


def _broken(law: Law, rule: Rule, form: str, seed: int) -> str:
    """What is wrong for one draw, in one line; "" if nothing is."""
    digits = flint().ctx.workprec(law.bits) if law.bits else contextlib.nullcontext()
    try:
        with digits, np.errstate(all="ignore"):
            law.trial(rule, form, seed)
    except ImportError:
        raise
    except AssertionError as error:
        return " ".join(str(error).split()) or "an assertion failed"
    except Exception as error:  # whatever the functions of somebody's rule raise
        return f"{rule.name}{form and '.'}{form} raised {type(error).__name__}: {error}"
    return ""
