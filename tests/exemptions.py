"""Which laws do not hold for a rule, and why: what follows from its file, and what it says there.

An exemption is checked: an exempt rule must break the law it is exempt from.
"""

from __future__ import annotations

from refmem import RULES
from refmem.memory import Rule

LACKS: dict[str, dict[str, str]] = {
    "field": {
        "exp": "takes exponentials or logarithms",
        "sqrt": "takes square roots",
        "order": "compares numbers",
    },
    "rationals": {"exp": "takes exponentials or logarithms", "sqrt": "takes square roots"},
    "dyadic": {
        "exp": "takes exponentials or logarithms",
        "sqrt": "takes square roots",
        "/": "divides, and a third is not a float",
    },
    "degree": {
        "exp": "takes exponentials or logarithms, so is no polynomial",
        "sqrt": "takes square roots, so is no polynomial",
        "/": "divides, so is no polynomial",
    },
    "complex": {"order": "compares numbers"},
}
"""Law -> what its numbers lack -> what a rule does that uses it."""

OF_A_CHANNEL = {
    "factor", "logarithm of a factor", "write strength", "variance", "ridge", "gain",
    "rate of decay",
}  # fmt: skip
"""Kinds of numbers that belong to one channel, where they have a key axis: these do not rotate."""

LAWS = (*LACKS, "symbols", "intervals", "float bound", "linear in v", "rotation")


def why_exempt(law: str, rule: Rule, form: str = "") -> str:
    """Why a law does not hold for a rule, or for one of its forms; "" if it holds."""
    said = rule.exempt.get(law) or rule.exempt.get(f"{law}.{form}")
    if said:
        return said
    for used, what in LACKS.get(law, {}).items():
        if used in rule.uses:
            return what
    if law == "rotation":
        for name, axes in rule.inputs.items():
            if "K" in axes.split() and rule.kinds[name].name in OF_A_CHANNEL:
                return f"has {name} of each key channel by itself"
    return ""


def every_exemption() -> list[tuple[str, Rule, str]]:
    """Every law that does not hold: law, rule, and the form where it is of one form alone."""
    whole = [(law, rule, "") for law in LAWS for rule in RULES if why_exempt(law, rule)]
    return whole + [
        (law, rule, form)
        for rule in RULES
        for law, dot, form in (one.partition(".") for one in rule.exempt)
        if dot
    ]
