"""What a law is: a sentence that holds for every rule, and what tries it on one draw."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from refmem.memory.rule import Rule

Trial = Callable[[Rule, str, int], None]
"""(rule, form, seed): raises AssertionError unless the law holds for the draw of that seed."""


def every_form(rule: Rule) -> tuple[str, ...]:
    """The rule's forms, the compiled one as well: for laws of floats."""
    return rule.forms


def but_fast(rule: Rule) -> tuple[str, ...]:
    """The forms that run on every number system."""
    return tuple(form for form in rule.forms if form != "fast")


def itself(rule: Rule) -> tuple[str, ...]:
    """The rule, whatever its forms."""
    return ("",)


def nothing_missing(rule: Rule) -> str:
    """For laws that are about every rule."""
    return ""


@dataclass(frozen=True)
class Law:
    """A sentence that holds for every rule.

    name     in reports, and in the `exempt` of a rule that breaks it
    text     the docstring of its file, which begins with the sentence
    trial    what tries it on one draw
    look     where to look in a rule that breaks it
    forms    the forms of a rule that it is about; "" is the rule itself
    lacks    what a rule lacks that it is not about; "" if it is about the rule
    needs    other laws: a rule that is exempt from one of them has no numbers for this one
    bits     of intervals; 0 where it takes no number of python-flint
    """

    name: str
    text: str | None
    trial: Trial
    look: str
    forms: Callable[[Rule], Iterable[str]] = but_fast
    lacks: Callable[[Rule], str] = nothing_missing
    needs: tuple[str, ...] = ()
    bits: int = 256

    @property
    def says(self) -> str:
        """The sentence.

        >>> from refmem.laws.purity import LAW
        >>> print(LAW.says)
        a call modifies nothing it was given, and what it returns shares no memory with it.
        """
        first, _, _ = inspect.cleandoc(self.text or "").partition("\n\n")
        return " ".join(first.removeprefix("Law: ").split())
