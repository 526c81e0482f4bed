"""Claim: a Fenwick tree of memories holds every token once, in as many levels as t has digits.

    token t, counted from 0: level 0 holds token t; level l > 0 holds 2^(l-1) older tokens if digit
    l - 1 of t is 1, else none
    t -> t + 1: the first j levels, if full, go to level j: 1 + 1 + 2 + ... + 2^(j-2) = 2^(j-1)

Every level decays alike, so their sum is the memory of scalar_decay: with all weights 1 the tree
changes nothing. Weights that differ let a read tell recent tokens from old ones.

Used by:  refmem.log_linear_attention
Source:   Fenwick 1994; Guo et al. 2025, arXiv:2506.04761
Method:   sums of powers of two; the shipped carry on symbolic digits; then the shipped rule beside
          scalar_decay, and its levels written out.
"""

import numpy as np
import sympy as sp

import refmem
from refmem.rules.slots.log_linear_attention import carry

from ..proving.statement import Equation
from ..proving.symbols import arguments, array

SIZES = {"T": 4, "K": 1, "V": 1, "L": 3}


def a_carry_fills_the_next_level_exactly():
    """The token of level 0 and full levels 1, ..., j - 1 make 2^(j-1) tokens: level j, full."""
    l, j = sp.symbols("l j", integer=True, positive=True)  # noqa: E741
    yield Equation(1 + sp.Sum(2 ** (l - 1), (l, 1, j - 1)), 2 ** (j - 1))


def full_levels_hold_all_tokens_that_the_digits_count():
    """L - 1 levels above the first hold up to 2^(L-1) - 1 older tokens: log2 of them levels do."""
    l, L = sp.symbols("l L", integer=True, positive=True)  # noqa: E741
    yield Equation(sp.Sum(2 ** (l - 1), (l, 1, L - 1)), 2 ** (L - 1) - 1)


def a_carry_moves_every_level_to_one_place():
    """Every column of the shipped carry sums to 1, for any digits: no token is lost or doubled."""
    digits = array("d", (4,))
    moved, _ = carry(digits)
    yield Equation(moved.sum(0), np.ones(4, dtype=int).astype(object))


def a_carry_is_a_binary_counter():
    """Digits 1, 1, 0, d become 1, 0, 1, d: two full levels go to the third; level 0 is written."""
    d = sp.Symbol("d", real=True)
    one, none = sp.S.One, sp.S.Zero
    moved, full = carry(np.array([one, one, none, d]))
    yield Equation(full, np.array([one, none, one, d]))
    yield Equation(moved[2], np.array([one, one, one, none]))


def all_weights_one_is_scalar_decay():
    """refmem.log_linear_attention with levels 1, T = 4: refmem.scalar_decay."""
    x = arguments(refmem.log_linear_attention, **SIZES)
    x["levels"] = 0 * x["levels"] + 1
    tree = refmem.log_linear_attention(**x)
    plain = refmem.scalar_decay(x["q"], x["k"], x["v"], x["alpha"])
    yield Equation(tree.out, plain.out)
    yield Equation(tree.state.sums.sum(0), plain.state)


def the_fourth_token_reads_three_levels():
    """t = 3 = 11 in binary: itself at level 0, token 2 at level 1, tokens 0 and 1 at level 2."""
    x = arguments(refmem.log_linear_attention, **SIZES)
    a, weight = x["alpha"], x["levels"][3]
    seen = (x["k"] * x["v"])[:, 0]
    level2 = a[3] * a[2] * (a[1] * seen[0] + seen[1])
    read = weight[0] * seen[3] + weight[1] * a[3] * seen[2] + weight[2] * level2
    yield Equation(refmem.log_linear_attention(**x).out[3], np.array([x["q"][3, 0] * read]))


def the_shipped_mask_is_the_definition():
    """All tokens at once, each weighed by the level in which a later token finds it."""
    x = arguments(refmem.log_linear_attention, **SIZES)
    masked = refmem.log_linear_attention(**x, form="levels_masked")
    yield Equation(masked.out, refmem.log_linear_attention(**x).out)


def false_twin_that_forgets_the_new_token_in_a_carry():
    """Full levels 1, ..., j - 1 alone are one token short of level j."""
    l, j = sp.symbols("l j", integer=True, positive=True)  # noqa: E741
    yield Equation(sp.Sum(2 ** (l - 1), (l, 1, j - 1)), 2 ** (j - 1))


CLAIMS = (
    a_carry_fills_the_next_level_exactly,
    full_levels_hold_all_tokens_that_the_digits_count,
    a_carry_moves_every_level_to_one_place,
    a_carry_is_a_binary_counter,
    all_weights_one_is_scalar_decay,
    the_fourth_token_reads_three_levels,
    the_shipped_mask_is_the_definition,
)
FALSE = (false_twin_that_forgets_the_new_token_in_a_carry,)
