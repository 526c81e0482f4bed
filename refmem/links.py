"""Where a rule is proven and tested: files of the checkout that name it.

An installed package has no derivations and tests beside it; then there is nothing to list.
"""

from __future__ import annotations

import re
from pathlib import Path

from refmem.rule import Rule

CHECKOUT = Path(__file__).parent.parent


def derivations(rule: Rule) -> list[str]:
    """Derivations whose `Used by:` names the rule."""
    found = []
    for path in sorted((CHECKOUT / "derivations").glob("*.py")):
        users = re.search(r"^Used by:(.*?)^Source:", path.read_text(), re.MULTILINE | re.DOTALL)
        if users and re.search(rf"\brefmem\.{rule.name}\b", users[1]):
            found.append(f"derivations/{path.name}")
    return found


def tests(rule: Rule) -> list[str]:
    """The rule's hand example and identities, and the laws, which run over every rule."""
    paths = sorted((CHECKOUT / "tests").glob(f"rules/*/test_{rule.name}.py"))
    laws = CHECKOUT / "tests" / "laws"
    return [str(path.relative_to(CHECKOUT)) for path in [*paths, laws] if path.exists()]
