"""Claim: every rule with an objective and one matrix is the step on it that its Objective names.

    S[t] = S  - grad L(S)         one gradient step from S[t-1], S = S[t-1]
    S[t] = S' - grad L(S')        one gradient step from the decayed state S'
    S[t] = S  - grad L(S[t])      one implicit gradient step

L is the `objective` a rule ships, S[t] what its `step` ships, S' what the step leaves when it
writes with strength beta = 0. A rule whose objective is wrong for its step fails here, and so does
one that no derivation names.

Used by:  refmem.linear_attention, refmem.normalized_linear_attention, refmem.performer,
          refmem.power_attention, refmem.rebased, refmem.taylor_attention, refmem.averaged_memory,
          refmem.retention, refmem.lightning_attention, refmem.scalar_decay, refmem.mamba1,
          refmem.mamba2, refmem.mlstm, refmem.rwkv4, refmem.rwkv6, refmem.gla, refmem.hgrn,
          refmem.hgrn2, refmem.value_gated, refmem.delta, refmem.gated_delta, refmem.kda,
          refmem.delta_product, refmem.gated_delta_product, refmem.gated_oja,
          refmem.exact_delta, refmem.implicit_delta
Source:   worked out here; each rule names its own
Method:   the shipped objective is differentiated by SymPy, entry by entry, and compared with the
          shipped step on symbols. updates/general and updates/table prove it for every size.
"""

import re

import refmem

from ..proving.descent import named, one_token, slopes, with_objective
from ..proving.statement import Equation
from . import exact as updates_exact
from . import in_batches as updates_in_batches
from . import with_momentum as updates_with_momentum

OTHERS = (updates_exact, updates_in_batches, updates_with_momentum)
FROM_STATE = r"one gradient step from \w\[t-1\]"
FROM_DECAYED = "one gradient step from the decayed state"
IMPLICIT = "one implicit gradient step"
BY_ROWS = "one gradient step for each of the n rows in turn"


def rules(words):
    """The rules named above whose Objective line has these words."""
    return [rule for rule in named(__doc__) if re.search(words, rule.specification.objective)]


def gradient(rule, at, token):
    """The gradient of the one memory that these objectives have."""
    return slopes(rule, (at,), token)[0]


def every_objective_is_derived():
    """A rule that ships an objective is named here, by the words for one step, or in one of the
    other updates_ files."""
    here = [
        rule for words in (FROM_STATE, FROM_DECAYED, IMPLICIT, BY_ROWS) for rule in rules(words)
    ]
    elsewhere = [rule for module in OTHERS for rule in named(module.__doc__)]
    for rule in {*with_objective(), *named(__doc__)}:
        found = (here + elsewhere).count(rule)
        if found != 1:
            raise ValueError(f"{rule.name}: {found} derivations of its objective, expected one")
        yield Equation(found, 1)


def from_the_state_before():
    """S[t] = S - grad L(S) at S = S[t-1]."""
    for rule in rules(FROM_STATE):
        S, token = one_token(rule)
        yield Equation(rule.step(S, **token)[0], S - gradient(rule, S, token))


def from_what_forgetting_left():
    """S[t] = S' - grad L(S'), S' the state after a write of strength 0."""
    for rule in rules(FROM_DECAYED):
        S, token = one_token(rule)
        left, _ = rule.step(S, **token | {"beta": 0 * token["beta"]})
        yield Equation(rule.step(S, **token)[0], left - gradient(rule, left, token))


def at_where_it_arrives():
    """S[t] = S - grad L(S[t])."""
    for rule in rules(IMPLICIT):
        S, token = one_token(rule)
        new, _ = rule.step(S, **token)
        yield Equation(new, S - gradient(rule, new, token))


def row_after_row():
    """S = S - grad L_j(S) for the rows j of a token, after what is forgotten at once."""
    for rule in rules(BY_ROWS):
        start, token = one_token(rule)
        S, _ = rule.step(start, **token | {"beta": 0 * token["beta"]})
        for j in range(token["n"]):
            row = {name: token[name][:, j] for name in ("k", "v", "beta")}
            S = S - gradient(rule, S, row)
        yield Equation(rule.step(start, **token)[0], S)


def false_twin_without_the_half():
    """Twice the objective, |v - recall(S, k)|^2, would move twice as far."""
    S, token = one_token(refmem.delta)
    yield Equation(refmem.delta.step(S, **token)[0], S - 2 * gradient(refmem.delta, S, token))


def false_twin_that_descends_from_the_state_before_it_decays():
    """kda from S[t-1]: the gradient is not taken where the state is."""
    S, token = one_token(refmem.kda)
    yield Equation(refmem.kda.step(S, **token)[0], S - gradient(refmem.kda, S, token))


CLAIMS = (
    every_objective_is_derived,
    from_the_state_before,
    from_what_forgetting_left,
    at_where_it_arrives,
    row_after_row,
)
FALSE = (
    false_twin_without_the_half,
    false_twin_that_descends_from_the_state_before_it_decays,
)
