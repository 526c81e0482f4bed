"""No rule is excused from a law that it keeps: what is exempt has to break the law."""

import numpy as np
import pytest

from tests.draws import DYADIC, FIELD, INTERVALS, RATIONALS, floats, proof_numbers, sample
from tests.exemptions import LAWS as KNOWN
from tests.exemptions import every_exemption
from tests.laws.test_complex import is_analytic
from tests.laws.test_dyadic import float64_is_exact
from tests.laws.test_float_error import stays_within_its_bound
from tests.laws.test_forms_agree import degree
from tests.laws.test_intervals import enclosures_overlap
from tests.laws.test_linear_in_values import is_linear_in_values
from tests.laws.test_rotation import rotation_does_not_show
from tests.laws.test_symbols import numbers_may_be_put_in

LAWS = {
    "field": lambda rule, form, seed: rule(**sample(rule, FIELD, seed), form=form),
    "rationals": lambda rule, form, seed: rule(**sample(rule, RATIONALS, seed), form=form),
    "dyadic": lambda rule, form, seed: float64_is_exact(
        rule, form, sample(rule, DYADIC, seed, T=8)
    ),
    "degree": lambda rule, form, seed: degree(rule, 3),
    "intervals": lambda rule, form, seed: enclosures_overlap(
        rule, form, sample(rule, INTERVALS, seed, T=1, K=3, state=False)
    ),
    "float bound": lambda rule, form, seed: stays_within_its_bound(
        rule, [form], sample(rule, floats(np.float32), seed, T=3), np.float32
    ),
    "complex": is_analytic,
    "symbols": lambda rule, form, seed: numbers_may_be_put_in(rule, form),
    "linear in v": lambda rule, form, seed: is_linear_in_values(
        rule, form, sample(rule, proof_numbers(rule), seed)
    ),
    "rotation": lambda rule, form, seed: rotation_does_not_show(
        rule, form, sample(rule, proof_numbers(rule), seed)
    ),
}
ROWS = [
    pytest.param(law, rule, form, id=f"{law}-{rule.name}{'.' * bool(form)}{form}")
    for law, rule, form in every_exemption()
]


@pytest.mark.parametrize(("law", "rule", "form"), ROWS)
def test_what_is_exempt_breaks_the_law(law, rule, form):
    for seed in range(4):
        try:
            LAWS[law](rule, form or rule.forms[0], seed)
        except (AssertionError, TypeError, ValueError, ArithmeticError):
            return
    pytest.fail(f"{rule.name} keeps the law {law!r}, so it needs no exemption")


def test_every_law_with_exemptions_is_checked():
    assert LAWS.keys() == set(KNOWN)
