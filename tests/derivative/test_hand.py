"""One example of every family, worked out by hand: L is the sum of what is written beside it.

All arrays have K = V = 1, so that a token is a number.
"""

import numpy as np
import pytest

import refmem
from tests.exact import assert_same

LINEAR = ["recurrent", "parallel", "chunked", "scan", None]


def rows(*numbers):
    return np.array(numbers, dtype=float)[:, None]


def check(grads, **want):
    for name, value in want.items():
        got = getattr(grads, name)
        assert_same(got, np.array(value, dtype=float).reshape(got.shape), name)


@pytest.mark.parametrize("form", LINEAR)
def test_hebbian(form):
    # S = 1, then 1 + 1*2 = 3, then 3 + 3*5 = 18; L = 1*3 + 2*18 + 18 (outputs and last state)
    # by S2: 2 + 1 = 3; by S1: 3 + 1 = 4; dk = 4*2, 3*5; dv = 4*1, 3*3; dq = S1, S2
    grads = refmem.linear_attention.vjp(
        rows(1, 2), rows(1, 3), rows(2, 5), state=rows(1), dout=rows(1, 1), dstate=rows(1),
        form=form, chunk=1,
    )  # fmt: skip
    check(grads, q=[3, 18], k=[8, 15], v=[4, 9], state=[4])


@pytest.mark.parametrize("form", LINEAR)
def test_decay(form):
    # S = 2, then 2/2 + 1*2 = 3, then 3/4 + 3*5 = 15.75; L = 1*3 + 2*15.75 + 15.75
    # by S2: 3; by S1: 1 + 3/4 = 1.75; dalpha = 1.75*2, 3*3; by S0: 1.75/2
    grads = refmem.scalar_decay.vjp(
        rows(1, 2), rows(1, 3), rows(2, 5), np.array([0.5, 0.25]), state=rows(2),
        dout=rows(1, 1), dstate=rows(1), form=form, chunk=1,
    )  # fmt: skip
    check(grads, alpha=[3.5, 9], log_alpha=[1.75, 2.25], k=[3.5, 15], v=[1.75, 9], state=[0.875])


@pytest.mark.parametrize("form", LINEAR)
def test_delta(form):
    # one key twice. S = 2, then 2 + (1 - 2)/2 = 1.5, then 1.5 + (3 - 1.5)/2 = 2.25
    # L = 1.5 + 2.25 + 2.25; by S2: 2; by S1: 1 + 2*(1 - 1/2) = 2; by S0: 2*(1 - 1/2) = 1
    # dbeta = 2*(1 - 2), 2*(3 - 1.5); dv = 2/2, 2/2; dk = 2/2 (error - k S) = -1 - 2, 1.5 - 1.5
    grads = refmem.delta.vjp(
        rows(1, 1), rows(1, 1), rows(1, 3), np.array([0.5, 0.5]), state=rows(2),
        dout=rows(1, 1), dstate=rows(1), form=form, chunk=1,
    )  # fmt: skip
    check(grads, beta=[-2, 3], v=[1, 1], k=[-3, 0], q=[1.5, 2.25], state=[1])


def test_regression():
    # o = q beta k v / (beta k^2 + lam) = 1*2/2 = 1; by lam: -2/4; by beta: 2*1/4; by k: 0
    one = rows(1)
    grads = refmem.mesa.vjp(one, one, rows(2), np.ones(1), np.ones(1), np.ones(1), dout=one)
    check(grads, q=[1], v=[0.5], lam=[-0.5], beta=[0.5], k=[0], alpha=[0])


@pytest.mark.parametrize("form", LINEAR)
def test_slots(form):
    # one slot has all the weight: o = its value. values = 2*3 = 6, then 6/2 + 1*4 = 7; L = 7
    grads = refmem.gsa.vjp(
        rows(1, 1), rows(1, 1), rows(3, 4), s=rows(2, 1), alpha=rows(1, 0.5), dout=rows(0, 1),
        form=form, chunk=1,
    )  # fmt: skip
    check(grads, v=[1, 1], s=[1.5, 4], alpha=[0, 6], q=[0, 0], k=[0, 0])


@pytest.mark.parametrize("form", ["parallel", "recurrent", "chunked"])
def test_attention(form):
    # both weights are 1/2 and o = 2; by the scores: (1 - 2)/2, (3 - 2)/2; times q = 1 by the keys
    grads = refmem.softmax_attention.vjp(
        rows(1, 1), rows(0, 0), rows(1, 3), dout=rows(0, 1), form=form, chunk=1
    )
    check(grads, v=[0.5, 0.5], k=[-0.5, 0.5], q=[0, 0], scale=[0])


def test_static():
    # hidden = max(2*1, 0), max(2*-1, 0) = 2, 0; out = 2*3 = 6; the second is switched off
    grads = refmem.ffn.vjp(rows(2), rows(1, -1), rows(3, 5), dout=rows(1))
    check(grads, x=[3], w_in=[6, 0], w_out=[2, 0])


def test_the_tangent_of_a_memory():
    # S = 2, then 2/2 + 1*2 = 3; by alpha: S0 = 2, so with dalpha = 1/2 and dv = 1: 1 + 1
    tangents = refmem.scalar_decay.jvp(
        rows(3),
        rows(1),
        rows(2),
        np.array([0.5]),
        state=rows(2),
        dalpha=np.array([0.5]),
        dv=rows(1),
    )
    check(tangents, out=[9], state=[3], dout=[6], dstate=[2])
