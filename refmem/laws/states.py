"""Law: `states=True` adds the state after every token: those of the prefixes."""

from __future__ import annotations

from typing import Any

from refmem.grammar.state import each
from refmem.laws.calls import Call, cut, tokens
from refmem.laws.draws import drawn
from refmem.laws.exact import assert_same
from refmem.laws.law import Law
from refmem.memory import Result, Trace
from refmem.memory.rule import Rule


def states_are_those_of_prefixes(rule: Rule, form: str, x: Call) -> None:
    trace = rule(**x, form=form, chunk=2, states=True)
    assert isinstance(trace, Trace)
    plain = rule(**x, form=form, chunk=2)
    assert_same(Result(trace.out, trace.state), plain, f"{rule.name}.{form} with states=True")
    for t in range(tokens(rule, x)):
        prefix = rule(**cut(rule, x, 0, t + 1), state=x.get("state"))
        after = _state_after(trace, t)
        assert_same(after, prefix.state, f"{rule.name}.{form} states[{t}]")


def _state_after(trace: Trace, t: int) -> Any:
    """States that grow are listed; others have a time axis after the leading ones."""
    if isinstance(trace.states, list):
        return trace.states[t]
    lead = trace.out.ndim - 2
    return each(lambda states: states[(slice(None),) * lead + (t,)], trace.states)


def _try(rule: Rule, form: str, seed: int) -> None:
    states_are_those_of_prefixes(rule, form, drawn(rule, seed))


LAW = Law("states", __doc__, _try, "a step that changes the state it was given in place")
