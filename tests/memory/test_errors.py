"""Every message of a wrong call: rule, argument, what it got, what is expected, and why.

Each row is one call of `delta` (or of another rule) that differs from a right one in one place.
"""

import re

import flint
import numpy as np
import pytest

import refmem as rm
from refmem.algebra.numbers import fractions, prime_field, rationals
from refmem.laws.calls import arrays
from refmem.laws.draws import sample
from refmem.laws.systems import FLOAT64
from refmem.memory import Cache

ones = np.ones
RIGHT = {"q": ones((2, 3)), "k": ones((2, 3)), "v": ones((2, 1)), "beta": ones(2)}
GATED = RIGHT | {"alpha": ones(2)}


def call(rule=rm.delta, right=None, /, **wrong):
    return rule, (RIGHT if right is None else right) | wrong


def without(name, right=None):
    return {n: value for n, value in (RIGHT if right is None else right).items() if n != name}


SHAPES = {
    "delta: k has shape (2, 4), expected (..., T, K) with K = 3 as in q, because inputs describe "
    "the same tokens": call(k=ones((2, 4))),
    "delta: v has shape (5, 1), expected (..., T, V) with T = 2 as in q, because inputs describe "
    "the same tokens": call(v=ones((5, 1))),
    "delta: q has shape (3,), expected (..., T, K), because it needs 2 or more axes": call(
        q=ones(3)
    ),
    "delta: beta has shape (), expected (..., T), because it needs 1 or more axes": call(beta=1.0),
    "delta: k has leading axes (4,), expected axes that broadcast with (5,), because batch and "
    "heads are shared": call(q=ones((5, 2, 3)), k=ones((4, 2, 3))),
    "delta: state has shape (1, 3), expected (..., 3, 1), because keys and values have these "
    "sizes": call(state=ones((1, 3))),
    "delta: state has leading axes (4,), expected axes that broadcast with (5,), because batch "
    "and heads are shared": call(q=ones((5, 2, 3)), state=ones((4, 3, 1))),
    "delta_product: k has shape (5, 3), expected (..., n*T, K) with n = 2 and T = 2 as in q, "
    "because inputs describe the same tokens": call(rm.delta_product, k=ones((5, 3))),
}

VALUES = {
    "delta: beta has NaN, expected numbers, because a gate is a number": call(
        beta=np.array([1, np.nan])
    ),
    "gated_delta: alpha has values from -2 to 0, expected [0, 1], because it is the factor "
    "itself; exponentiate a gate given as a logarithm": call(
        rm.gated_delta, GATED, alpha=np.array([-2.0, 0])
    ),
    "gated_delta: alpha has values from 1 to 1.5, expected [0, 1]": call(
        rm.gated_delta, GATED, alpha=np.array([1.5, 1])
    ),
    "retention: gamma has values from -1 to -1, expected [0, 1], because it is the factor "
    "itself, not its logarithm": call(rm.retention, without("beta"), gamma=-1.0),
    "forgetting_attention: log_alpha has values from 0 to 0.5, expected at most 0, because it is "
    "the natural logarithm of a factor in [0, 1]": call(
        rm.forgetting_attention, without("beta"), log_alpha=np.array([0, 0.5])
    ),
    "delta: form has value 'chunk', expected one of recurrent, parallel, chunked, scan": call(
        form="chunk"
    ),
    "delta: form has value 3, expected one of recurrent": call(form=3),
    "delta: chunk has value 0, expected a whole number of at least 1, because it counts "
    "tokens": call(chunk=0),
    "delta: chunk has value 2.5, expected a whole number": call(chunk=2.5),
    "delta: chunk has value True, expected a whole number": call(chunk=True),
    "kernel: name has value 'softmx', expected one of ": call(
        rm.softmax_attention, without("beta"), kernel="softmx"
    ),
}

KINDS = {
    "delta: beta has no value, expected an array (..., T), because the rule is a function of q, "
    "k, v, beta": (rm.delta, without("beta")),
    "delta: argument betta has no meaning here, expected one of q, k, v, beta, because these are "
    "its inputs, did you mean 'beta'?": call(betta=ones(2)),
    "delta: k has dtype int64, expected float16, float32, float64": call(k=ones((2, 3), int)),
    "delta: beta has dtype bool, expected float16": call(beta=ones(2, bool)),
    "delta: k has numbers of kind float32, expected float64 as in q, because nothing is cast "
    "silently": call(k=ones((2, 3), np.float32)),
    "delta: v has numbers of kind fmpq, expected float64 as in q": call(v=rationals(ones((2, 1)))),
    "delta: q has entries of Fraction and nmod, expected one kind, because number systems do not "
    "mix": call(q=np.concatenate([fractions(ones((1, 3))), prime_field(ones((1, 3)))])),
    "delta: q has an entry of type str, expected Fraction, flint's fmpq, nmod, arb or series, or "
    "a sympy expression, because these are the number systems refmem knows": call(
        q=np.full((2, 3), "x", dtype=object)
    ),
    "delta: q has whole numbers only, expected floats or exact numbers such as fractions, because "
    "division would leave the whole numbers": (
        rm.delta,
        {name: x.astype(int).astype(object) for name, x in RIGHT.items()},
    ),
    "delta: state has numbers of kind float32, expected float64 as in the inputs, because nothing "
    "is cast silently": call(state=ones((3, 1), np.float32)),
    "delta: state has dtype int64, expected float16": call(state=ones((3, 1), int)),
    "softmax_attention: state has type ndarray, expected Cache with fields key, value, log_alpha, "
    "because this memory is made of several arrays": call(
        rm.softmax_attention, without("beta"), state=ones((3, 1))
    ),
    "forgetting_attention: state.log_alpha has no value, expected one, because the call has what "
    "it is made of": call(
        rm.forgetting_attention,
        without("beta"),
        log_alpha=np.zeros(2),
        state=Cache(ones((1, 3)), ones((1, 1))),
    ),
    "softmax_attention: state.log_alpha has a value, expected none, because the call does not "
    "have what it is made of": call(
        rm.softmax_attention,
        without("beta"),
        state=Cache(ones((1, 3)), ones((1, 1)), np.zeros(1)),
    ),
    "softmax_attention: scale has no value, expected one, because its default 1/sqrt(K) is not a "
    "number of this kind; pass scale=1": (
        rm.softmax_attention,
        {name: rationals(RIGHT[name]) for name in "qkv"},
    ),
    "hgrn: scale has value 2, expected none, because its specification has no scale": (
        rm.hgrn,
        {"f": ones((2, 1)), "i": ones((2, 1)), "scale": 2},
    ),
    "exp has numbers of kind fmpq, expected floats, intervals or symbols, because exp of such a "
    "number is not one": (
        rm.softmax_attention,
        {name: rationals(RIGHT[name]) for name in "qkv"} | {"scale": 1},
    ),
}


def rows(table):
    return [pytest.param(message, *case, id=message[:60]) for message, case in table.items()]


@pytest.mark.parametrize(("message", "rule", "arguments"), rows(SHAPES | VALUES))
def test_a_wrong_shape_or_value(message, rule, arguments):
    _refuses(rule, arguments, ValueError, message)


@pytest.mark.parametrize(("message", "rule", "arguments"), rows(KINDS))
def test_a_wrong_kind(message, rule, arguments):
    _refuses(rule, arguments, TypeError, message)


def _refuses(rule, arguments, error, message):
    before = [x.tobytes() for x in arrays(arguments)]
    with pytest.raises(error, match="^" + re.escape(message)):
        rule(**arguments)
    assert [x.tobytes() for x in arrays(arguments)] == before, "a refused call changed an input"


def test_too_many_positional_arguments():
    with pytest.raises(
        TypeError,
        match=r"delta: call has 5 positional arguments, expected at most 4 \(q, k, v, beta\), "
        r"because everything else is passed by name",
    ):
        rm.delta(*RIGHT.values(), None)


def test_one_argument_twice():
    with pytest.raises(
        TypeError,
        match=r"delta: q has two values, expected one, because it was passed by position and by",
    ):
        rm.delta(RIGHT["q"], **RIGHT)


def test_an_error_comes_before_any_arithmetic(monkeypatch):
    """Every check is done when the first line of a rule runs."""
    started = []
    monkeypatch.setattr(rm.delta, "step", lambda *args, **inputs: started.append(1))
    for arguments in ({"beta": ones(3)}, {"state": ones((1, 3))}, {"form": "no"}, {"chunk": 0}):
        with pytest.raises(ValueError, match=r"^delta: "):
            rm.delta(**(RIGHT | arguments))
    assert not started


@pytest.mark.parametrize("rule", [rm.delta, rm.forgetting_attention], ids=lambda rule: rule.name)
def test_a_refused_call_leaves_the_state_alone(rule):
    x = sample(rule, FLOAT64)
    before = [part.tobytes() for part in arrays(x)]
    with pytest.raises(ValueError, match="expected"):
        rule(**(x | {"v": x["v"][1:]}))
    assert [part.tobytes() for part in arrays(x)] == before, "a refused call changed an input"


def test_the_nearest_form_is_offered():
    with pytest.raises(ValueError, match=r"because these exist, did you mean 'chunked'\?$"):
        rm.delta(**RIGHT, form="chunk")


def test_intervals_and_floats_do_not_mix():
    with pytest.raises(TypeError, match=r"delta: state has numbers of kind arb, expected float64"):
        rm.delta(**RIGHT, state=np.full((3, 1), flint.arb(1)))


RANGED = {
    "rwkv7: w has values from -1 to -1, expected [0, 1], because it is the factor itself": (
        rm.rwkv7,
        "w",
        -1,
    ),
    "rwkv4: w has values from 1 to 1, expected at most 0, because it is the natural": (
        rm.rwkv4,
        "w",
        1,
    ),
    "mesa: lam has values from 0 to 0, expected more than 0, because without a ridge": (
        rm.mesa,
        "lam",
        0,
    ),
    "gated_delta2: erase has NaN, expected numbers, because a gate is a number": (
        rm.gated_delta2,
        "erase",
        np.nan,
    ),
}


@pytest.mark.parametrize(("message", "rule", "name", "value"), [(m, *c) for m, c in RANGED.items()])
def test_a_value_that_its_meaning_excludes(message, rule, name, value):
    x = {n: np.full(2 * np.ones(len(a.split()), int), 0.5) for n, a in rule.inputs.items()}
    x |= {"w": -x["w"]} if rule is rm.rwkv4 else {}
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        rule(**x | {name: np.full_like(x[name], value)})


BAD_SCALES = [np.nan, True, "x", 1j, np.ones(3)]


@pytest.mark.parametrize("scale", BAD_SCALES, ids=repr)
def test_a_scale_that_is_no_number(scale):
    with pytest.raises(
        TypeError, match=r"^delta: scale has value .*, expected one finite number of"
    ):
        rm.delta(**RIGHT, scale=scale)


def test_a_float_scale_of_exact_numbers():
    x = {name: rationals(value) for name, value in RIGHT.items()}
    with pytest.raises(TypeError, match="expected one finite number of kind fmpq"):
        rm.delta(**x, scale=0.5)


@pytest.mark.parametrize(
    ("rule", "option", "value", "message"),
    [
        (rm.moe, "top", -1, "moe: top has value -1, expected a whole number of at least 1"),
        (rm.moe, "top", 1.5, "moe: top has value 1.5, expected a whole number of at least 1"),
        (rm.moe, "renormalize", "no", "moe: renormalize has value 'no', expected True or False"),
        (rm.mesa, "iterations", 0, "mesa: iterations has value 0, expected None or a whole"),
        (rm.hopfield_modern, "steps", -1, "hopfield_modern: steps has value -1, expected a whole"),
    ],
)
def test_an_option_that_counts_or_switches(rule, option, value, message):
    x = {n: np.full(2 * np.ones(len(a.split()), int), 0.5) for n, a in rule.inputs.items()}
    with pytest.raises((TypeError, ValueError), match="^" + re.escape(message)):
        rule(**x, **{option: value})


def test_the_nearest_name_may_be_an_option_or_a_keyword():
    with pytest.raises(TypeError, match="did you mean 'state'"):
        rm.delta(**RIGHT, statee=None)
    with pytest.raises(TypeError, match="did you mean 'window'"):
        rm.softmax_attention(**{name: RIGHT[name] for name in "qkv"}, windw=2)
