"""Claim: a Hebbian memory of features and the attention of their kernel are one function.

    primal   S = Phi' V,  o = phi(q) S          a state of F x V numbers, whatever T
    dual     o = (phi(q) Phi') V = sum_j kappa(q, k_j) v_j       no features, but all T keys

Only the brackets differ. Primal costs F V a token, dual T (K + V): the shorter one wins. Decay
multiplies the writes in the primal and the scores in the dual.

Used by:  refmem.linear_attention, refmem.scalar_decay, refmem.kernel_attention,
          refmem.power_attention, refmem.taylor_attention
Source:   Katharopoulos et al. 2020, arXiv:2006.16236; Zhong et al. 2025, arXiv:2505.19488
Method:   matrices of symbolic size; then shipped memories over shipped features beside the shipped
          attention of the kernel.
"""

import sympy as sp

import refmem
from refmem.functions import features, kernels

from ..proving.statement import Equation
from ..proving.symbols import arguments

past, width, values = sp.symbols("T F V", integer=True, positive=True)
Phi, V = sp.MatrixSymbol("Phi", past, width), sp.MatrixSymbol("V", past, values)
phi, new = sp.MatrixSymbol("phi", 1, width), sp.MatrixSymbol("phi_k", 1, width)
v = sp.MatrixSymbol("v", 1, values)
alpha = sp.Symbol("alpha", real=True)
left = sp.DiagMatrix(sp.MatrixSymbol("d", past, 1))  # what decay has left of each write


def the_brackets_move():
    """phi (Phi' V) = (phi Phi') V: the scores are the kernel, entry by entry."""
    yield Equation(phi * (Phi.T * V), (phi * Phi.T) * V)


def a_write_adds_one_score():
    """phi (S + phi_k' v) = (phi Phi') V + (phi phi_k') v: by induction, causal for every t."""
    after = phi * (Phi.T * V + new.T * v)
    yield Equation(after, (phi * Phi.T) * V + (phi * new.T) * v)


def decay_multiplies_scores():
    """phi (alpha S) = (phi Phi' diag(alpha d)) V with S = Phi' diag(d) V."""
    yield Equation(phi * (alpha * Phi.T * left * V), (phi * Phi.T * (alpha * left)) * V)


def every_feature_map_is_inner_products():
    """Entry (i, j) of Phi Phi' is phi(k_i) . phi(k_j): a kernel is a Gram matrix of features."""
    i, j, c = sp.symbols("i j c", integer=True, nonnegative=True)
    inner = sp.Sum(Phi[i, c] * Phi[j, c], (c, 0, width - 1))
    yield Equation((Phi * Phi.T)[i, j].as_dummy(), inner.as_dummy())


def the_shipped_features_have_their_shipped_kernel():
    """linear_attention on phi(q), phi(k) = kernel_attention, T = 3: identity, powers, Taylor."""
    x = arguments(refmem.linear_attention, T=3, K=2, V=1)
    for phi, kernel in (
        (features.identity, kernels.linear),
        (features.symmetric_power(2), kernels.polynomial(2)),
        (features.symmetric_power(3), kernels.polynomial(3)),
        (features.taylor(2), kernels.taylor(2)),
    ):
        primal = refmem.linear_attention(phi.of_query(x["q"]), phi.of_key(x["k"]), x["v"])
        yield Equation(primal.out, refmem.kernel_attention(**x, kernel=kernel).out)


def the_shipped_normalised_memories_are_normalised_attention():
    """power_attention and taylor_attention = kernel_attention with its weights divided, T = 2."""
    x = arguments(refmem.linear_attention, T=2, K=2, V=1)
    for rule, kernel in (
        (refmem.power_attention, kernels.polynomial(2)),
        (refmem.taylor_attention, kernels.taylor(2)),
    ):
        dual = refmem.kernel_attention(**x, kernel=kernel, normalize=True)
        yield Equation(rule(**x).out, dual.out)


def false_twin_with_features_of_another_kernel():
    """The features of (q . k)^2 do not give q . k."""
    x = arguments(refmem.linear_attention, T=2, K=2, V=1)
    square = features.symmetric_power(2)
    primal = refmem.linear_attention(square.of_query(x["q"]), square.of_key(x["k"]), x["v"])
    yield Equation(primal.out, refmem.kernel_attention(**x, kernel="linear").out)


CLAIMS = (
    the_brackets_move,
    a_write_adds_one_score,
    decay_multiplies_scores,
    every_feature_map_is_inner_products,
    the_shipped_features_have_their_shipped_kernel,
    the_shipped_normalised_memories_are_normalised_attention,
)
FALSE = (false_twin_with_features_of_another_kernel,)
