"""Mutants that are the rule itself for some rules: mistakes that cannot be made there.

Each is proven by a test over exact numbers, so that no case that fails to kill it is at fault.
"""

from __future__ import annotations

_CANCELS = "weights are a power of the score over the sum of all: a factor on the scores cancels"

EQUIVALENT: dict[str, dict[str, str]] = {
    "power_attention": dict.fromkeys(
        (
            "scale missing",
            "scale always 1/sqrt(K)",
            "scale also 1/sqrt(K)",
            "scale of values",
            "scale twice",
            "queries normalised",
        ),
        _CANCELS,
    ),
    "stick_breaking": {"strict mask": "a token does not see itself anyway"},
}
"""Rule -> mutant -> why it changes nothing."""
