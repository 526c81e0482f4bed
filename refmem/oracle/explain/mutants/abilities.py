"""Which mistakes a case can have: asked of its rule, of its inputs and of its options, no names.

What is asked is the transition or the lookup that the rule makes of the case, so a rule from
outside has the mutants that its kind of memory can have.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from refmem.grammar.inputs import Inputs
from refmem.grammar.lookup import Lookup, Sight
from refmem.grammar.transition import Transition
from refmem.memory import CacheRule, StateRule
from refmem.oracle.cases.case import Case
from refmem.oracle.cases.ingredients import gate_of
from refmem.oracle.cases.inputs import has_matrix_state
from refmem.oracle.cases.reference import arguments, unchecked

Fits = Callable[[Case], bool]


def both(*fits: Fits) -> Fits:
    """All of these at once."""
    return lambda case: all(fit(case) for fit in fits)


def has(*names: str) -> Fits:
    """Whether a case has all these inputs; "gate" is the rule's own."""
    return lambda case: all(
        (gate_of(case.rule) if name == "gate" else name) in case.inputs for name in names
    )


def lacks(name: str) -> Fits:
    """Whether a rule has this input, and the case leaves it out."""
    return lambda case: name in case.rule.inputs and name not in case.inputs


def is_linear(case: Case) -> bool:
    """The rule has a transition."""
    return isinstance(case.rule, StateRule) and case.rule.transition is not None


def is_cache(case: Case) -> bool:
    """The rule keeps everything."""
    return isinstance(case.rule, CacheRule)


def is_resumed(case: Case) -> bool:
    """A state is passed, and there are tokens to go on with."""
    return has_state(case) and tokens(case) > 0


def has_state(case: Case) -> bool:
    """A state is passed."""
    return any(name.partition(".")[0] == "state" for name in case.inputs)


def is_packed(case: Case) -> bool:
    """Sequences of several lengths follow one another."""
    return "lengths" in case.inputs


def lead_of(case: Case, name: str) -> tuple[int, ...]:
    """The leading axes of an input: batch, heads, and members of a group where there are any."""
    x = case.inputs[name]
    return x.shape[: x.ndim - len(case.axes[name])]


def grouped_lead(case: Case) -> tuple[int, ...]:
    """Batch, heads and members of a group, of all inputs together."""
    leads = (lead_of(case, name) for name in case.inputs if name in case.axes)
    return np.broadcast_shapes(*(lead for lead in leads if len(lead) == 3))


def shares_heads(case: Case) -> bool:
    """Heads in groups share some input; of a cache not its values, whose rows are of key heads."""
    leads = {name: lead_of(case, name) for name in case.inputs if name in case.axes}
    members = {name: lead[2] for name, lead in leads.items() if len(lead) > 2}
    if is_cache(case) and max(members.get("k", 1), members.get("v", 1)) > 1:
        return False
    return 1 in members.values() and max(members.values()) > 1


def tokens(case: Case) -> int:
    """How many tokens the longest sequence of a case has."""
    name = next((n for n, axes in case.axes.items() if axes and axes[0] == "T"), "")
    return int(case.inputs[name].shape[-len(case.axes[name])]) if name else 0


def earlier(case: Case) -> int:
    """How many tokens a cache holds before the first."""
    axes = case.axes.get("state.key", ())
    return int(case.inputs["state.key"].shape[-len(axes)]) if axes else 0


def named_kind(case: Case, kind: str) -> str:
    """The first input of the case of that kind, such as "length of a step"; or ""."""
    kinds = case.rule.kinds
    return next((name for name in case.inputs if name in kinds and kinds[name].name == kind), "")


# ---- what the rule makes of a case


def bound(case: Case, given: dict[str, Any]) -> tuple[Any, Inputs]:
    """The first state and the inputs of a call, as the rule's own functions take them."""
    rule: Any = unchecked(case.rule)
    known = rule.inputs.keys() | rule.options.keys()
    state = given.get("state")
    plain = {name: x for name, x in given.items() if name in known}
    return rule.start(state, rule.bind((), plain, state, given.get("scale")))


@functools.lru_cache(maxsize=16)
def transition_of(case: Case) -> Transition:
    """What a linear rule makes of a case."""
    return _made(case, "transition", {})


@functools.lru_cache(maxsize=16)
def lookup_of(case: Case) -> Lookup:
    """What a cache rule makes of a case."""
    return _made(case, "lookup", {})


def transition_with(case: Case, **others: np.ndarray) -> Transition:
    """The same with some inputs exchanged."""
    return _made(case, "transition", others)


def _made(case: Case, what: str, others: dict[str, np.ndarray]) -> Any:
    given = {n: x for n, x in arguments(case, case.inputs | others).items() if n != "state"}
    x = unchecked(case.rule).bind((), _without_counts(given) | options(case), None, None)
    return getattr(case.rule, what)(**x.arguments)


def _without_counts(given: dict[str, Any]) -> dict[str, Any]:
    return {name: x for name, x in given.items() if name not in ("lengths", "slots")}


def options(case: Case) -> dict[str, Any]:
    """The options of a case that are its rule's own."""
    return {name: value for name, value in case.options.items() if name in case.rule.options}


# ---- linear rules


def is_plain(case: Case) -> bool:
    """A linear rule whose reads and decays are those of its keys alone, a step a token."""
    return is_linear(case) and has_matrix_state(case.rule) and not transition_of(case).columns


def corrects(case: Case) -> bool:
    """What is written is corrected by what was recalled."""
    return is_plain(case) and transition_of(case).erase is not None


def reads_before(case: Case) -> bool:
    """The read sees the state before the write."""
    return is_plain(case) and transition_of(case).before


def has_bonus(case: Case) -> bool:
    """Something reaches the output without passing through the memory."""
    return is_linear(case) and transition_of(case).bonus is not None


def is_normalised(case: Case) -> bool:
    """The read is divided by some of its columns."""
    return is_linear(case) and transition_of(case).finish is not None


def decays(case: Case) -> bool:
    """The memory forgets."""
    return is_linear(case) and transition_of(case).decay is not None


# ---- caches


def is_softmax(case: Case) -> bool:
    """Weights are exponentials of scores over their sum, of keys that stay what they are."""
    if not is_cache(case):
        return False
    look = lookup_of(case)
    plain = look.path is None and look.probe is None
    return plain and look.kernel.normalised and look.kernel.weight is None


def erases(case: Case) -> bool:
    """What is stored was first cleared of what the cache already says."""
    return is_cache(case) and lookup_of(case).erase is not None


def has_path(case: Case) -> bool:
    """Keys are changed by later tokens."""
    return is_cache(case) and lookup_of(case).path is not None


def has_bias(case: Case) -> bool:
    """Places alone add to a score."""
    return is_cache(case) and lookup_of(case).bias is not None


def is_capped(case: Case) -> bool:
    """Scores stay below some size."""
    return is_cache(case) and lookup_of(case).cap is not None


def is_causal(case: Case) -> bool:
    """A query sees no key beyond its own place."""
    return is_cache(case) and not lookup_of(case).ahead


def is_aligned_at_the_top(case: Case) -> bool:
    """The first query is at the first key of a cache, whatever came before."""
    return is_cache(case) and lookup_of(case).first == 0


def window_of(case: Case) -> int | None:
    """How many keys a query sees; None for all."""
    sees = lookup_of(case).sees
    return sees.window if isinstance(sees, Sight) else None


def is_windowed(case: Case) -> bool:
    """A query sees only so many keys."""
    return is_cache(case) and window_of(case) is not None
