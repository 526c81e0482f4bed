"""What the regression rules are to one another and to the delta rules, over the prime field.

Each side is a rational function of few hundred degrees at most, so a false identity would pass with
a probability below 1e-15.
"""

import numpy as np
import pytest

import refmem as rm
from refmem.algebra import conjugate_gradients, solve, sqrt
from refmem.algebra.numbers import rationals
from refmem.laws.draws import sample
from refmem.laws.exact import assert_enclosures_overlap, assert_same
from refmem.laws.systems import FIELD, INTERVALS, RATIONALS
from refmem.rules.regression.omega import Windowed
from refmem.rules.regression.ttt_linear import Learner


def draw(rule, system=FIELD, **sizes):
    return sample(rule, system, 11, lead=(2,), **sizes)


def ridge_solutions(q, k, v, lam):
    """q_t (sum of k k' + diag(lam))^-1 sum of k v' over the first t tokens, from the definition."""
    out = np.empty(v.shape, dtype=object)
    for t in range(k.shape[-2]):
        K, Y = k[..., : t + 1, :], v[..., : t + 1, :]
        matrix = K.swapaxes(-1, -2) @ K + np.where(np.eye(K.shape[-1], dtype=bool), lam, 0)
        S = solve(matrix, K.swapaxes(-1, -2) @ Y)
        out[..., t, :] = (q[..., t, None, :] @ S)[..., 0, :]
    return out


@pytest.mark.parametrize("form", rm.least_squares.forms)
def test_least_squares_is_the_ridge_solution_at_every_token(form):
    x = draw(rm.least_squares, state=False)
    x |= {"gamma": 0 * x["gamma"] + 1}
    want = ridge_solutions(x["q"], x["k"], x["v"], x["lam"][..., None, None])
    assert_same(rm.least_squares(**x, form=form).out, want, f"least_squares.{form}")


@pytest.mark.parametrize("form", rm.mesa.forms)
def test_mesa_without_gates_is_the_ridge_solution_at_every_token(form):
    x = draw(rm.mesa, state=False)
    x |= {"alpha": 0 * x["alpha"] + 1, "beta": 0 * x["beta"] + 1}
    want = ridge_solutions(x["q"], x["k"], x["v"], x["lam"][..., None])
    assert_same(rm.mesa(**x, form=form).out, want, f"mesa.{form}")


def test_mesa_without_gates_is_least_squares():
    x = draw(rm.least_squares, state=False)
    one = 0 * x["gamma"] + 1
    lam = x["lam"][..., None] + 0 * x["k"][..., 0, :]
    want = rm.least_squares(**(x | {"gamma": one})).out
    assert_same(rm.mesa(x["q"], x["k"], x["v"], one, one, lam).out, want, "mesa")


@pytest.mark.parametrize("rule", [rm.least_squares, rm.mesa], ids=lambda rule: rule.name)
def test_the_solution_is_where_the_objective_is_least(rule):
    """A quadratic function that grows alike to both sides, in every entry, is least there."""
    k, v = rationals([[1, 2], [0, 1], [3, 1]]), rationals([[1], [4], [2]])
    one = rationals([1, 1, 1])
    given = {"lam": rationals(0.5)}
    if rule is rm.mesa:
        given = {"alpha": one, "beta": one, "lam": rationals([0.5, 2])}
    unit = rationals(np.eye(2))
    S = np.stack([rule(q, k, v, **given).out[-1] for q in unit[:, None] + 0 * k])
    weights = {name: y for name, y in given.items() if name != "alpha"}
    for index in np.ndindex(S.shape):
        step = 0 * S
        step[index] += 1
        least = rule.objective(S, k, v, **weights)
        up, down = (rule.objective(S + d, k, v, **weights) for d in (step, -step))
        assert up == down > least


def test_batch_delta_of_one_token_is_delta():
    x = draw(rm.delta, state=False)
    assert_same(rm.batch_delta(**x, batch=1).out, rm.delta(**x).out, "batch_delta(batch=1)")


def test_batch_delta_of_one_batch_is_linear_attention():
    x = draw(rm.delta, state=False)
    values = x["beta"][..., None] * x["v"]
    want = rm.linear_attention(x["q"], x["k"], values).out
    assert_same(rm.batch_delta(**x, batch=5).out, want, "batch_delta(batch=T)")


def test_titans_without_momentum_is_comba():
    x = draw(rm.titans, state=False)
    x |= {"eta": 0 * x["eta"]}
    alpha, beta = 1 - x["forget"], 2 * x["theta"]
    want = rm.comba(x["q"], x["k"], x["v"], alpha, beta, x["k"])
    assert_same(rm.titans(**x).out, want.out, "titans(eta = 0)")


def test_titans_with_decayed_error_and_no_momentum_is_gated_delta():
    x = draw(rm.titans_decayed_error, state=False)
    x |= {"eta": 0 * x["eta"]}
    want = rm.gated_delta(x["q"], x["k"], x["v"], 1 - x["forget"], 2 * x["theta"])
    assert_same(rm.titans_decayed_error(**x).out, want.out, "titans_decayed_error(eta = 0)")


def test_the_two_titans_differ():
    x = draw(rm.titans_decayed_error, state=False)
    differ = rm.titans(**x).out != rm.titans_decayed_error(**x).out
    assert differ[..., 1:, :].all()


def test_titans_that_neither_forget_nor_gather_momentum_are_batch_delta():
    x = draw(rm.titans, state=False)
    x |= {"eta": 0 * x["eta"], "forget": 0 * x["forget"]}
    want = rm.batch_delta(x["q"], x["k"], x["v"], 2 * x["theta"], batch=2)
    assert_same(rm.titans(**x, batch=2).out, want.out, "titans(batch=2)")


def test_a_hidden_layer_without_activation_is_a_product_of_two():
    x = draw(rm.titans_mlp, state=False) | {"activation": "identity"}
    still = x | {"theta": 0 * x["theta"], "forget": 0 * x["forget"]}
    assert_same(rm.titans_mlp(**still).out, x["q"] @ x["w1"] @ x["w2"], "titans_mlp at rest")


def test_omega_of_one_token_is_comba():
    x = draw(rm.comba)
    x |= {"p": x["k"]}
    eta, gamma = x["beta"] / 2, 0 * x["k"][..., :1] + 1
    state = Windowed(x["state"], x["k"][..., :1, :], x["v"][..., :1, :])
    got = rm.omega(x["q"], x["k"], x["v"], x["alpha"], eta, gamma, state=state)
    want = rm.comba(**x)
    assert_same(got.out, want.out, "omega(C = 1)")
    assert_same(got.state.memory, want.state, "omega(C = 1): memory")


def test_omega_counts_only_what_gamma_lets_in():
    x = draw(rm.omega)
    width = x["gamma"].shape[-1]
    wider = np.concatenate([0 * x["gamma"][..., :1], x["gamma"]], axis=-1)
    got = rm.omega(**({n: y for n, y in x.items() if n != "state"} | {"gamma": wider}))
    want = rm.omega(**{n: y for n, y in x.items() if n != "state"})
    assert got.state.keys.shape[-2] == width + 1
    assert_same(got.out, want.out, "omega with an older token that does not count")


def test_atlas_of_a_column_steps_along_its_momentum():
    """With one value channel Newton-Schulz only sets the length: here 0.701 after one iteration."""
    x = draw(rm.atlas, INTERVALS, V=1, T=1)
    got = rm.atlas(**x | {"iterations": 1})
    C, alpha, eta = got.state.momentum, x["alpha"][..., None], x["eta"][..., None]
    length = sqrt((C * C).sum((-2, -1), keepdims=True))
    want = alpha * x["state"].memory - eta * C * 701 / (1000 * length)
    assert_enclosures_overlap(got.state.memory, want, "atlas")


def test_ttt_layers_without_activation_agree_at_rest():
    x = draw(rm.ttt_mlp, INTERVALS, state=False) | {"activation": "identity"}
    x |= {"eta": 0 * x["eta"], "b1": 0 * x["b1"], "eps": 0.5}
    W = np.concatenate([x["w1"] @ x["w2"], x["b2"][..., None, :]], axis=-2)
    linear = {n: y for n, y in x.items() if n in (*rm.ttt_linear.inputs, "eps")}
    place = rm.ttt_linear(**linear).state.place
    got = rm.ttt_linear(**linear, state=Learner(W, 0 * W, place))
    assert_enclosures_overlap(got.out, rm.ttt_mlp(**x).out, "ttt_linear")


def test_conjugate_gradients_are_exact_after_as_many_steps_as_channels():
    x = draw(rm.mesa, RATIONALS, K=3)
    for iterations in (3, 7):
        got = rm.mesa(**x | {"iterations": iterations}, form="conjugate_gradients")
        assert_same(got, rm.mesa(**x), f"mesa.conjugate_gradients, {iterations} iterations")


def test_every_iteration_of_conjugate_gradients_reduces_its_error():
    """In the norm of the matrix, which is what they minimise; exactly, so with no slack."""
    A = rationals([[5, 1, 0], [1, 3, 1], [0, 1, 2]])
    b = rationals([1, -2, 3])
    x = solve(A, b[:, None])[:, 0]
    errors = []
    for iterations in range(4):
        error = conjugate_gradients(A, b, iterations) - x
        errors.append(error @ A @ error)
    assert errors == sorted(errors, reverse=True)
    assert errors[2] > errors[3] == 0


def test_lact_with_rates_of_zero_only_reads():
    x = draw(rm.lact, INTERVALS, state=False)
    still = x | {name: 0 * x[name] for name in ("rate0", "rate1", "rate2")}
    whole = rm.lact(**still | {"batch": 2}, eps=0)
    once = rm.lact(**x | {"batch": 100})
    assert_enclosures_overlap(whole.out, once.out, "lact before it has learned")
