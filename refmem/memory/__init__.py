"""What a memory is: a rule for one token, and its place in the unified framework.

    StateRule   a finite state.            step(S, ...) -> S, out          defines it
                                           transition(...) -> Transition   places it
    CacheRule   the state is what was seen. attend(past, ...) -> past, out  defines it
                                           lookup(...) -> Lookup           places it
    StaticRule  keys and values are weights. read(...) -> out               defines it

All are to sequences what a ufunc is to arrays: call them; ask them for `.equation`, `.source`,
`.forms`, `.inputs`; `help` and `inspect.signature` work.
"""

from refmem.grammar.inputs import Inputs
from refmem.grammar.lookup import Cache, Lookup, Sight
from refmem.grammar.transition import Transition
from refmem.memory.cache_rule import CacheRule
from refmem.memory.result import Result, Trace
from refmem.memory.rule import Rule
from refmem.memory.state_rule import StateRule, empty_matrix
from refmem.memory.static_rule import StaticRule

__all__ = [
    "Cache",
    "CacheRule",
    "Inputs",
    "Lookup",
    "Result",
    "Rule",
    "Sight",
    "StateRule",
    "StaticRule",
    "Trace",
    "Transition",
    "empty_matrix",
]
