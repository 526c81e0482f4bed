"""The law suite finds every one of these mistakes, and nothing in what they are made from.

A mutant is one place of one source file changed. The laws are run on fixed inputs over the prime
field: no example is chosen to fit.
"""

from contextlib import contextmanager
from typing import NamedTuple
from unittest.mock import patch

import numpy as np
import pytest

import refmem as rm
from refmem.forms import STATE_FORMS, chunked, parallel
from refmem.laws.chunks import chunks_do_not_show
from refmem.laws.draws import sample
from refmem.laws.float_error import stays_within_its_bound
from refmem.laws.forms_agree import forms_agree
from refmem.laws.leading_axes import leading_axes_are_a_loop
from refmem.laws.linear_in_values import is_linear_in_values
from refmem.laws.poison import poison_stays
from refmem.laws.resume import resumes
from refmem.laws.rotation import rotation_does_not_show
from refmem.laws.states import states_are_those_of_prefixes
from refmem.laws.step_is_transition import step_is_transition
from refmem.laws.systems import FIELD, FLOAT64
from tests.meta.mutants import changed

LAWS = (
    forms_agree,
    step_is_transition,
    chunks_do_not_show,
    resumes,
    states_are_those_of_prefixes,
    leading_axes_are_a_loop,
    is_linear_in_values,
    rotation_does_not_show,
)


class Mutant(NamedTuple):
    """A mistake: in which module, in place of what, and the rule and form that show it."""

    mistake: str
    module: str
    old: str
    new: str
    rule: object = rm.delta
    form: str = "parallel"


MUTANTS = [
    Mutant(
        "read before write",
        "refmem.rules.delta.delta",
        "    S = S + bind(beta[..., None] * k, error)\n    return S, recall(S, q)\n",
        "    return S + bind(beta[..., None] * k, error), recall(S, q)\n",
    ),
    Mutant(
        "error from the undecayed state",
        "refmem.rules.delta.gated_delta",
        "    S = alpha[..., None, None] * S\n    error = v - recall(S, k)\n",
        "    error = v - recall(S, k)\n    S = alpha[..., None, None] * S\n",
        rm.gated_delta,
    ),
    Mutant(
        "beta missing in the solve",
        "refmem.rules.delta.delta",
        "correcting(q, beta[..., None] * k, v, k)",
        "correcting(q, k, beta[..., None] * v, k)",
    ),
    Mutant(
        "initial state dropped in the read",
        "refmem.forms.parallel",
        "    out = recalled[..., 0, :, :]\n",
        "    out = 0 * recalled[..., 0, :, :]\n",
    ),
    Mutant(
        "initial state dropped in the write",
        "refmem.forms.parallel",
        "v - recalled[..., 1, :, :]",
        "v",
    ),
    Mutant(
        "initial state dropped in the last state",
        "refmem.forms.parallel",
        "    S = decay.whole(S, m.decay)\n",
        "    S = 0 * decay.whole(S, m.decay)\n",
    ),
    Mutant(
        "carry dropped between chunks",
        "refmem.forms.chunked",
        "rule, x.tokens(start, stop), S, chunk, keep",
        "rule, x.tokens(start, stop), S if start == 0 else 0 * S, chunk, keep",
        form="chunked",
    ),
    Mutant(
        "mask strict instead of not",
        "refmem.forms.parallel",
        "    if not m.before:\n",
        "    if m.before:\n",
    ),
    Mutant(
        "mask strict instead of not, in a cache",
        "refmem.rules.attention.deltaformer",
        "causal(tokens, seen + tokens))",
        "causal(tokens, seen + tokens, strict=True))",
        rm.deltaformer,
        "recurrent",
    ),
    Mutant(
        "off by 2^-40 in a form",
        "refmem.forms.parallel",
        "    return out, S, states\n",
        "    return out + out / 2**40, S, states\n",
    ),
    Mutant(
        "off by 2^-40 in the definition",
        "refmem.rules.delta.delta",
        "    return S, recall(S, q)\n",
        "    return S, recall(S, q) + recall(S, q) / 2**40\n",
    ),
]


@contextmanager
def in_place(mutant):
    """The rule that makes the mistake, while its form makes it."""
    module = changed(mutant.module, mutant.old, mutant.new)
    if mutant.module == mutant.rule.__module__:
        yield getattr(module, mutant.rule.name)
    else:
        form = mutant.module.rpartition(".")[2]
        with patch.dict(STATE_FORMS, {form: module.run}):
            yield mutant.rule


def laws_broken(rule, form):
    """Names of the laws that fail for this rule and form."""
    x = sample(rule, FIELD, T=4, lead=(2, 3), spread=True)
    return {law.__name__ for law in LAWS if _fails(law, rule, form, x)}


def _fails(law, rule, form, x):
    if law is step_is_transition and getattr(rule, "transition", None) is None:
        return False
    try:
        law(rule, form, x)
    except AssertionError:
        return True
    return False


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.mistake)
def test_a_law_finds_the_mistake(mutant):
    with in_place(mutant) as rule:
        assert laws_broken(rule, mutant.form), f"no law fails for {mutant.mistake}"


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.mistake)
def test_no_law_finds_a_mistake_where_there_is_none(mutant):
    assert laws_broken(mutant.rule, mutant.form) == set()


@pytest.mark.parametrize("form", ["parallel", "chunked"])
def test_the_float_bound_finds_an_error_of_2_to_the_minus_40(form):
    source = {"parallel": parallel, "chunked": chunked}[form].__name__
    x = sample(rm.delta, FLOAT64, T=4)
    stays_within_its_bound(rm.delta, [form], x, np.float64)
    old = {"parallel": "    return out, S, states\n", "chunked": "    return out, S, np"}[form]
    module = changed(source, old, old.replace("out", "out + out / 2**40"))
    with patch.dict(STATE_FORMS, {form: module.run}), pytest.raises(AssertionError, match="differ"):
        stays_within_its_bound(rm.delta, [form], x, np.float64)


def test_the_law_of_poison_finds_a_product_with_what_may_not_be_seen():
    x = sample(rm.delta, FLOAT64, T=4)
    poison_stays(rm.delta, "parallel", x, 2, np.nan)
    module = changed(
        parallel.__name__,
        "causal_product(seen[..., 0, n, :, :], value)",
        "seen[..., 0, n, :, :] @ value",
    )
    with patch.dict(STATE_FORMS, parallel=module.run), pytest.raises(AssertionError, match="nan"):
        poison_stays(rm.delta, "parallel", x, 2, np.nan)


def test_a_place_that_is_not_there_is_no_mutant():
    with pytest.raises(LookupError, match="has 0 of 'no such line', expected one to change"):
        changed("refmem.rules.delta.delta", "no such line", "")
