"""Gates from raw numbers: against the formula in Python's own floats, and against differences."""

import inspect
import math

import flint
import numpy as np
import pytest

from refmem import (
    bounded_gate,
    decay_rate,
    exp_exp_gate,
    logsigmoid_gate,
    sigmoid_strength,
    softplus_gate,
    softplus_step,
)
from refmem.algebra.numbers import fractions, intervals
from refmem.derivative.tape import pull, push, traced


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def softplus(x):
    return math.log1p(math.exp(x))


def held(x):
    return min(max(x, 0.25), 1.5)


GATES = {
    "softplus": (
        softplus_gate,
        lambda a, A_log, bias: -math.exp(A_log) * softplus(a + bias),
    ),
    "softplus, no bias": (
        lambda a, A_log: softplus_gate(a, A_log),
        lambda a, A_log: -math.exp(A_log) * softplus(a),
    ),
    "softplus, no rate": (
        lambda a, bias: softplus_gate(a, dt_bias=bias),
        lambda a, bias: -softplus(a + bias),
    ),
    "bounded": (
        lambda g, A_log, bias: bounded_gate(g, -5.0, A_log, bias),
        lambda g, A_log, bias: -5 * sigmoid(math.exp(A_log) * (g + bias)),
    ),
    "bounded, neither": (
        lambda g: bounded_gate(g, -math.exp(-0.5)),
        lambda g: -math.exp(-0.5) * sigmoid(g),
    ),
    "logsigmoid": (
        lambda f: logsigmoid_gate(f, 16),
        lambda f: math.log(sigmoid(f)) / 16,
    ),
    "exp exp": (exp_exp_gate, lambda w: -math.exp(w)),
    "sigmoid": (sigmoid_strength, sigmoid),
    "2 sigmoid": (lambda b: sigmoid_strength(b, 2), lambda b: 2 * sigmoid(b)),
    "step": (softplus_step, lambda dt, bias: softplus(dt + bias)),
    "held step": (
        lambda dt, bias: softplus_step(dt, bias, 0.25, 1.5),
        lambda dt, bias: held(softplus(dt + bias)),
    ),
    "rate": (decay_rate, lambda A_log: -math.exp(A_log)),
}
"""What is asked, and what it must be, one number at a time."""

X = np.array([[-3.0, -0.5, 0.75], [2.5, 1.25, -1.75]])
PARAMETERS = np.array([[-0.5], [0.375]]), np.array([[0.75], [-0.25]])


def arguments(gate):
    """Rows of a head each, and as many parameters, a number a head, as it takes."""
    return [X, *PARAMETERS][: len(inspect.signature(GATES[gate][1]).parameters)]


@pytest.mark.parametrize("gate", GATES)
def test_the_formula_entry_by_entry(gate):
    asked, formula = GATES[gate]
    want = np.vectorize(formula)(*np.broadcast_arrays(*arguments(gate)))
    np.testing.assert_allclose(asked(*arguments(gate)), want, rtol=8 * np.finfo(float).eps)


@pytest.mark.parametrize("gate", GATES)
def test_the_derivatives_are_differences_in_long_doubles(gate):
    """(f(x + h) - f(x - h)) / 2h is off by h^2 times a third derivative of at most 2, over 6."""
    asked = GATES[gate][0]
    x = [np.longdouble(y) for y in arguments(gate)]
    nodes = traced(x)
    y = asked(*nodes)
    along = [
        np.longdouble(np.cos(1 + n + np.arange(a.size)).reshape(a.shape)) for n, a in enumerate(x)
    ]
    h = np.longdouble(2.0**-20)
    up, down = (asked(*(a + s * d for a, d in zip(x, along, strict=True))) for s in (h, -h))
    np.testing.assert_allclose(push(nodes, along, y), (up - down) / (2 * h), atol=8 * h**2)
    g = np.longdouble(np.sin(1 + np.arange(y.size)).reshape(y.shape))
    back = pull(y, g, nodes)
    both = sum((b * d).sum() for b, d in zip(back, along, strict=True))
    assert abs(both - (g * push(nodes, along, y)).sum()) <= 64 * np.finfo(np.longdouble).eps


@pytest.mark.parametrize("gate", GATES)
def test_other_numbers_give_the_same(gate):
    asked = GATES[gate][0]
    with flint.ctx.workprec(128):
        exact = asked(*(intervals(y) for y in arguments(gate))).astype(float)
    got = asked(*(y.astype(np.float32) for y in arguments(gate)))
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, exact, rtol=8 * np.finfo(np.float32).eps)
    np.testing.assert_allclose(asked(*arguments(gate)), exact, rtol=8 * np.finfo(float).eps)


def test_far_out_nothing_overflows_and_nothing_is_lost():
    """exp(-80) is lost beside one; exp(5000) is no float."""
    far = np.array([-80.0, 5000.0])
    assert softplus_gate(far)[0] == pytest.approx(-math.exp(-80), rel=1e-15)
    assert softplus_gate(far)[1] == -5000
    assert logsigmoid_gate(-far).tolist() == softplus_gate(far).tolist()
    assert sigmoid_strength(far, 2)[0] == pytest.approx(2 * math.exp(-80), rel=1e-15)
    assert sigmoid_strength(far, 2)[1] == 2
    assert bounded_gate(far, -5.0)[1] == -5


def test_a_step_at_its_limit_has_the_slope_of_the_step():
    limit = float(softplus_step(np.array([1.0]))[0])
    for limits in ({"dt_min": limit}, {"dt_max": limit}):
        x = traced(np.array([1.0, 0.5, 1.5]))
        slope = pull(softplus_step(x, **limits), np.ones(3), x)
        beyond = 2 if "dt_max" in limits else 1
        assert slope[0] == pytest.approx(sigmoid(1.0), rel=1e-15)
        assert slope[beyond] == 0 < slope[3 - beyond]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: bounded_gate(x, 5.0), "bounded_gate: lower_bound has value 5.0, expected less"),
        (lambda x: logsigmoid_gate(x, 0), "logsigmoid_gate: divisor has value 0, expected more"),
        (lambda x: sigmoid_strength(x, -1), "sigmoid_strength: most has value -1, expected more"),
        (
            lambda x: softplus_step(x, dt_min=1, dt_max=1),
            "softplus_step: dt_min has value 1, expected at least 0 and less than dt_max = 1, bec",
        ),
    ],
)
def test_constants_that_leave_no_gate_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call(X)


def test_whole_numbers_and_mixed_kinds_are_refused():
    with pytest.raises(TypeError, match="exp_exp_gate: w has dtype int64"):
        exp_exp_gate(np.arange(3))
    with pytest.raises(TypeError, match="softplus_gate: A_log has numbers of kind float32"):
        softplus_gate(X, PARAMETERS[0].astype(np.float32))
    with pytest.raises(TypeError, match="exp has numbers of kind Fraction"):
        exp_exp_gate(fractions([1]))
