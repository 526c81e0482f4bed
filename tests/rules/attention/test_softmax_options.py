"""Every law of softmax attention, under every option: it is asked of a rule whose laws are."""

import copy

import pytest

from refmem import laws, softmax_attention

OPTIONS = {
    "softcap": {"softcap": 0.5},
}


def asked_with(options, uses=("exp",), **exempt):
    """The rule, of which every law is asked with these options."""
    rule = copy.copy(softmax_attention)
    rule.choices = {
        name: option._replace(laws=options.get(name, option.laws))
        for name, option in rule.choices.items()
    }
    rule.uses, rule.exempt = rule.uses | set(uses), exempt
    return rule


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())
def test_every_law_holds(options):
    laws.check(asked_with(options), seeds=range(2)).assert_holds()
