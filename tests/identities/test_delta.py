"""What the delta rules are to one another, over the prime field unless said otherwise.

Each side is a rational function of few hundred degrees at most, so a false identity would pass with
a probability below 1e-15.
"""

import numpy as np
import pytest

import refmem as rm
from refmem.algebra import exp, sqrt
from refmem.algebra.numbers import fractions, prime_field
from refmem.laws.draws import sample
from refmem.laws.exact import assert_enclosures_overlap, assert_same
from refmem.laws.systems import FIELD, INTERVALS
from refmem.rules.delta._preconditioning import Preconditioned
from refmem.rules.delta.diagonal_kalman import DiagonalBelief
from refmem.rules.delta.gradient_momentum_delta import Momentum as GradientMomentum
from refmem.rules.delta.implicit_delta import rate
from refmem.rules.delta.kalman_delta import Belief
from refmem.rules.delta.momentum_delta import Momentum
from refmem.rules.delta.rwkv7 import as_generalized_delta


def draw(rule, system=FIELD, **sizes):
    return sample(rule, system, 7, lead=(2,), **sizes)


def without(x, *names):
    return {name: value for name, value in x.items() if name not in names}


def test_delta_product_of_one_step_is_delta():
    x = draw(rm.delta)
    assert_same(rm.delta_product(**x, n=1), rm.delta(**x), "delta_product(n=1)")


def test_gated_delta_product_of_one_step_is_gated_delta():
    x = draw(rm.gated_delta)
    assert_same(rm.gated_delta_product(**x, n=1), rm.gated_delta(**x), "gated_delta_product(n=1)")


@pytest.mark.parametrize("form", ["recurrent", "parallel", "chunked", "scan"])
def test_delta_product_is_delta_read_at_every_last_step(form):
    x = draw(rm.delta_product, T=4)
    every = rm.delta(**(without(x, "q") | {"q": np.repeat(x["q"], 2, axis=-2)}))
    got = rm.delta_product(**x, form=form, chunk=3)
    assert_same(got, rm.Result(every.out[..., 1::2, :], every.state), f"delta_product.{form}")


def test_gated_delta_product_without_forgetting_is_delta_product():
    x = draw(rm.delta_product)
    one = x["q"][..., 0] * 0 + 1
    assert_same(rm.gated_delta_product(**x, alpha=one), rm.delta_product(**x), "alpha = 1")


def test_iplr_is_generalized_delta_that_forgets_nothing():
    x = draw(rm.iplr)
    assert_same(rm.generalized_delta(**x, alpha=x["k"] * 0 + 1), rm.iplr(**x), "alpha = 1")


def test_iplr_is_delta():
    x = draw(rm.delta)
    beta = x["beta"][..., None]
    got = rm.iplr(**(without(x, "beta") | {"a": x["k"], "b": -beta * x["k"], "v": beta * x["v"]}))
    assert_same(got, rm.delta(**x), "iplr(a = k, b = -beta k), writing beta v")


def test_rwkv7_is_generalized_delta():
    x = draw(rm.rwkv7)
    plain = without(x, "rho")
    want = rm.generalized_delta(**as_generalized_delta(**without(plain, "state")), state=x["state"])
    assert_same(rm.rwkv7(**plain), want, "rwkv7")


def test_comba_with_decayed_error_is_comba_with_a_decayed_key():
    x = draw(rm.comba)
    decayed = x | {"p": x["alpha"][..., None] * x["p"]}
    assert_same(rm.comba_decayed_error(**x), rm.comba(**decayed), "comba_decayed_error")


def test_comba_with_decayed_error_and_one_key_is_gated_delta():
    x = draw(rm.gated_delta)
    assert_same(rm.comba_decayed_error(**x, p=x["k"]), rm.gated_delta(**x), "p = k")


def test_the_two_combas_differ():
    x = draw(rm.comba)
    assert (rm.comba(**x).out != rm.comba_decayed_error(**x).out).all()


def test_implicit_delta_is_delta_with_another_rate():
    x = draw(rm.implicit_delta)
    explicit = x | {"beta": rate(x["k"], x["beta"])[..., 0]}
    assert_same(rm.implicit_delta(**x), rm.delta(**explicit), "implicit_delta")


def test_implicit_delta_is_the_gradient_step_from_where_it_ends():
    x = draw(rm.implicit_delta, T=1)
    S, k = rm.implicit_delta(**x).state, x["k"][..., 0, :]
    error = x["v"][..., 0, :] - (k[..., None, :] @ S)[..., 0, :]
    step = (x["beta"] * k)[..., :, None] * error[..., None, :]
    assert_same(S, x["state"] + step, "implicit step")


def test_exact_delta_on_unit_keys_is_delta_with_a_strength_below_one():
    x = draw(rm.implicit_delta, INTERVALS)
    x |= {"k": x["k"] / sqrt((x["k"] * x["k"]).sum(-1, keepdims=True))}
    strength = 1 - exp(-x["beta"])
    got, want = rm.exact_delta(**x), rm.delta(**(x | {"beta": strength}))
    assert_enclosures_overlap(got.out, want.out, "exact_delta")
    assert_enclosures_overlap(got.state, want.state, "exact_delta: memory")


def test_longhorn_of_one_channel_is_implicit_delta():
    x = draw(rm.implicit_delta, K=1)
    beta = x["beta"][..., None] + 0 * x["v"]
    assert_same(rm.longhorn(**(x | {"beta": beta})), rm.implicit_delta(**x), "longhorn, K = 1")


def test_momentum_delta_without_momentum_is_delta():
    x = draw(rm.delta)
    x |= {"beta": x["beta"] * 0 + 1}
    state = Momentum(x["state"], x["state"])
    call = without(x, "beta", "state")
    got = rm.momentum_delta(**call, eta=0 * x["beta"], state=state)
    want = rm.delta(**x)
    assert_same(got.out, want.out, "momentum_delta(eta = 0)")
    assert_same(got.state.memory, want.state, "momentum_delta(eta = 0): memory")


def test_gradient_momentum_delta_without_momentum_is_gated_delta():
    x = draw(rm.gradient_momentum_delta)
    x |= {"mu": 0 * x["mu"]}
    plain = without(x, "mu", "eta", "p", "state") | {"beta": x["beta"] * x["eta"]}
    got = rm.gradient_momentum_delta(**without(x, "p"))
    want = rm.gated_delta(**plain, state=x["state"].memory)
    assert_same(got.out, want.out, "gradient_momentum_delta(mu = 0)")
    assert_same(got.state.memory, want.state, "gradient_momentum_delta(mu = 0): memory")


def test_gradient_momentum_delta_is_titans():
    x = draw(rm.titans)
    S, C = x["state"].memory, x["state"].momentum
    call = {"q": x["q"], "k": x["k"], "v": x["v"], "p": x["k"], "alpha": 1 - x["forget"]}
    call |= {"beta": x["eta"] * 0 + 1, "mu": x["eta"], "eta": 2 * x["theta"]}
    x |= {"state": x["state"]._replace(start=S)}
    got = rm.gradient_momentum_delta(**call, state=GradientMomentum(S, C))
    assert_same(got.out, rm.titans(**x).out, "p = k, beta = 1, eta = 2 theta")


def test_gated_oja_is_kda_on_the_transposed_memory():
    x = draw(rm.gated_oja)
    turned = {"q": 0 * x["v"], "k": x["v"], "v": x["k"], "alpha": x["alpha"], "beta": x["beta"]}
    want = rm.kda(**turned, state=x["state"].swapaxes(-1, -2)).state.swapaxes(-1, -2)
    assert_same(rm.gated_oja(**x).state, want, "gated_oja")


def test_kalman_delta_with_a_frozen_belief_is_implicit_delta():
    x = draw(rm.implicit_delta)
    one, S, outs = x["k"][..., :1, 0] * 0 + 1, x["state"], []
    noise = 1 / x["beta"]
    identity = prime_field(np.eye(2)) + 0 * x["k"][..., :1, :1]
    for t in range(x["k"].shape[-2]):
        now = slice(t, t + 1)
        row = {name: x[name][..., now, :] for name in ("q", "k", "v")}
        row |= {"alpha": one, "drift": 0 * row["k"], "noise": noise[..., now]}
        step = rm.kalman_delta(**row, state=Belief(S, identity))
        S = step.state.mean
        outs.append(step.out)
    want = rm.implicit_delta(**x)
    assert_same(np.concatenate(outs, axis=-2), want.out, "P = I before every token")
    assert_same(S, want.state, "P = I before every token: mean")


@pytest.mark.parametrize("K", [1, 3])
def test_diagonal_kalman_is_kalman_delta_where_keys_have_one_channel(K):
    x = draw(rm.kalman_delta, K=K, T=6)
    along = np.eye(K, dtype=int)[np.arange(6) % K]
    variance = x["drift"][..., 0, :]
    belief = np.where(np.eye(K, dtype=bool), variance[..., None], 0 * variance[..., None])
    x |= {"k": along * x["k"], "state": Belief(x["state"].mean, belief)}
    want = rm.kalman_delta(**x)
    got = rm.diagonal_kalman(**(x | {"state": DiagonalBelief(x["state"].mean, variance)}))
    assert_same(got.out, want.out, "diagonal_kalman")
    assert_same(got.state.variance, want.state.covariance.sum(-1), "diagonal_kalman: variance")


def test_kalman_attention_of_one_key_channel_is_kalman_delta():
    x = draw(rm.kalman_attention, K=1, V=1, state=False)
    alpha, drift = (x[name][..., 0] + 0 * x["precision"][..., 0] for name in ("alpha", "drift"))
    noise = 1 / x["precision"][..., 0]
    want = rm.kalman_delta(x["q"], x["k"], x["v"], alpha, drift[..., None], noise)
    got = rm.kalman_attention(**x)
    assert_same(got.out, want.out, "kalman_attention, K = 1")
    assert_same(1 / got.state.sure, want.state.covariance, "kalman_attention, K = 1: variance")


def test_diagonal_kalman_drops_what_two_channels_say_of_each_other():
    x = draw(rm.kalman_delta, state=False)
    assert (rm.diagonal_kalman(**x).out != rm.kalman_delta(**x).out)[..., 1:, :].all()


def test_kalman_delta_without_drift_is_least_squares():
    x = draw(rm.kalman_delta, state=False)
    noise = x["noise"][..., :1]
    x |= {"alpha": 0 * x["alpha"] + 1, "drift": 0 * x["drift"], "noise": noise + 0 * x["noise"]}
    want = rm.least_squares(x["q"], x["k"], x["v"], noise[..., 0])
    assert_same(rm.kalman_delta(**x).out, want.out, "kalman_delta, noise = ridge")


@pytest.mark.parametrize(
    ("rule", "plain"),
    [(rm.preconditioned_delta, rm.gated_delta), (rm.preconditioned_kda, rm.kda)],
    ids=lambda x: getattr(x, "name", ""),
)
def test_a_preconditioner_of_base_one_does_nothing(rule, plain):
    x = draw(plain, INTERVALS)
    half, moment = 0 * x["beta"] + 1, 0 * x["k"][..., :1, :] + 1
    call = x | {"state": Preconditioned(moment, x["state"]), "fade": half, "weight": half}
    got, want = rule(**call, base=1), plain(**x)
    assert_enclosures_overlap(got.out, want.out, f"{rule.name}(base=1)")
    assert_enclosures_overlap(got.state.memory, want.state, f"{rule.name}(base=1): memory")


def test_preconditioners_agree_where_all_channels_forget_alike():
    x = draw(rm.preconditioned_delta, INTERVALS)
    each = x["alpha"][..., None] + 0 * x["k"]
    got = rm.preconditioned_kda(**(x | {"alpha": each}))
    assert_enclosures_overlap(got.out, rm.preconditioned_delta(**x).out, "preconditioned_kda")


def test_orthonormal_keys_are_written_as_they_are():
    k = fractions(np.eye(3)[[2, 0, 1]])
    v, one = fractions([[1], [2], [3]]), fractions([1, 1, 1])
    assert_same(rm.iplr(k, k, v, k, -k).out, rm.linear_attention(k, k, v).out, "iplr")
    assert_same(rm.momentum_delta(k, k, v, 0 * one).out, v, "momentum_delta")
