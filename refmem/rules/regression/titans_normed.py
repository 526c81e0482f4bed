"""Titans, normed: a linear memory behind a layer norm learns to undo a corruption.

    C[t] = eta[t] * C[t-1] - theta[t] * gradient of |layer_norm(recall(B, k)) - (v - k)|^2 in B
    S[t] = (1 - forget[t]) * S[t-1] + C[t]                               write
    o[t] = q[t] + layer_norm(recall(S[t], q[t]))                         read, after the write

    with B the memory at the start of the batch of token t: S[t-1] where batches have one token

    q, k     (..., T, V)   queries and keys, as wide as values
    v        (..., T, V)   values
    forget   (..., T)      in [0, 1]: 0 keeps, 1 forgets everything (alpha in its source)
    eta      (..., T)      momentum factor: how much of the past surprise is left
    theta    (..., T)      learning rate: how much a surprise counts
    weight   (..., V)      of the layer norm; 1 if left out
    bias     (..., V)      of the layer norm; 0 if left out

    batch                  tokens a batch, 1 unless given
    eps                    of the layer norm, under its root; 1e-6 unless given

    >>> q = k = np.array([[0., 1.], [0., 1.]])
    >>> v, one = np.array([[1., 0.], [3., 0.]]), np.array([1., 1.])
    >>> titans_normed(q, k, v, 0 * one, 0 * one, one / 4, eps=1.).out.round(3)
    array([[0.447, 0.553],
           [0.726, 0.274]])

The error reads the undecayed state. flash-linear-attention's reference reads with what S recalls in
place of the leading q, and its inner gradient has lost a pair of parentheses. The state is (S, C,
B, which token of its batch comes next as a one-hot row).
Forms:     recurrent only: the norm is not linear.
Objective: |layer_norm(recall(S, k)) - (v - k)|^2, without a factor of 1/2.
Source:    Behrouz et al. 2024, arXiv:2501.00663, with the loss of Sun et al. 2024,
           arXiv:2407.04620, as flash-linear-attention's titans has it.
"""

from refmem.algebra import bind, norm2, ones, recall, zeros
from refmem.functions.layer_norm import layer_norm
from refmem.grammar.kinds import gain, key, lost, momentum, query, rate, value, weights
from refmem.grammar.ranges import Option
from refmem.memory import StateRule
from refmem.rules.regression._batches import first_place, next_place, start_of_batch
from refmem.rules.regression._normed import error, slope
from refmem.rules.regression._titans import Learner


def step(state, q, k, v, forget, eta, theta, weight, bias, batch, eps):
    S, C, start, place = state
    surprise = gradient(start, k, v, weight, bias, eps)
    C = eta[..., None, None] * C - theta[..., None, None] * surprise
    S = (1 - forget)[..., None, None] * S + C
    start = start_of_batch(start, S, place)
    out = q + layer_norm(recall(S, q), weight, bias, eps)
    return Learner(S, C, start, next_place(place)), out


def gradient(S, k, v, weight, bias, eps):
    """The slope of the objective in S."""
    return bind(k, 2 * slope(recall(S, k), k, v, weight, bias, eps))


def objective(S, k, v, weight, bias, eps):
    return norm2(error(recall(S, k), k, v, weight, bias, eps))


def untrained(x):
    """Zeros, at the start of a batch."""
    S = zeros((*x.lead, x.V, x.V), x.like)
    return Learner(S, S, S, first_place(x))


titans_normed = StateRule(
    step,
    objective=objective,
    inputs={
        "q": query("T V"),
        "k": key("T V"),
        "v": value("T V"),
        "forget": lost("T"),
        "eta": momentum("T"),
        "theta": rate("T", laws=(0, 0.125)),
        "weight": gain("V"),
        "bias": weights("V"),
    },
    defaults={
        "weight": lambda x, state: ones((x.V,), x.like),
        "bias": lambda x, state: zeros((x.V,), x.like),
    },
    options={"batch": 1, "eps": Option(1e-6, laws=1 / 2, cases=1 / 16)},
    initial=untrained,
    scaled=(),
    uses=("sqrt",),
    exempt={"linear in v": "has a layer norm"},
    unasked={"one-value": "a layer norm of one channel is zero"},
)
