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

from typing import NamedTuple

import numpy as np

from refmem.algebra import bind, norm2, ones, recall, transposed, zeros
from refmem.functions.activations import gelu
from refmem.functions.layer_norm import layer_norm, layer_norm_pullback
from refmem.memory import StateRule
from refmem.rules.regression._batches import ends, first_place, next_place


class Learner(NamedTuple):
    """Both layers, their momenta, the layers where the batch began; the next token's place."""

    W1: np.ndarray
    W2: np.ndarray
    C1: np.ndarray
    C2: np.ndarray
    start1: np.ndarray
    start2: np.ndarray
    place: np.ndarray


def step(
    state, q, k, v, forget, eta, theta, w1, w2, weight, bias, batch, eps, activation
):  # w1, w2 are where the memory starts
    W1, W2, C1, C2, start1, start2, place = state
    slope1, slope2 = gradient(start1, start2, k, v, weight, bias, eps, activation)
    eta, theta, kept = (x[..., None, None] for x in (eta, theta, 1 - forget))
    C1, C2 = eta * C1 - theta * slope1, eta * C2 - theta * slope2
    W1, W2 = kept * W1 + C1, kept * W2 + C2
    last = ends(place, 2)
    start1, start2 = (1 - last) * start1 + last * W1, (1 - last) * start2 + last * W2
    state = Learner(W1, W2, C1, C2, start1, start2, next_place(place))
    answer = recall_through(W1, W2, q, activation)
    return state, q + layer_norm(answer, weight, bias, eps)


def recall_through(W1, W2, x, activation):
    """What the two layers make of x, before the norm."""
    return recall(W2, activation.value(recall(W1, x)))


def gradient(W1, W2, k, v, weight, bias, eps, activation):
    """The slopes of the objective in W1 and W2."""
    hidden = recall(W1, k)
    active = activation.value(hidden)
    z = recall(W2, active)
    error = layer_norm(z, weight, bias, eps) - (v - k)
    d2 = layer_norm_pullback(2 * error, z, weight, eps)
    d1 = activation.slope(hidden) * recall(transposed(W2), d2)
    return bind(k, d1), bind(active, d2)


def objective(W1, W2, k, v, weight, bias, eps, activation):
    z = recall_through(W1, W2, k, activation)
    return norm2(layer_norm(z, weight, bias, eps) - (v - k))


def untrained(x):
    """The layers that were given, at the start of a batch."""
    C1, C2 = zeros(x.w1.shape, x.like), zeros(x.w2.shape, x.like)
    return Learner(x.w1, x.w2, C1, C2, x.w1, x.w2, first_place("titans_mlp_normed", x))


titans_mlp_normed = StateRule(
    step,
    objective=objective,
    inputs={
        "q": "T V",
        "k": "T V",
        "v": "T V",
        "forget": "T",
        "eta": "T",
        "theta": "T",
        "w1": "V M",
        "w2": "M V",
        "weight": "V",
        "bias": "V",
    },
    defaults={
        "weight": lambda x, state: ones((x.V,), x.like),
        "bias": lambda x, state: zeros((x.V,), x.like),
    },
    options={"batch": 1, "eps": 1e-6, "activation": gelu},
    initial=untrained,
    scaled=(),
)
