"""What the laws in pytest run over: every rule and form, and calls whose shapes Hypothesis draws.

`inputs(rule, FIELD)` is a Hypothesis strategy of everything a call needs: arrays, options, and
perhaps a state, so that a law is `rule(**x, form=form)`. Hypothesis draws the shapes and a seed;
the numbers are those of `refmem.laws.draws`.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st

from refmem import RULES
from refmem.laws.draws import proof_numbers, sample
from refmem.laws.exemptions import why_exempt
from refmem.laws.systems import Numbers
from refmem.memory.rule import Rule

some_shapes = settings(max_examples=6)
"""For a law whose numbers make one agreement a proof: the examples only vary the shapes."""


@st.composite
def inputs(
    draw: Any, rule: Rule, system: Numbers | None = None, *, T: tuple[int, int] = (1, 6)
) -> Any:
    """Calls of `rule` with `T` tokens, small K and V, and with or without a state and a lead."""
    lead = draw(st.sampled_from([(), (2,), (2, 3)]), label="lead")
    return sample(
        rule,
        system or proof_numbers(rule),
        draw(st.integers(0, 2**32 - 1), label="seed"),
        T=draw(st.integers(*T), label="T"),
        K=draw(st.integers(1, 3), label="K"),
        V=draw(st.integers(1, 3), label="V"),
        lead=lead,
        state=draw(st.booleans(), label="state"),
        spread=bool(lead),
    )


def _excused(rule: Rule, laws: tuple[str, ...], form: str = "") -> list[pytest.MarkDecorator]:
    reasons = filter(None, (why_exempt(law, rule, form) for law in laws))
    return [pytest.mark.skip(reason=f"{rule.name} {reason}") for reason in reasons]


def every_rule(*laws: str) -> list[Any]:
    """A pytest parameter for each rule; rules exempt from these laws are skipped with reasons."""
    return [pytest.param(rule, id=rule.name, marks=_excused(rule, laws)) for rule in RULES]


def every_form(*laws: str) -> list[Any]:
    """A pytest parameter (rule, form) for each form of each rule, likewise.

    Without "fast", which is for two kinds of floats only: its laws are in tests/forms/compiled.
    """
    return [
        pytest.param(
            rule,
            form,
            id=f"{rule.name}-{form}",
            marks=_excused(rule, laws, form),
        )
        for rule in RULES
        for form in rule.forms
        if form != "fast"
    ]
