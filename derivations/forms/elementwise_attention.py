"""Claim: sigmoid and ReLU attention are kernel attention, their bias a channel every key has.

    score + bias = (q, bias) . (k, 1)                      so a kernel of wider queries and keys
    sigmoid(x) = e^x/(e^x + e^0)                           a softmax of one key and an empty one
    ReLU attention to fixed keys                           a feed-forward layer: w_in = k, w_out = v

A weight that depends on its own score alone makes every pair a memory of its own: what one token
adds is the same whatever else is stored. A softmax takes it back from the others.

Used by:  refmem.sigmoid_attention, refmem.relu_attention, refmem.kernel_attention,
          refmem.softmax_attention, refmem.ffn
Source:   Wortsman et al. 2023, arXiv:2309.08586; Ramapuram et al. 2024, arXiv:2409.04431
Method:   matrices of symbolic size; then the shipped rules on symbols.
"""

import numpy as np
import sympy as sp

import refmem

from ..proving.statement import Equation
from ..proving.symbols import arguments

keys = sp.Symbol("K", integer=True, positive=True)
q, k = sp.MatrixSymbol("q", 1, keys), sp.MatrixSymbol("k", 1, keys)
bias = sp.Symbol("bias", real=True)
ONE = sp.S.One


def a_bias_is_one_more_channel():
    """(q, bias)(k, 1)' = q k' + bias."""
    wide = [sp.BlockMatrix([[row, sp.Matrix([[end]])]]) for row, end in ((q, bias), (k, ONE))]
    product = sp.block_collapse(wide[0] * wide[1].T)
    yield Equation(product, q * k.T + sp.Matrix([[bias]]))


def a_sigmoid_is_a_softmax_against_nothing():
    """1/(1 + e^-x) = e^x/(e^x + 1), and what the empty key takes is the sigmoid of -x."""
    x = sp.Symbol("x", real=True)
    yield Equation(1 / (1 + sp.exp(-x)), sp.exp(x) / (sp.exp(x) + 1))
    yield Equation(1 - 1 / (1 + sp.exp(-x)), 1 / (1 + sp.exp(x)))


RULES = {"sigmoid": refmem.sigmoid_attention, "relu": refmem.relu_attention}


def given(T):
    """Symbols for q, k, v of so many tokens."""
    return arguments(refmem.linear_attention, T=T, K=2, V=1)


def the_shipped_rules_are_the_shipped_kernels():
    """refmem.sigmoid_attention and relu_attention = refmem.kernel_attention, T = 2, no bias."""
    x = given(2)
    for name, rule in RULES.items():
        kernel = refmem.kernel_attention(**x, kernel=name)
        yield Equation(rule(**x, scale=ONE).out, kernel.out)


def their_bias_is_a_channel_of_the_kernel():
    """With a bias: keys that end in 1 and queries that end in the bias, T = 2."""
    x = given(2)
    ones = np.full((2, 1), ONE)
    wide = {
        "q": np.concatenate([x["q"], bias * ones], 1),
        "k": np.concatenate([x["k"], ones], 1),
        "v": x["v"],
    }
    for name, rule in RULES.items():
        out = rule(**x, bias=np.array(bias, dtype=object), scale=ONE).out
        yield Equation(out, refmem.kernel_attention(**wide, kernel=name).out)


def one_token_of_the_shipped_sigmoid_is_a_softmax_with_a_sink():
    """refmem.sigmoid_attention of one token = refmem.softmax_attention with sink 0."""
    x = given(1)
    sink = np.array(sp.S.Zero, dtype=object)
    softmax = refmem.softmax_attention(**x, sink=sink, scale=ONE)
    yield Equation(refmem.sigmoid_attention(**x, scale=ONE).out, softmax.out)


def the_shipped_relu_attention_is_a_feed_forward_layer():
    """The last of three queries sees all three keys: refmem.ffn with w_in = k and w_out = v."""
    x = given(3)
    layer = refmem.ffn(x["q"][-1:], x["k"], x["v"])
    yield Equation(refmem.relu_attention(**x, scale=ONE).out[-1:], layer.out)


def what_one_token_adds_does_not_depend_on_the_others():
    """refmem.sigmoid_attention of two keys = that of each alone, added up."""
    x = given(2)
    last = refmem.sigmoid_attention(**x, scale=ONE).out[1]
    query = x["q"][1:]
    alone = [
        refmem.sigmoid_attention(query, x["k"][i : i + 1], x["v"][i : i + 1], scale=ONE).out[0]
        for i in range(2)
    ]
    yield Equation(last, alone[0] + alone[1])


def false_twin_with_a_softmax():
    """Two keys under one softmax with sink 0 take from each other; under sigmoids they do not."""
    x = given(2)
    softmax = refmem.softmax_attention(**x, sink=np.array(sp.S.Zero, dtype=object), scale=ONE)
    yield Equation(refmem.sigmoid_attention(**x, scale=ONE).out, softmax.out)


CLAIMS = (
    a_bias_is_one_more_channel,
    a_sigmoid_is_a_softmax_against_nothing,
    the_shipped_rules_are_the_shipped_kernels,
    their_bias_is_a_channel_of_the_kernel,
    one_token_of_the_shipped_sigmoid_is_a_softmax_with_a_sink,
    the_shipped_relu_attention_is_a_feed_forward_layer,
    what_one_token_adds_does_not_depend_on_the_others,
)
FALSE = (false_twin_with_a_softmax,)
