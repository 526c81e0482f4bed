"""Claim: a stack fades from a memory that decays, and from one of delta steps, one a token.

Brackets are opened and closed again, ever more often; the answer depends on what came before them.
Equal tokens have equal inputs here: with places it is another matter (expressivity/brackets).

    diagonal decay   a channel that loses something with one of these tokens loses all in the end;
                     one that keeps everything adds up, and 1 2 adds up to what 2 1 does
    delta steps      1 and nothing differ along the key k of the token 1. If 0 < beta |k|^2 < 2, the
                     step of every later 1 shortens what has a part along k: so of a vector whose
                     length no power of the pair (1 -1) changes, that part is 0, and what is along k
                     fades. If beta |k|^2 = 2, 1 1 leaves the memory of nothing.

Used by:  refmem.gla, refmem.delta, refmem.studies.expressivity.limits
Source:   worked out here; Sarrof et al. 2024, arXiv:2405.17394, and Grazzi et al. 2024,
          arXiv:2411.12537, for what such memories can do
Method:   lengths; a limit; then the shipped rules on symbols.
Assumes:
    - powers of a matrix that lengthens nothing tend to 0 on whatever is perpendicular to the
      vectors whose length no power changes
"""

import numpy as np
import sympy as sp

import refmem
from derivations.proving.statement import Equation, Inequality
from derivations.proving.symbols import arguments, array
from derivations.stability.contraction import along_key, beta, n

h, m = sp.symbols("h m", positive=True)


def what_a_factor_multiplies_again_and_again_fades():
    """e^(-h m) tends to 0, for every h > 0."""
    yield Equation(sp.Limit(sp.exp(-h * m), m, sp.oo), 0)


def the_shipped_decay_multiplies_a_difference():
    """refmem.gla from two states, two tokens: they differ by the product of the factors."""
    x = arguments(refmem.gla, T=2, K=2, V=1)
    S, R = array("S", (2, 1)), array("R", (2, 1))
    apart = refmem.gla(**x, state=S).state - refmem.gla(**x, state=R).state
    yield Equation(apart, (x["alpha"][0] * x["alpha"][1])[:, None] * (S - R))


def a_channel_that_keeps_everything_adds_up():
    """refmem.gla with alpha = 1: two tokens in either order leave one state."""
    x = arguments(refmem.gla, T=2, K=2, V=1)
    x["alpha"] = x["alpha"] * 0 + sp.S.One
    other = {name: rows[::-1] for name, rows in x.items()}
    yield Equation(refmem.gla(**x).state, refmem.gla(**other).state)


def a_token_changes_a_delta_memory_along_its_key():
    """refmem.delta, one token: S[1] - S[0] across the key is 0."""
    x = arguments(refmem.delta, T=1, K=2, V=1)
    S = array("S", (2, 1))
    across = np.array([-x["k"][0, 1], x["k"][0, 0]])
    yield Equation(across @ (refmem.delta(**x, state=S).state - S), 0)


def the_same_tokens_multiply_a_difference():
    """refmem.delta from two states: they differ by (I - beta k'k) (S - R)."""
    x = arguments(refmem.delta, T=1, K=2, V=1)
    S, R, k = array("S", (2, 1)), array("R", (2, 1)), x["k"]
    apart = refmem.delta(**x, state=S).state - refmem.delta(**x, state=R).state
    yield Equation(apart, (S - R) - x["beta"][0] * k.T @ (k @ (S - R)))


def a_part_along_the_key_gets_shorter_and_nothing_longer():
    """It is multiplied by 1 - beta n, whose square is below 1 by 4 h/(1 + h)^2 for
    beta n = 2/(1 + h); the rest stays."""
    kept = along_key.subs(beta, 2 / (1 + h) / n) ** 2
    yield Equation(1 - kept, 4 * h / (1 + h) ** 2)
    yield Inequality(0, 4 * h / (1 + h) ** 2)


def a_reflection_undoes_itself_whatever_it_writes():
    """refmem.delta, one token twice, beta |k|^2 = 2: the state is that before both."""
    k, v, S = array("k", (1, 2)), array("v", (1, 1)), array("S", (2, 1))
    twice = {"k": np.repeat(k, 2, 0), "v": np.repeat(v, 2, 0)}
    strength = np.array([2 / (k[0] @ k[0])] * 2)
    state = refmem.delta(twice["k"], **twice, beta=strength, state=S).state
    yield Equation(np.array([[sp.cancel(entry)] for entry in (state - S)[:, 0]]), 0)


def false_twin_with_a_channel_that_keeps_everything():
    """h = 0: what is kept does not fade."""
    yield Equation(sp.Limit(sp.exp(-0 * m), m, sp.oo), 0)


CLAIMS = (
    what_a_factor_multiplies_again_and_again_fades,
    the_shipped_decay_multiplies_a_difference,
    a_channel_that_keeps_everything_adds_up,
    a_token_changes_a_delta_memory_along_its_key,
    the_same_tokens_multiply_a_difference,
    a_part_along_the_key_gets_shorter_and_nothing_longer,
    a_reflection_undoes_itself_whatever_it_writes,
)
FALSE = (false_twin_with_a_channel_that_keeps_everything,)
