"""Titans with a hidden layer: gradient descent with momentum and forgetting, at test time.

    h      = k[t] B1        z = act(h) B2       B1, B2 are W1, W2 at the start of the batch
    d2     = 2 (z - v[t])
    d1     = act'(h) * (B2 d2)
    C1[t]  = eta[t] * C1[t-1] - theta[t] * bind(k[t], d1)                momentum
    C2[t]  = eta[t] * C2[t-1] - theta[t] * bind(act(h), d2)
    W1[t]  = (1 - forget[t]) * W1[t-1] + C1[t]      and W2 likewise      write
    o[t]   = act(q[t] W1[t]) W2[t]                                       read, after the write

    q, k     (..., T, K)   queries and keys, used as given
    v        (..., T, V)   values
    forget   (..., T)      in [0, 1]: 0 keeps, 1 forgets everything (alpha in its source)
    eta      (..., T)      momentum factor: how much of the past surprise is left
    theta    (..., T)      learning rate: how much a surprise counts
    w1       (..., K, M)   first layer before the first token, which its source learns
    w2       (..., M, V)   second layer before the first token, likewise

    batch                  tokens a batch, 1 unless given
    activation             "gelu" unless given, or any of `functions.activations`

    >>> q = k = np.array([[1.], [1.]])
    >>> v, w, half = np.array([[1.], [3.]]), np.array([[1.]]), np.array([0.5, 0.5])
    >>> titans_mlp(q, k, v, half, half, half / 2, w, w, activation="square").out[:, 0]
    array([0.125     , 0.57188416])

The error reads the undecayed state. The state is (W1, W2, C1, C2, B1, B2, which token of its batch
comes next as a one-hot row).
Forms:     recurrent only: the layer is not linear.
Objective: |v - act(k W1) W2|^2, without a factor of 1/2, as in its source.
Source:    Behrouz et al. 2024, arXiv:2501.00663.
"""

from refmem.algebra import norm2
from refmem.functions.activations import gelu
from refmem.grammar.kinds import first_weights, lost, momentum, rate
from refmem.memory import StateRule
from refmem.rules.regression._titans_layers import answer, learned, slopes_of, untrained


def step(
    state, q, k, v, forget, eta, theta, w1, w2, batch, activation
):  # w1, w2 are where the memory starts
    slopes = gradient(state.start1, state.start2, k, v, activation)
    state = learned(state, slopes, forget, eta, theta)
    return state, answer(state.W1, state.W2, q, activation)


def gradient(W1, W2, k, v, activation):
    """The slopes of the objective in W1 and W2."""
    return slopes_of(W1, W2, k, lambda z: 2 * (z - v), activation)


def objective(W1, W2, k, v, activation):
    return norm2(v - answer(W1, W2, k, activation))


titans_mlp = StateRule(
    step,
    objective=objective,
    inputs={
        "forget": lost("T"),
        "eta": momentum("T"),
        "theta": rate("T", laws=(0, 1 / 64)),
        "w1": first_weights("K M", laws=(-0.5, 0.5)),
        "w2": first_weights("M V", laws=(-0.5, 0.5)),
    },
    options={"batch": 1, "activation": gelu},
    initial=untrained,
    scaled=(),
    exempt={
        "degree": "multiplies its weights by themselves at every token",
        "linear in v": "has a hidden layer that learns",
    },
)
