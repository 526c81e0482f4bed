"""Claim: slot memories are two gated memories, the second read with what the first recalls.

    keys[t]   = keys[t-1] diag(alpha) + k's        a memory whose value channels are gated: slots
    values[t] = diag(alpha) values[t-1] + s'v      a GLA memory with s for keys and v for values
    o[t]      = w values[t],  w = kernel(q keys[t])

ABC is the one with alpha = Z[t-1]/Z[t] and s = e^(s[t])/Z[t], Z[t] = sum_{i<=t} e^(s[i]): each slot
is the mean of all tokens with weights softmax(s). With s = 1 - alpha each slot is a mean as well.

Used by:  refmem.gsa, refmem.abc, refmem.value_gated, refmem.gla
Source:   Zhang et al. 2024, arXiv:2409.07146; Peng et al. 2022, arXiv:2110.02488
Method:   induction on t; then the shipped rules on symbols.
"""

import numpy as np
import sympy as sp

import refmem
from refmem.rules.slots.abc import Slots as Sums
from refmem.rules.slots.gsa import Slots

from ..proving.statement import Equation
from ..proving.symbols import arguments, array

alpha, weight = sp.symbols("alpha w", real=True)
Z, new, total, value = sp.symbols("Z z V v", positive=True)
BEFORE = {"keys": (1, 2), "values": (2, 1), "Z": (1, 2)}


def a_softmax_over_the_past_is_a_gate():
    """If a slot is total/Z, then (Z/(Z + z)) total/Z + (z/(Z + z)) v = (total + z v)/(Z + z)."""
    kept, added = Z / (Z + new), new / (Z + new)
    yield Equation(kept * (total / Z) + added * value, (total + new * value) / (Z + new))


def its_two_factors_share_one():
    """added = 1 - kept, so ABC is also the slot memory that leaves s out."""
    yield Equation(new / (Z + new), 1 - Z / (Z + new))


def a_slot_that_leaves_s_out_stays_a_mean():
    """Weights that add up to W add up to alpha W + 1 - alpha: to 1 if they did."""
    yield Equation(alpha * weight + (1 - alpha) - 1, alpha * (weight - 1))


def given(rule):
    """Two tokens of symbols, two slots, narrow keys and values."""
    return arguments(rule, T=2, M=2, K=1, V=1)


def two_memories(x, alpha, s):
    """The refmem.value_gated and the refmem.gla memory after every token."""
    keys = refmem.value_gated(0 * x["k"], x["k"], s, alpha, states=True).states
    values = refmem.gla(0 * s, s, x["v"], alpha, states=True).states
    return list(zip(keys, values, strict=True))


def read(query, keys, values):
    """softmax(q keys) values, written out."""
    weights = [sp.exp(score) for score in query @ keys]
    return sum(w * v for w, v in zip(weights, values[:, 0], strict=True)) / sum(weights)


def the_shipped_rule_is_two_shipped_gated_memories():
    """refmem.gsa = a read through both, T = 2, with softmax over slots."""
    x = given(refmem.gsa)
    out, state = refmem.gsa(**x)
    memories = two_memories(x, x["alpha"], x["s"])
    for t, (keys, values) in enumerate(memories):
        yield Equation(out[t, 0], read(x["q"][t], keys, values))
    yield Equation(state.keys, memories[-1][0])
    yield Equation(state.values, memories[-1][1])


def linear_slots_are_read_without_a_softmax():
    """refmem.gsa with a linear kernel: o = (q keys) values, T = 2."""
    x = given(refmem.gsa)
    out = refmem.gsa(**x, kernel="linear").out
    for t, (keys, values) in enumerate(two_memories(x, x["alpha"], x["s"])):
        yield Equation(out[t], (x["q"][t] @ keys) @ values)


def the_shipped_abc_is_the_shipped_slot_memory():
    """refmem.abc from any means and total Z, one token = refmem.gsa with alpha = Z/(Z + e^s) and s
    left out; afterwards its total is Z + e^s."""
    x = given(refmem.abc)
    x = {name: part[:1] for name, part in x.items()}
    keys, values, total = (array(name, shape) for name, shape in BEFORE.items())
    share = np.vectorize(sp.exp, otypes=[object])(x["s"])
    state = Sums(total, keys * total, values * total.T)
    after = refmem.abc(**x, kernel="linear", state=state).state
    pair = {name: part for name, part in x.items() if name != "s"}
    alpha = total / (total + share)
    slots = refmem.gsa(**pair, alpha=alpha, kernel="linear", state=Slots(keys, values)).state
    yield Equation(after.total, total + share)
    yield Equation(after.keys / after.total, slots.keys)
    yield Equation(after.values / after.total.T, slots.values)


def false_twin_that_writes_tokens_whole():
    """s = 1 with a decay is not a mean: the weights add up to more than one."""
    yield Equation(alpha * weight + 1 - 1, alpha * (weight - 1))


CLAIMS = (
    a_softmax_over_the_past_is_a_gate,
    its_two_factors_share_one,
    a_slot_that_leaves_s_out_stays_a_mean,
    the_shipped_rule_is_two_shipped_gated_memories,
    linear_slots_are_read_without_a_softmax,
    the_shipped_abc_is_the_shipped_slot_memory,
)
FALSE = (false_twin_that_writes_tokens_whole,)
