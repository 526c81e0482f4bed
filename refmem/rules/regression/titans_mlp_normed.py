"""Titans, deep and normed: one hidden layer behind a layer norm learns to undo a corruption.

    h      = k[t] B1        z = act(h) B2       B1, B2 are W1, W2 at the start of the batch
    d2     = the slope in z of |layer_norm(z) - (v[t] - k[t])|^2
    d1     = act'(h) * (B2 d2)
    C1[t]  = eta[t] * C1[t-1] - theta[t] * bind(k[t], d1)                momentum
    C2[t]  = eta[t] * C2[t-1] - theta[t] * bind(act(h), d2)
    W1[t]  = (1 - forget[t]) * W1[t-1] + C1[t]      and W2 likewise      write
    o[t]   = q[t] + layer_norm(act(q[t] W1[t]) W2[t])                    read, after the write

    q, k     (..., T, V)   queries and keys, as wide as values
    v        (..., T, V)   values
    forget   (..., T)      in [0, 1]: 0 keeps, 1 forgets everything (alpha in its source)
    eta      (..., T)      momentum factor: how much of the past surprise is left
    theta    (..., T)      learning rate: how much a surprise counts
    w1       (..., V, M)   first layer before the first token, which its source learns
    w2       (..., M, V)   second layer before the first token, likewise
    weight   (..., V)      of the layer norm; 1 if left out
    bias     (..., V)      of the layer norm; 0 if left out

    batch                  tokens a batch, 1 unless given
    eps                    of the layer norm, under its root; 1e-6 unless given
    activation             "gelu" unless given, or any of `functions.activations`

    >>> q = k = np.array([[0., 1.], [0., 1.]])
    >>> v, w1, w2, rates = np.eye(2), np.ones((2, 1)), np.array([[1., 2.]]), np.full(2, 0.25)
    >>> x = q, k, v, 0 * rates, 0 * rates, rates, w1, w2
    >>> titans_mlp_normed(*x, eps=0.75, activation="identity").out.round(3)
    array([[0.032, 0.968],
           [0.027, 0.973]])

The error reads the undecayed state. The state is (W1, W2, C1, C2, B1, B2, which token of its batch
comes next as a one-hot row).
Forms:     recurrent only: the layer is not linear.
Objective: |layer_norm(act(k W1) W2) - (v - k)|^2, without a factor of 1/2.
Source:    Behrouz et al. 2024, arXiv:2501.00663, with the loss of Sun et al. 2024,
           arXiv:2407.04620.
"""

from refmem.algebra import norm2, ones, zeros
from refmem.functions.activations import gelu, gelu_tanh
from refmem.functions.layer_norm import layer_norm
from refmem.grammar.kinds import (
    first_weights,
    gain,
    key,
    lost,
    momentum,
    query,
    rate,
    value,
    weights,
)
from refmem.grammar.ranges import Option
from refmem.memory import StateRule
from refmem.rules.regression._normed import error, slope
from refmem.rules.regression._titans_layers import answer, learned, slopes_of, untrained


def step(
    state, q, k, v, forget, eta, theta, w1, w2, weight, bias, batch, eps, activation
):  # w1, w2 are where the memory starts
    slopes = gradient(state.start1, state.start2, k, v, weight, bias, eps, activation)
    state = learned(state, slopes, forget, eta, theta)
    z = answer(state.W1, state.W2, q, activation)
    return state, q + layer_norm(z, weight, bias, eps)


def gradient(W1, W2, k, v, weight, bias, eps, activation):
    """The slopes of the objective in W1 and W2."""
    return slopes_of(W1, W2, k, lambda z: 2 * slope(z, k, v, weight, bias, eps), activation)


def objective(W1, W2, k, v, weight, bias, eps, activation):
    return norm2(error(answer(W1, W2, k, activation), k, v, weight, bias, eps))


titans_mlp_normed = StateRule(
    step,
    objective=objective,
    inputs={
        "q": query("T V"),
        "k": key("T V"),
        "v": value("T V"),
        "forget": lost("T"),
        "eta": momentum("T"),
        "theta": rate("T", laws=(0, 0.125)),
        "w1": first_weights("V M"),
        "w2": first_weights("M V"),
        "weight": gain("V"),
        "bias": weights("V"),
    },
    defaults={
        "weight": lambda x, state: ones((x.V,), x.like),
        "bias": lambda x, state: zeros((x.V,), x.like),
    },
    options={
        "batch": 1,
        "eps": Option(1e-6, laws=1 / 2, cases=1 / 16),
        "activation": Option(gelu, laws=gelu_tanh),
    },
    initial=untrained,
    scaled=(),
    uses=("sqrt",),
    exempt={"linear in v": "has a layer norm"},
    unasked={"one-value": "a layer norm of one channel is zero"},
)
