"""Claim: PaTH's scores are products of Householder-like factors, and without a softmax it is delta.

    score[t, i] = q[t] H[t] ... H[i+1] k[i]'        H[m] = I - beta[m] w[m]'w[m]
    beta = 0                                        H = I: softmax attention
    a linear kernel                                 S[t] = H[t] S[t-1] + k'v, o = q S: a memory of
                                                    fixed size, and the delta rule for k = beta w

so PaTH is to this memory what softmax attention is to linear attention.

Used by:  refmem.path_attention, refmem.softmax_attention, refmem.generalized_delta, refmem.delta
Source:   Yang et al. 2025, arXiv:2505.16381
Method:   induction on T with matrices of symbolic size; then the shipped rules on symbols, and the
          products written out for T = 3.
"""

import numpy as np
import sympy as sp

import refmem

from ..proving.statement import Equation
from ..proving.symbols import arguments

past, keys, values = sp.symbols("past K V", integer=True, positive=True)
beta = sp.Symbol("beta", real=True)
K, V = sp.MatrixSymbol("K", past, keys), sp.MatrixSymbol("V", past, values)
q, k, w = (sp.MatrixSymbol(name, 1, keys) for name in "qkw")
v = sp.MatrixSymbol("v", 1, values)
H = sp.Identity(keys) - beta * w.T * w


def turning_every_key_appends_a_factor_to_every_score():
    """Rows K hold k[i] H ... so far; what the shipped code takes out, K - beta (K w') w, is K H."""
    yield Equation(K - beta * (K * w.T) * w, K * H)


def a_factor_is_its_own_transpose():
    """H' = H, so q (K H)' = q H K': the newest factor stands next to the query."""
    yield Equation(H.T, H)
    yield Equation(q * (K * H).T, q * H * K.T)


def a_linear_kernel_needs_no_cache():
    """S = K'V: the turned keys and the new pair make (K H)'V + k'v = H S + k'v."""
    yield Equation((K * H).T * V + k.T * v, H * (K.T * V) + k.T * v)


def a_key_along_its_own_direction_makes_the_delta_rule():
    """k = beta w: H S + beta w'v = S + beta w'(v - w S)."""
    S = sp.MatrixSymbol("S", keys, values)
    yield Equation(H * S + beta * w.T * v, S + beta * w.T * (v - w * S))


def given(T):
    """Symbols for every input, without the gate."""
    x = arguments(refmem.path_attention, T=T, K=2, V=1)
    return {name: value for name, value in x.items() if name != "log_alpha"}


def linear(x):
    """The shipped rule with a linear kernel and no scale."""
    return refmem.path_attention(**x, kernel="linear", scale=sp.S.One)


def product(x, start, stop):
    """H[stop] ... H[start + 1]."""
    total = sp.eye(2)
    for m in range(start + 1, stop + 1):
        direction = sp.Matrix([x["w"][m]])
        total = (sp.eye(2) - x["beta"][m] * direction.T * direction) * total
    return total


def the_shipped_scores_are_these_products():
    """refmem.path_attention with a linear kernel, T = 3: sum_i q[t] H[t] ... H[i+1] k[i]' v[i]."""
    x = given(3)
    for t in range(3):
        query = sp.Matrix([x["q"][t]])
        reads = (query * product(x, i, t) * sp.Matrix(x["k"][i]) for i in range(t + 1))
        out = sum(read[0] * x["v"][i, 0] for i, read in enumerate(reads))
        yield Equation(linear(x).out[t, 0], out)


def the_shipped_rule_without_turning_is_softmax_attention():
    """beta = 0: refmem.path_attention = refmem.softmax_attention, T = 2."""
    x = given(2)
    plain = refmem.softmax_attention(x["q"], x["k"], x["v"])
    yield Equation(refmem.path_attention(**x | {"beta": 0 * x["beta"]}).out, plain.out)


def the_shipped_linear_kernel_is_a_memory():
    """refmem.generalized_delta with a = w, b = -beta w, T = 3; refmem.delta for k = beta w."""
    x = given(3)
    ones = np.full((3, 2), sp.S.One, dtype=object)
    erase = {"alpha": ones, "a": x["w"], "b": -x["beta"][:, None] * x["w"]}
    memory = refmem.generalized_delta(x["q"], x["k"], x["v"], **erase)
    yield Equation(linear(x).out, memory.out)
    own = linear(x | {"k": x["beta"][:, None] * x["w"]})
    yield Equation(own.out, refmem.delta(x["q"], x["w"], x["v"], x["beta"]).out)


def false_twin_that_turns_a_key_by_its_own_token_too():
    """H[t] ... H[i]: the factor of the key's own token counts as well."""
    x = given(2)
    own = product(x, -1, 0) * sp.Matrix(x["k"][0])
    yield Equation(linear(x).out[0, 0], (sp.Matrix([x["q"][0]]) * own)[0] * x["v"][0, 0])


CLAIMS = (
    turning_every_key_appends_a_factor_to_every_score,
    a_factor_is_its_own_transpose,
    a_linear_kernel_needs_no_cache,
    a_key_along_its_own_direction_makes_the_delta_rule,
    the_shipped_scores_are_these_products,
    the_shipped_rule_without_turning_is_softmax_attention,
    the_shipped_linear_kernel_is_a_memory,
)
FALSE = (false_twin_that_turns_a_key_by_its_own_token_too,)
