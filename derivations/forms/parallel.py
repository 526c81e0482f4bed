"""Claim: T steps of any memory that is linear in its state are one triangular solve.

    S[t] = diag(a) S[t-1] + u' (w S[t-1]) + k' v              a token: rows u, w, k (1, K), v (1, V)

    y   = (I - scores(w, u))^-1 (w S + scores(w, k) v)        what each token recalls to erase
    out = q S + scores(q, u) y + scores(q, k) v
    S'  = S + u' y + k' v         every score, read and key decayed over the tokens between

Used by:  refmem.forms, refmem.linear_attention, refmem.retention, refmem.scalar_decay, refmem.gla,
          refmem.rwkv6, refmem.delta, refmem.gated_delta, refmem.kda, refmem.gated_delta2,
          refmem.comba, refmem.generalized_delta, refmem.iplr, refmem.rwkv7
Source:   worked out here, after Yang et al. 2024, arXiv:2406.06484 and arXiv:2412.06464
Method:   induction on T with matrices of symbolic size, so for every T, K and V at once;
          then the shipped forms on symbols.
"""

import sympy as sp

import refmem

from ..proving.descent import named
from ..proving.statement import Equation
from ..proving.symbols import arguments, array

past, keys, values = sp.symbols("past K V", integer=True, positive=True)
a, decay_so_far = (sp.DiagMatrix(sp.MatrixSymbol(name, keys, 1)) for name in ("a", "b"))
q, u, w, k = (sp.MatrixSymbol(name, 1, keys) for name in "quwk")
v, y = sp.MatrixSymbol("v", 1, values), sp.MatrixSymbol("y", 1, values)
S0 = sp.MatrixSymbol("S0", keys, values)
U, K = (sp.MatrixSymbol(name, past, keys) for name in "UK")  # decayed to the end of the past
Y, V = (sp.MatrixSymbol(name, past, values) for name in "YV")
before = decay_so_far * S0 + U.T * Y + K.T * V  # the hypothesis: S[t-1]


def row_t_of_the_solve_is_what_the_token_recalls():
    """w S[t-1] = (w b) S0 + (w U') Y + (w K') V: decayed query, strictly lower scores."""
    row = (w * decay_so_far) * S0 + (w * U.T) * Y + (w * K.T) * V
    yield Equation(w * before, row)


def the_hypothesis_holds_again():
    """S[t] = (a b) S0 + (U a; u)' (Y; y) + (K a; k)' (V; v): old keys decay once more."""
    left_of_u, left_of_k = sp.BlockMatrix([[U * a], [u]]), sp.BlockMatrix([[K * a], [k]])
    erased = sp.block_collapse(left_of_u.T * sp.BlockMatrix([[Y], [y]]))
    written = sp.block_collapse(left_of_k.T * sp.BlockMatrix([[V], [v]]))
    after = a * before + u.T * y + k.T * v
    yield Equation(after, a * decay_so_far * S0 + erased + written)


def a_read_after_the_write_is_one_before_it_by_a_decayed_query():
    """q S[t] = (q a) S[t-1] + (q u') y + (q k') v: one query for both kinds of read."""
    after = a * before + u.T * y + k.T * v
    yield Equation(q * after, (q * a) * before + q * u.T * y + q * k.T * v)


def a_correction_shares_the_scores_of_its_write():
    """With u = -k, y and v enter as c = v - y alone: c = v - (w b) S0 - (w K') C, written by k."""
    C = sp.MatrixSymbol("C", past, values)
    corrected = before.subs(U, -K).subs(V, C + Y).doit()
    yield Equation(corrected, decay_so_far * S0 + K.T * C)
    yield Equation(-k.T * y + k.T * v, k.T * (v - y))


def the_shipped_forms_are_the_same_polynomials():
    """refmem.generalized_delta, which has every part: recurrent = parallel for T = 1, 2, 3."""
    for T in (1, 2, 3):
        yield from agree(refmem.generalized_delta, T)


def so_are_those_of_every_rule_with_a_transition():
    """Every rule named above, for T = 2."""
    for rule in named(__doc__):
        yield from agree(rule, 2)


def agree(rule, T):
    """The outputs and the states of the definition and of the parallel form."""
    x = arguments(rule, T=T, K=2, V=1) | {"state": array("S", (2, 1))}
    return [
        Equation(one, other)
        for one, other in zip(rule(**x), rule(**x, form="parallel"), strict=True)
    ]


def false_twin_that_reads_with_a_query_that_did_not_decay():
    """q S[t-1] in place of (q a) S[t-1]: right only for a memory that keeps everything."""
    after = a * before + u.T * y + k.T * v
    yield Equation(q * after, q * before + q * u.T * y + q * k.T * v)


CLAIMS = (
    row_t_of_the_solve_is_what_the_token_recalls,
    the_hypothesis_holds_again,
    a_read_after_the_write_is_one_before_it_by_a_decayed_query,
    a_correction_shares_the_scores_of_its_write,
    the_shipped_forms_are_the_same_polynomials,
    so_are_those_of_every_rule_with_a_transition,
)
FALSE = (false_twin_that_reads_with_a_query_that_did_not_decay,)
