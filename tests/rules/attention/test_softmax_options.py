"""Every law of softmax attention, under every option: it is asked of a rule whose laws are."""

import copy

import pytest

from refmem import laws, softmax_attention

LATER = "a token sees later ones"
PLACED = "a query's place is counted from the first of its own call"
AHEAD = {"causality": LATER, "poison": LATER, "resume": LATER}

OPTIONS = {
    "softcap": ({"softcap": 0.5}, ("exp",), {}),
    "later keys": ({"causal": False}, (), AHEAD),
    "from the top": ({"align": "top"}, (), {"resume": PLACED}),
    "all of them": ({"softcap": 0.5, "causal": False, "align": "top"}, ("exp",), AHEAD),
}


def asked_with(options, uses, exempt):
    """The rule, of which every law is asked with these options."""
    rule = copy.copy(softmax_attention)
    rule.choices = {
        name: option._replace(laws=options.get(name, option.laws))
        for name, option in rule.choices.items()
    }
    rule.uses, rule.exempt = rule.uses | set(uses), exempt
    return rule


@pytest.mark.parametrize("said", OPTIONS.values(), ids=OPTIONS.keys())
def test_every_law_holds(said):
    laws.check(asked_with(*said), seeds=range(2)).assert_holds()


@pytest.mark.parametrize(
    ("option", "mistake"),
    [("softcap", {"cap": None}), ("later keys", {"first": 1}), ("from the top", {"first": None})],
)
def test_forms_that_leave_an_option_out_break_a_law(option, mistake):
    rule = asked_with(*OPTIONS[option])
    rule.lookup = lambda **x: softmax_attention.lookup(**x)._replace(**mistake)
    with pytest.raises(AssertionError, match="intervals"):
        laws.check(rule, seeds=range(2), laws=["intervals"]).assert_holds()
