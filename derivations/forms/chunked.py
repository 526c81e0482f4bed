"""Claim: solving a sequence in chunks, the state between them, is solving it at once.

With y what tokens recall to erase (forms/parallel), 1 the earlier chunk and 2 the later one:

    S1 = b S0 + U1' Y1 + K1' V1                       U1, K1 decayed to the end of chunk 1
    Y2 = W2 S1 + N2 V2 + M2 Y2                        W2 decayed from the start of chunk 2
    a score of 2 with 1 is (W2 decayed from the cut) (U1 decayed to the cut)'

Used by:  refmem.forms, refmem.linear_attention, refmem.gla, refmem.delta, refmem.gated_delta,
          refmem.kda, refmem.generalized_delta
Source:   Hua et al. 2022, arXiv:2202.10447; Yang et al. 2024, arXiv:2406.06484
Method:   block rows of symbolic size, so for every length of either chunk; products split at the
          cut (forms/halving); then the shipped form on symbols, chunks that divide T and others.
"""

import sympy as sp

from ..proving.descent import named
from ..proving.statement import Equation
from ..proving.symbols import arguments, array

one, two, keys, values = sp.symbols("C_1 C_2 K V", integer=True, positive=True)
b, b2 = (sp.DiagMatrix(sp.MatrixSymbol(name, keys, 1)) for name in ("b_1", "b_2"))
S0 = sp.MatrixSymbol("S0", keys, values)
U1, K1 = (sp.MatrixSymbol(name, one, keys) for name in ("U_1", "K_1"))
Y1, V1 = (sp.MatrixSymbol(name, one, values) for name in ("Y_1", "V_1"))
Q2, W2, U2, K2 = (sp.MatrixSymbol(name, two, keys) for name in ("Q_2", "W_2", "U_2", "K_2"))
Y2, V2 = (sp.MatrixSymbol(name, two, values) for name in ("Y_2", "V_2"))
S1 = b * S0 + U1.T * Y1 + K1.T * V1


def what_crosses_the_cut_passes_through_the_state():
    """W2 S1 = (W2 b) S0 + (W2 U1') Y1 + (W2 K1') V1: the part of the solve below the diagonal."""
    crossing = (W2 * b) * S0 + (W2 * U1.T) * Y1 + (W2 * K1.T) * V1
    yield Equation(W2 * S1, crossing)


def the_lower_block_of_the_solve_is_the_solve_of_the_later_chunk():
    """(I - M)^-1 by blocks: Y2 = (I - M2)^-1 (R2 + M21 Y1), and R2 + M21 Y1 is W2 S1 + N2 V2."""
    M1, M2 = sp.MatrixSymbol("M_1", one, one), sp.MatrixSymbol("M_2", two, two)
    M21 = sp.MatrixSymbol("M_21", two, one)
    whole = sp.BlockMatrix([[sp.Identity(one) - M1, sp.ZeroMatrix(one, two)], [-M21, I_less(M2)]])
    rows = sp.block_collapse(whole * sp.BlockMatrix([[Y1], [Y2]]))
    yield Equation(rows.blocks[1, 0], I_less(M2) * Y2 - M21 * Y1)


def I_less(M):  # noqa: N802
    return sp.Identity(M.shape[0]) - M


def the_reads_of_the_later_chunk_need_only_the_state():
    """Q2 S1 is all that the later outputs see of the earlier chunk, as for W2."""
    crossing = (Q2 * b) * S0 + (Q2 * U1.T) * Y1 + (Q2 * K1.T) * V1
    yield Equation(Q2 * S1, crossing)


def the_state_after_both_is_the_state_of_the_whole():
    """b2 S1 + U2'Y2 + K2'V2 = (b2 b) S0 + (U1 b2; U2)'(Y1; Y2) + (K1 b2; K2)'(V1; V2)."""
    erased = sp.block_collapse(sp.BlockMatrix([[U1 * b2], [U2]]).T * sp.BlockMatrix([[Y1], [Y2]]))
    written = sp.block_collapse(sp.BlockMatrix([[K1 * b2], [K2]]).T * sp.BlockMatrix([[V1], [V2]]))
    after = b2 * S1 + U2.T * Y2 + K2.T * V2
    yield Equation(after, b2 * b * S0 + erased + written)


def the_shipped_form_is_the_definition():
    """The rules named above, T = 3 in chunks of 1, 2 (which leaves 1 over) and 4."""
    for rule in named(__doc__):
        x = arguments(rule, T=3, K=2, V=1) | {"state": array("S", (2, 1))}
        wanted = rule(**x)
        for chunk in (1, 2, 4):
            got = rule(**x, form="chunked", chunk=chunk)
            yield Equation(got.out, wanted.out)
            yield Equation(got.state, wanted.state)


def false_twin_that_forgets_to_decay_what_the_earlier_chunk_wrote():
    """K1 in place of K1 b2: the state of the whole keeps old writes too well."""
    after = b2 * S1 + K2.T * V2
    yield Equation(after, b2 * b * S0 + b2 * U1.T * Y1 + K1.T * V1 + K2.T * V2)


CLAIMS = (
    what_crosses_the_cut_passes_through_the_state,
    the_lower_block_of_the_solve_is_the_solve_of_the_later_chunk,
    the_reads_of_the_later_chunk_need_only_the_state,
    the_state_after_both_is_the_state_of_the_whole,
    the_shipped_form_is_the_definition,
)
FALSE = (false_twin_that_forgets_to_decay_what_the_earlier_chunk_wrote,)
