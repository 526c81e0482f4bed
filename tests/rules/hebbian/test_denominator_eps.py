"""An epsilon in the denominator of a normalised read, by hand and in every form.

Whatever a weight is where every key and query is one, it is the same for all tokens:

    v = 2, 4    out = w 2/(w + eps), w (2 + 4)/(2 w + eps)
"""

import numpy as np
import pytest

from refmem import RULES, performer
from refmem.algebra.numbers import fractions
from refmem.laws.exact import assert_same

EPS = fractions([0.5])[0]
WEIGHTS = {
    "normalized_linear_attention": ({"feature_map": "identity"}, 1),
    "power_attention": ({"p": 2}, 1),
    "taylor_attention": ({"order": 2}, 2.5),  # 1 + 1 + 1/2
    "rebased": ({name: fractions([n]) for name, n in
                 {"gamma_q": 1, "beta_q": 0, "gamma_k": 1, "beta_k": 0}.items()}, 1),
}  # fmt: skip
RULE = {rule.name: rule for rule in RULES}

ONE, V = fractions([[1], [1]]), fractions([[2], [4]])


def test_every_rule_with_an_epsilon_is_here():
    assert {*WEIGHTS, "performer"} == {r.name for r in RULES if "denominator_eps" in r.options}


@pytest.mark.parametrize("rule", WEIGHTS)
def test_it_is_added_to_the_denominator_by_hand(rule):
    options, weight = WEIGHTS[rule]
    w = fractions([weight])[0]
    want = fractions([[1], [1]]) * np.array([[2 * w / (w + EPS)], [6 * w / (2 * w + EPS)]])
    for form in RULE[rule].forms:
        if form != "fast":  # which has no fractions
            got = RULE[rule](ONE, ONE, V, form=form, denominator_eps=EPS, **options).out
            assert_same(got, want, f"{rule}: {form}")


@pytest.mark.parametrize("rule", [*WEIGHTS, "performer"])
def test_floats_and_gradients_have_it_too(rule):
    """For features of zero queries and keys Performer's weight is one."""
    options = {n: x.astype(float) if hasattr(x, "astype") else x for n, x in
               WEIGHTS.get(rule, ({"projection": np.ones((4, 1))}, 1))[0].items()}  # fmt: skip
    weight = WEIGHTS.get(rule, ({}, 1))[1]
    q = np.zeros((2, 1)) if rule == "performer" else np.ones((2, 1))
    call = options | {"q": q, "k": q, "v": np.array([[2.0], [4.0]]), "denominator_eps": 0.5}
    want = np.array([[2 * weight / (weight + 0.5)], [6 * weight / (2 * weight + 0.5)]])
    for form in RULE[rule].forms:
        assert RULE[rule](**call, form=form).out == pytest.approx(want, rel=1e-15)
    by_v = RULE[rule].vjp(**call, dout=np.array([[0.0], [1.0]])).v
    assert by_v == pytest.approx(np.full((2, 1), weight / (2 * weight + 0.5)), rel=1e-15)


def test_none_is_the_default():
    x = np.random.default_rng(0).standard_normal((3, 5, 2))
    w = np.eye(2)
    assert_same(performer(*x, w).out, performer(*x, w, denominator_eps=0).out, "performer")
