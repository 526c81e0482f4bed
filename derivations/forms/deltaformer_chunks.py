"""Claim: DeltaFormer is solved in chunks, the past merged in by its log-sum-exp.

    U = (I + B tril(kappa1(W, K), -1))^-1 (diag(alpha) V)            B = diag(beta)
    a chunk with weights P over the past (log-sum-exp z_p), A_o over its own earlier tokens (z_o):
    (I + B w_o A_o) U = diag(alpha) V - B w_p P U_past
    w_p = 1/(1 + exp(z_o - z_p))          w_o = 1/(1 + exp(z_p - z_o))

The first row of a strictly causal softmax is empty: exp(z_o) = 0, w_o = 0, w_p = 1.

Used by:  refmem.deltaformer
Source:   Zhong et al. 2025, arXiv:2505.19488
Method:   symbols for the sums of a row; block rows of symbolic size; then the shipped rule on
          symbols in chunks, with kernels that are normalised and kernels that are not.
"""

import sympy as sp

import refmem

from ..proving.statement import Equation
from ..proving.symbols import arguments

sum_past, sum_own = sp.symbols("l_p l_o", positive=True)
one_past, one_own = sp.symbols("e_p e_o", positive=True)  # exp of one score of either part
z_past, z_own = sp.log(sum_past), sp.log(sum_own)
share_past, share_own = 1 / (1 + sp.exp(z_own - z_past)), 1 / (1 + sp.exp(z_past - z_own))


def shares_make_of_two_softmaxes_the_softmax_of_both():
    """w_p e/l_p = e/(l_p + l_o) for a key of the past, w_o e/l_o likewise for one of the chunk."""
    total = sum_past + sum_own
    yield Equation(share_past * one_past / sum_past, one_past / total)
    yield Equation(share_own * one_own / sum_own, one_own / total)


def shares_add_up_to_one():
    """w_p + w_o = 1."""
    yield Equation(share_past + share_own, 1)


def an_empty_row_leaves_all_to_the_past():
    """As l_o goes to 0: w_p to 1, w_o to 0."""
    yield Equation(sp.Limit(share_past, sum_own, 0), 1)
    yield Equation(sp.Limit(share_own, sum_own, 0), 0)


def the_rows_of_a_chunk_are_a_smaller_solve():
    """u = alpha v - B (w_p P U_past + w_o A_o U), its unknown rows brought to the left."""
    past, own, values = sp.symbols("P C V", integer=True, positive=True)
    B, w_p, w_o, alpha = (
        sp.DiagMatrix(sp.MatrixSymbol(name, own, 1)) for name in ("beta", "w_p", "w_o", "alpha")
    )
    P, A = sp.MatrixSymbol("P", own, past), sp.MatrixSymbol("A_o", own, own)
    V, U = sp.MatrixSymbol("V", own, values), sp.MatrixSymbol("U", own, values)
    U_past = sp.MatrixSymbol("U_p", past, values)
    definition = U - (alpha * V - B * (w_p * P * U_past + w_o * A * U))
    solve = (sp.Identity(own) + B * w_o * A) * U - (alpha * V - B * w_p * P * U_past)
    yield Equation(definition, solve)


def the_shipped_chunks_are_the_definition():
    """refmem.deltaformer, T = 3: chunks of 1 and 2; softmax, exp and linear kernels."""
    for kernel in ("softmax", "exp", "linear"):
        x = arguments(refmem.deltaformer, T=3, K=1, V=1) | {"kappa1": kernel, "kappa2": kernel}
        for chunk in (1, 2):
            chunked = refmem.deltaformer(**x, form="chunked", chunk=chunk)
            yield Equation(chunked.state.value, refmem.deltaformer(**x).state.value)


def false_twin_that_adds_the_two_softmaxes():
    """Shares of 1 each weigh every row twice."""
    yield Equation(one_past / sum_past, one_past / (sum_past + sum_own))


CLAIMS = (
    shares_make_of_two_softmaxes_the_softmax_of_both,
    shares_add_up_to_one,
    an_empty_row_leaves_all_to_the_past,
    the_rows_of_a_chunk_are_a_smaller_solve,
    the_shipped_chunks_are_the_definition,
)
FALSE = (false_twin_that_adds_the_two_softmaxes,)
