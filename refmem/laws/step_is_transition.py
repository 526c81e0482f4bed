"""Law: a rule's step is its transition applied: the definition and its place in the framework."""

from __future__ import annotations

from typing import Any

from refmem.laws.calls import Call, bound
from refmem.laws.draws import proof_numbers, sample
from refmem.laws.exact import assert_same
from refmem.laws.law import Law, itself
from refmem.memory import StateRule
from refmem.memory.rule import Rule


def step_is_transition(rule: Any, form: Any, x: Call) -> None:
    """The same token on the same state, both ways; the state moves on by the step.

    Called by itself, a step needs a leading axis: numbers in a 0-d object array are bare.
    """
    S, inputs = bound(rule, x)
    transition = rule.transition(**inputs.arguments)
    for t in range(inputs.T):
        stepped = rule.step(S, **inputs.token(t))
        assert_same(transition.step(S, t), stepped, f"{rule.name}.transition at token {t}")
        S = stepped[0]


def step_is_relay(rule: StateRule, x: Call) -> None:
    """The same where several memories are asked in turn, for what those before them recalled."""
    state, inputs = bound(rule, x)
    for t in range(inputs.T):
        one, after = inputs.tokens(t, t + 1), []
        recalled: dict[str, Any] = {}
        for (name, transition), S in zip(rule.relay.items(), state, strict=True):
            S, out = transition(**recalled, **one.arguments).step(S, 0)
            recalled[name] = out[..., None, :]
            after.append(S)
        stepped = rule.step(state, **inputs.token(t))
        assert_same((type(state)(*after), out), stepped, f"{rule.name}.relay at token {t}")
        state = stepped[0]


def _try(rule: Any, form: str, seed: int) -> None:
    T, state = 1 + seed % 4, seed % 2 == 0
    x = sample(rule, proof_numbers(rule), seed, T=T, lead=(2,), state=state, spread=True)
    if rule.relay:
        step_is_relay(rule, x)
    else:
        step_is_transition(rule, None, x)


def _lacks(rule: Rule) -> str:
    said = isinstance(rule, StateRule) and (rule.transition or rule.relay)
    return "" if said else "it has no transition"


LAW = Law(
    "step is transition",
    __doc__,
    _try,
    "step and transition (or relay): they say one thing twice, and one of them is wrong",
    itself,
    _lacks,
)
