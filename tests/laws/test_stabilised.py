"""Law: where exponentials leave the range of floats, only the stabilised form survives, exactly.

Weights that all grow by the same factor leave a normalised read alone. Adding a constant to dyadic
exponents is exact, and then the stored numbers are the same, bit for bit. Intervals do not
overflow: there every form still agrees.
"""

import numpy as np
import pytest

from refmem import RULES, abc, mlstm, rwkv4
from refmem.algebra.numbers import intervals
from refmem.laws.exact import assert_enclosures_overlap, assert_same

STABILISED = [rule for rule in RULES if "stabilised" in rule.forms]


def dyadic(shape, seed):
    """Multiples of 1/8 in (0, 2]."""
    return np.random.default_rng(seed).integers(1, 17, shape) / 8


def rwkv4_call(shift):
    k, v = dyadic((2, 6, 3), 0)
    return {"k": k + shift, "v": v, "w": -dyadic(3, 1), "u": dyadic(3, 2)}


def mlstm_call(shift):
    q, k, v = dyadic((3, 6, 2), 0)
    return {"q": q, "k": k, "v": v, "log_i": 8 + dyadic(6, 1) + shift, "log_f": -dyadic(6, 2)}


def abc_call(shift):
    q, k, v = dyadic((3, 6, 2), 0)
    return {"q": q, "k": k, "v": v, "s": dyadic((6, 3), 1) + shift}


CALLS = {rwkv4: rwkv4_call, mlstm: mlstm_call, abc: abc_call}
CASES = [(rwkv4, 1024.0), (rwkv4, -1024.0), (mlstm, 1024.0), (abc, 1024.0)]


def test_every_stabilised_rule_is_here():
    assert set(CALLS) == set(STABILISED)


@pytest.mark.parametrize(("rule", "shift"), CASES)
def test_the_stabilised_form_survives(rule, shift):
    near, far = (rule(**CALLS[rule](by), form="stabilised") for by in (0, shift))
    assert np.isfinite(near.out).all()
    assert_same(far.out, near.out, f"{rule.name}.stabilised of exponents + {shift}")


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("rule", "shift"), CASES)
def test_no_other_form_does(rule, shift):
    for form in rule.forms:
        out = rule(**CALLS[rule](shift), form=form).out
        assert np.isfinite(out).all() == (form == "stabilised"), form


@pytest.mark.parametrize(("rule", "shift"), CASES)
def test_in_intervals_every_form_agrees(rule, shift):
    x = {name: intervals(array) for name, array in CALLS[rule](shift).items()}
    for form in (form for form in rule.forms if form != "fast"):
        assert_enclosures_overlap(rule(**x, form=form), rule(**x), f"{rule.name}.{form}")


def test_mlstm_forgets_everything_without_a_nan():
    x = mlstm_call(0)
    x["log_f"] = np.where(np.arange(6) == 3, -np.inf, x["log_f"])
    x["log_i"] = np.where(np.arange(6) == 3, -np.inf, x["log_i"])
    out = mlstm(**x, form="stabilised").out
    assert_same(out[3], np.zeros(2), "mlstm.stabilised after forgetting all and writing nothing")


@pytest.mark.parametrize(("rule", "name"), [(abc, "s"), (rwkv4, "k")])
def test_a_token_without_weight_changes_nothing_in_either_form(rule, name):
    """A score of minus infinity is a weight of zero, in the first token too; others weigh 1."""
    x = {n: np.zeros(2 * np.ones(len(axes.split()), int)) for n, axes in rule.inputs.items()}
    x["v"] = dyadic((2, 2), 3)
    x[name][0, 0] = -np.inf
    with np.errstate(invalid="ignore"):  # what nothing answers is 0/0 in the first token
        plain, stable = rule(**x).out[1:], rule(**x, form="stabilised").out[1:]
    assert np.isfinite(stable).all()
    assert_same(stable, plain, f"{rule.name}.stabilised")
