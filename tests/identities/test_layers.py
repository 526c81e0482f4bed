"""Layers of models whose memory is a rule of refmem, each against its own definition, in intervals.

The parametrisation is the layer's; that it is the rule is what its paper or its code does not say.
"""

import numpy as np

import refmem as rm
from refmem.algebra import exp, log, sigmoid, softmax, softplus, sqrt
from refmem.laws.draws import sample
from refmem.laws.exact import assert_enclosures_overlap
from refmem.laws.systems import INTERVALS


def rows(*shape, seed=0):
    """Numbers between -2 and 2."""
    return INTERVALS.draw(np.random.default_rng([seed, *shape]), shape, -2, 2)


def test_lightnet_is_gla():
    """A key channel's weights over time are a softmax of its keys: what a token adds, others lose.

    alpha = exp(z[t-1] - z[t]), k = exp(k[t] - z[t]), z the running log-sum-exp; the first token
    forgets everything.
    """
    q, k, v = (rows(5, 3, seed=seed) for seed in range(3))
    z = log(np.add.accumulate(exp(k), axis=0))
    alpha = np.concatenate([0 * z[:1], exp(z[:-1] - z[1:])])
    seen = np.tri(5, dtype=bool)
    weights = softmax(np.broadcast_to(k.T[:, None], (3, 5, 5)), seen)  # channel, query, key
    want = (q.T[:, :, None] * (weights @ v)).sum(0)
    assert_enclosures_overlap(rm.gla(q, exp(k - z), v, alpha).out, want, "lightnet")


def test_rodimus_is_gla():
    """alpha = exp(-tau g) and a unit key times g^tau: g forgets and writes, tau says how much."""
    q, k, v = (rows(5, 3, seed=seed) for seed in range(3))
    g, tau = softplus(rows(5, 3, seed=3)), sigmoid(rows(5, 3, seed=4))
    unit = k / sqrt((k * k).sum(-1, keepdims=True))
    S, outs = 0 * k[0][:, None] * v[0], []
    for t in range(5):
        S = (1 / exp(g[t] * tau[t]))[:, None] * S
        S = S + (unit[t] * exp(log(g[t]) * tau[t]))[:, None] * v[t]
        outs.append(q[t] @ S)
    got = rm.gla(q, unit * exp(tau * log(g)), v, exp(-tau * g)).out
    assert_enclosures_overlap(got, np.stack(outs), "rodimus")


def test_attention_residuals_are_softmax_attention_over_depth():
    """Layers are tokens: one learnt query each, values normed for keys, no scale (AttnRes)."""
    layers, queries, weight = rows(4, 3), rows(4, 3, seed=1), rows(3, seed=2)
    keys = layers / sqrt((layers * layers).sum(-1, keepdims=True) / 3) * weight
    want = []
    for depth, query in enumerate(queries, 1):
        weights = exp(keys[:depth] @ query)
        want.append(weights @ layers[:depth] / weights.sum())
    got = rm.softmax_attention(queries, keys, layers, scale=1).out
    assert_enclosures_overlap(got, np.stack(want), "attention residuals")


def test_what_lightnet_holds_is_what_the_slots_of_abc_hold():
    """A key channel is a slot whose scores are the keys: the means are the same."""
    x = sample(rm.abc, INTERVALS, 5, state=False)
    s, v = x["s"], x["v"]
    z = log(np.add.accumulate(exp(s), axis=0))
    alpha = np.concatenate([0 * z[:1], exp(z[:-1] - z[1:])])
    held = rm.gla(s, exp(s - z), v, alpha).state
    slots = rm.abc(**x).state
    assert_enclosures_overlap(held, slots.values / slots.total.T, "lightnet")
