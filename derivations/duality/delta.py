"""Claim: a delta memory over features and DeltaFormer with their kernel are one function.

    primal   S[t] = S[t-1] + psi(k)' beta (v - phi(k) S[t-1])     o = phi(q) S[t]
    dual     u[t] = beta (v - sum_{i<t} kappa(k, k_i) u_i)        o = sum_{i<=t} kappa(q, k_i) u_i
    kappa(x, y) = phi(x) . psi(y)     phi = psi but for weights, which spares exact numbers a root

S[t] = Psi' U links them: what the delta rule writes is what DeltaFormer stores. The dual has no
features, so it exists for kernels of infinite width too, such as exp.

Used by:  refmem.delta, refmem.kernel_delta, refmem.deltaformer, refmem.iplr
Source:   Zhong et al. 2025, arXiv:2505.19488
Method:   induction on t with matrices of symbolic size; then the shipped rules on symbols.
"""

import sympy as sp

import refmem
from refmem.functions import features, kernels

from ..proving.statement import Equation
from ..proving.symbols import arguments

past, width, values = sp.symbols("t F V", integer=True, positive=True)
beta = sp.Symbol("beta", real=True)
Psi, U = sp.MatrixSymbol("Psi", past, width), sp.MatrixSymbol("U", past, values)
key, asked, query = (sp.MatrixSymbol(name, 1, width) for name in ("psi_k", "phi_k", "phi_q"))
v, u = sp.MatrixSymbol("v", 1, values), sp.MatrixSymbol("u", 1, values)
before = Psi.T * U  # the hypothesis: S[t-1]


def what_the_delta_rule_writes_is_what_deltaformer_stores():
    """beta (v - phi_k (Psi' U)) = beta v - beta (phi_k Psi') U: row t of the dual."""
    dual = beta * v - beta * (asked * Psi.T) * U
    yield Equation(beta * (v - asked * before), dual)


def the_hypothesis_holds_again():
    """Psi'U + psi_k'u = (Psi; psi_k)'(U; u), and an empty memory stores nothing."""
    rows = sp.BlockMatrix([[Psi], [key]]).T * sp.BlockMatrix([[U], [u]])
    yield Equation(before + key.T * u, sp.block_collapse(rows))


def both_read_the_same():
    """phi_q (Psi'U + psi_k'u) = (phi_q Psi') U + (phi_q psi_k') u."""
    dual = (query * Psi.T) * U + (query * key.T) * u
    yield Equation(query * (before + key.T * u), dual)


def over_features(phi, q, k, v, beta):
    """The delta rule whose key asks with phi(k) and writes with psi(k): a rank one a token."""
    asks, writes = phi.of_query(k), phi.of_key(k)
    beta = beta[:, None]
    return refmem.iplr(phi.of_query(q), writes, beta * v, a=asks, b=-beta * writes)


def the_shipped_memory_over_features_is_the_shipped_dual():
    """iplr over features = kernel_delta = deltaformer with both its kernels kappa, T = 2."""
    x = arguments(refmem.delta, T=2, K=2, V=1)
    for phi, kernel in (
        (features.identity, kernels.linear),
        (features.symmetric_power(2), kernels.polynomial(2)),
        (features.taylor(2), kernels.taylor(2)),
    ):
        dual = refmem.kernel_delta(**x, kernel=kernel)
        yield Equation(over_features(phi, **x).out, dual.out)
        both = {"kappa1": kernel, "kappa2": kernel, "scale": sp.S.One}
        yield Equation(refmem.deltaformer(**x, alpha=x["beta"], **both).out, dual.out)


def the_shipped_delta_rule_is_the_case_of_no_features():
    """refmem.delta = refmem.kernel_delta with the linear kernel, T = 3."""
    x = arguments(refmem.delta, T=3, K=2, V=1)
    yield Equation(refmem.delta(**x).out, refmem.kernel_delta(**x, kernel="linear").out)


def the_shipped_states_are_linked_by_the_features():
    """S = Psi' U: the state of the primal from the cache of kernel_delta, T = 2."""
    x, square = arguments(refmem.delta, T=2, K=2, V=1), features.symmetric_power(2)
    cache = refmem.kernel_delta(**x, kernel=kernels.polynomial(2)).state
    yield Equation(over_features(square, **x).state, square.of_key(cache.key).T @ cache.value)


def false_twin_that_corrects_with_another_kernel_than_it_reads():
    """kappa1 = x.y under kappa2 = (x.y)^2 is no delta memory over the features of either."""
    x = arguments(refmem.delta, T=2, K=2, V=1)
    square = kernels.polynomial(2)
    mixed = refmem.deltaformer(**x, alpha=x["beta"], kappa1="linear", kappa2=square, scale=sp.S.One)
    yield Equation(mixed.out, refmem.kernel_delta(**x, kernel=square).out)


CLAIMS = (
    what_the_delta_rule_writes_is_what_deltaformer_stores,
    the_hypothesis_holds_again,
    both_read_the_same,
    the_shipped_memory_over_features_is_the_shipped_dual,
    the_shipped_delta_rule_is_the_case_of_no_features,
    the_shipped_states_are_linked_by_the_features,
)
FALSE = (false_twin_that_corrects_with_another_kernel_than_it_reads,)
