"""Which laws do not hold for a rule, and why: what follows from its file, and what it says there.

An exemption is checked: an exempt rule must break the law it is exempt from.
"""

from __future__ import annotations

from refmem.memory.rule import Rule

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

USES = tuple(dict.fromkeys(used for lacking in LACKS.values() for used in lacking))
"""What a rule may need beyond + - *, as it says in `uses`."""

OF_A_CHANNEL = {
    "factor", "logarithm of a factor", "write strength", "variance", "ridge", "gain",
    "rate of decay",
}  # fmt: skip
"""Kinds of numbers that belong to one channel, where they have a key axis: these do not rotate."""


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
