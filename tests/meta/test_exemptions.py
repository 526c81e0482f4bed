"""No rule is excused from a law that it keeps: what is exempt has to break the law."""

import pytest

from refmem import RULES
from refmem.laws import LAWS
from refmem.laws.check import breaks
from refmem.laws.exemptions import LACKS, why_exempt

BY_NAME = {law.name: law for law in LAWS}
WHOLE = [(law, rule, "") for law in BY_NAME for rule in RULES if why_exempt(law, rule)]
OF_A_FORM = [
    (law, rule, form)
    for rule in RULES
    for law, dot, form in (one.partition(".") for one in rule.exempt)
    if dot
]
ROWS = [
    pytest.param(law, rule, form, id=f"{law}-{rule.name}{'.' * bool(form)}{form}")
    for law, rule, form in WHOLE + OF_A_FORM
]


@pytest.mark.parametrize(("law", "rule", "form"), ROWS)
def test_what_is_exempt_breaks_the_law(law, rule, form):
    first = next(iter(BY_NAME[law].forms(rule)))
    said = f"{rule.name} keeps the law {law!r}, so it needs no exemption"
    assert breaks(BY_NAME[law], rule, form or first), said


def test_every_law_that_follows_from_a_fact_is_a_law():
    assert LACKS.keys() <= BY_NAME.keys()


def test_every_law_has_a_name_of_its_own():
    assert len(BY_NAME) == len(LAWS)
