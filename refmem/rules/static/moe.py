"""Mixture of experts: a router picks a few feed-forward memories for every token.

    s[t]   = softmax(x[t] @ router')                                       over the experts e
    chosen = the `top` experts with the largest s[t, e] + bias[e]
    o[t]   = sum over the chosen e of g[t, e] activation(x[t] @ w_in[e]') @ w_out[e]          read
    g[t]   = s[t], divided by its sum over the chosen if `renormalize`

    x        (..., T, K)      what is asked
    router   (..., E, K)      a direction for each expert
    w_in     (..., E, M, K)   keys of each expert
    w_out    (..., E, M, V)   values of each expert
    bias     (..., E)         helps an expert to be chosen and does not weigh it; 0 if left out

    top           how many experts a token is answered by, all if there are fewer; 2
    renormalize   whether the weights of the chosen add up to 1; True is Shazeer et al.'s softmax
                  over the chosen alone, False is DeepSeekMoE's. True
    scores        "softmax", or "sigmoid" of each score by itself, as DeepSeek-V3 has it
    activation    "relu", or any other of refmem.functions.activations

    >>> x, router = np.array([[1.]]), np.log([[1.], [2.], [5.]])
    >>> w_in, w_out = np.ones((3, 1, 1)), np.array([[[8.]], [[80.]], [[800.]]])
    >>> moe(x, router, w_in, w_out, top=1, renormalize=False).out
    array([[500.]])
    >>> moe(x, router, w_in, w_out, np.array([0., 1., 0.]), top=1).out
    array([[80.]])

Of equal experts the first is chosen. No capacity limit, no noise, no shared expert: that is an ffn
beside it. The state is None.
Source:    Shazeer et al. 2017, arXiv:1701.06538; Dai et al. 2024, arXiv:2401.06066; the bias as in
           Wang et al. 2024, arXiv:2408.15664.
"""

import numpy as np

from refmem.algebra import over, sigmoid, softmax, transposed, zeros
from refmem.algebra.selection import largest
from refmem.functions.activations import relu_activation
from refmem.grammar.kinds import number, preference, query, weights
from refmem.grammar.ranges import Option
from refmem.memory import StaticRule


def read(x, router, w_in, w_out, bias, top, renormalize, scores, activation):
    weights = gates(x @ transposed(router), bias, top, renormalize, scores)
    hidden = activation.value(x[..., None, :, :] @ transposed(w_in))
    weight_of_expert = transposed(weights)[..., None]
    return (weight_of_expert * (hidden @ w_out)).sum(-3)


def gates(logits, bias, top, renormalize, scores):
    """How much each expert counts for each token, (..., T, E): zero unless it is chosen."""
    everyone = np.ones(logits.shape[-1:], dtype=bool)
    s = softmax(logits, everyone) if scores == "softmax" else sigmoid(logits)
    chosen = np.where(largest(s + bias[..., None, :], top), s, zeros((1,), s))
    return over(chosen, chosen.sum(-1, keepdims=True)) if renormalize else chosen


moe = StaticRule(
    read,
    inputs={
        "x": query("T K"),
        "router": number("E K"),
        "w_in": weights("E M K"),
        "w_out": weights("E M V"),
        "bias": preference("E"),
    },
    defaults={"bias": lambda x, state: zeros((x.E,), x.like)},
    options={
        "top": 2,
        "renormalize": True,
        "scores": Option("softmax", names=("softmax", "sigmoid")),
        "activation": relu_activation,
    },
    uses=("exp", "order"),
)
