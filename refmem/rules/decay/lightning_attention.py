"""Lightning attention: retention whose fixed factors follow from the head and the layer.

    S[t] = gamma * S[t-1] + bind(k[t], v[t])             write
    o[t] = recall(S[t], q[t])                            read, after the write

    q, k    (..., T, K)   queries and keys, used as given
    v       (..., T, V)   values
    gamma   (...)         factor in [0, 1] of each head, the last leading axis; exp(-slope) if left
                          out, with refmem.functions.slopes.lightning_slopes(heads, layer, layers)

    layer    0, the first, unless given; deeper layers forget less
    layers   1 unless given

    >>> q = k = np.array([[1., 0.], [1., 0.]])
    >>> lightning_attention(q, k, np.array([[1.], [3.]]), 0.5).out[:, 0]
    array([1. , 3.5])

It is `retention` with another default. The slopes are those of the published models; the
TransNormerLLM paper's and flash-linear-attention's formula is `functions.slopes.linear_slopes`.
Objective: -<recall(S, k), v> + (1 - gamma)/2 |S|^2, one gradient step from S[t-1].
Source:    Qin et al. 2024 (Lightning Attention-2), arXiv:2401.04658; MiniMax 2025, its published
           code for the slopes.
"""

import numpy as np

from refmem.algebra import bind, dot, exp, recall, zeros
from refmem.functions.slopes import lightning_slopes
from refmem.grammar.kinds import fixed_factor
from refmem.grammar.ranges import Option
from refmem.memory import StateRule, Transition


def step(S, q, k, v, gamma, layer, layers):
    S = gamma[..., None, None] * S + bind(k, v)
    return S, recall(S, q)


def transition(q, k, v, gamma, layer, layers):
    each_token = np.broadcast_to(gamma[..., None, None], (*q.shape[:-1], 1))
    return Transition(read=q, write=(k, v), decay=each_token)


def objective(S, k, v, gamma):
    return (1 - gamma) / 2 * (S * S).sum((-2, -1)) - dot(recall(S, k), v)


def layer_factors(x, state):
    """exp(-slope) for each head along the last leading axis."""
    heads = x.lead[-1] if x.lead else 1
    slopes = np.array(lightning_slopes(heads, **x.options), dtype=x.like.dtype)
    try:
        factors = exp(zeros((heads,), x.like) - slopes)
    except TypeError:
        raise TypeError(
            "lightning_attention: gamma has no value, expected one, because its default "
            "exp(-slope) is not a number of this kind"
        ) from None
    return factors if x.lead else factors.reshape(())


lightning_attention = StateRule(
    step,
    transition,
    objective,
    inputs={"gamma": fixed_factor("")},
    defaults={"gamma": layer_factors},
    options={
        "layer": Option(0, least=0, varied=({"layer": 1, "layers": 3},)),
        "layers": Option(1, varied=({"layer": 1, "layers": 4},)),
    },
)
