"""What a memory is: a rule for one token, and its place in the unified framework.

    StateRule   a finite state.            step(S, ...) -> S, out          defines it
                                           transition(...) -> Transition   places it
    CacheRule   the state is what was seen. attend(past, ...) -> past, out  defines it
                                           lookup(...) -> Lookup           places it

Both are to sequences what a ufunc is to arrays: call them; ask them for `.equation`, `.source`,
`.forms`, `.inputs`; `help` and `inspect.signature` work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from refmem.algebra import bind, join, recall, zeros
from refmem.kernels import Kernel
from refmem.rule import Rule, one_over_root_of_keys
from refmem.signature import Default, Inputs, bind_state
from refmem.states import each


class Result(NamedTuple):
    """What a rule returns: outputs (..., T, V), and the state after the last token."""

    out: np.ndarray
    state: Any


class Trace(NamedTuple):
    """A `Result` with the state after every token.

    For a StateRule, an array (or named tuple of arrays) with a time axis before the state's own
    axes; for a CacheRule, whose states grow, a list.
    """

    out: np.ndarray
    state: Any
    states: Any


class Transition(NamedTuple):
    """What T tokens do to a memory that is linear in its state. For token t,

        S[t] = decay[t] * S[t-1] + bind(u[t], recall(S[t-1], w[t])) + bind(k[t], v[t])
        o[t] = recall(S[t], read[t]) + bonus[t]

    read     (..., T, K)             what is asked
    write    k (..., T, K), v (..., T, V)
    decay    (..., T, 1 or K)        a factor per head or per key channel; None keeps everything
    erase    u, w (..., T, K)        what is added back (u) of what is recalled (w), or None
    corrects u is -k: a write is bind(k, v - recall(S[t-1], w)), and forms may share its scores
    before   the read sees S[t-1], not S[t]
    bonus    (..., T, V)             what reaches the output without passing through the memory
    columns  decay is (..., T, 1 or K, V): each value column is a memory with a decay of its own
    micro    steps a token: T counts steps here, and only the read of each token's last is kept
    """

    read: np.ndarray
    write: tuple[np.ndarray, np.ndarray]
    decay: np.ndarray | None = None
    erase: tuple[np.ndarray, np.ndarray] | None = None
    before: bool = False
    bonus: np.ndarray | None = None
    columns: bool = False
    corrects: bool = False
    micro: int = 1

    @classmethod
    def correcting(
        cls, read: np.ndarray, k: np.ndarray, v: np.ndarray, w: np.ndarray, **others: Any
    ) -> Transition:
        """The delta family: what `w` recalls is taken out of the value that `k` writes."""
        return cls(read=read, write=(k, v), erase=(-k, w), corrects=True, **others)

    def step(self, S: np.ndarray, t: int) -> tuple[np.ndarray, np.ndarray]:
        """Apply token t to a memory (..., K, V): the two lines above."""
        k, v = self.write
        new = S
        if self.decay is not None:
            new = S * (self.decay[..., t, :, :] if self.columns else self.decay[..., t, :, None])
        if self.erase is not None:
            u, w = self.erase
            new = new + bind(u[..., t, :], recall(S, w[..., t, :]))
        new = new + bind(k[..., t, :], v[..., t, :])
        out = recall(S if self.before else new, self.read[..., t, :])
        return new, self.finished(out if self.bonus is None else out + self.bonus[..., t, :])

    def finished(self, out: np.ndarray) -> np.ndarray:
        """What a form's reads (..., V) become as outputs."""
        return out if self.finish is None else self.finish(out)


class Cache(NamedTuple):
    """What was seen: keys (..., P, K), what each wrote (..., P, V), and its gate (..., P)."""

    key: np.ndarray
    value: np.ndarray
    log_alpha: np.ndarray | None = None

    def append(
        self, key: np.ndarray, value: np.ndarray, log_alpha: np.ndarray | None = None
    ) -> Cache:
        """This cache and then these tokens."""
        if self.log_alpha is None or log_alpha is None:
            return Cache(join(self.key, key), join(self.value, value))
        gates = join(self.log_alpha[..., None], log_alpha[..., None])[..., 0]
        return Cache(join(self.key, key), join(self.value, value), gates)

    def part(self, start: int, stop: int) -> Cache:
        """A view of tokens start..stop-1."""
        gates = None if self.log_alpha is None else self.log_alpha[..., start:stop]
        return Cache(self.key[..., start:stop, :], self.value[..., start:stop, :], gates)

    def first(self, tokens: int) -> Cache:
        """A copy of the first so many tokens."""
        return each(np.copy, self.part(0, tokens))


class Lookup(NamedTuple):
    """What T tokens ask of everything before them, and add to it. For token t,

        u[t] = value[t] - beta[t] * sum over i < t of kernel'(w[t] . key[i]) u[i]
        o[t] = sum over i <= t of kernel(query[t] . key[i] + sum of log_alpha over (i, t]) u[i]

    query, key  (..., T, K)
    value       (..., T, V)
    kernel      how a score becomes a weight; a normalised one divides by the sum over i
    log_alpha   (..., T)               a gate between a token and what it sees, or None
    erase       w, beta, kernel'       what is taken out of a value before it is stored, or None
    """

    query: np.ndarray
    key: np.ndarray
    value: np.ndarray
    kernel: Kernel
    log_alpha: np.ndarray | None = None
    erase: tuple[np.ndarray, np.ndarray, Kernel] | None = None

    def tokens(self, start: int, stop: int) -> Lookup:
        """The part of tokens start..stop-1."""
        part = slice(start, stop)
        gates, erase = self.log_alpha, self.erase
        if erase is not None:
            w, beta, kernel = erase
            erase = w[..., part, :], beta[..., part], kernel
        return self._replace(
            query=self.query[..., part, :],
            key=self.key[..., part, :],
            value=self.value[..., part, :],
            log_alpha=None if gates is None else gates[..., part],
            erase=erase,
        )


StateForm = Callable[["StateRule", Inputs, Any, int, bool], tuple[np.ndarray, Any, Any]]
CacheForm = Callable[["CacheRule", Inputs, Any, int, bool], tuple[np.ndarray, Any, Any]]

STATE_FORMS: dict[str, StateForm] = {}
"""How a state rule runs over a sequence, the definition first; `refmem.forms` fills it."""

CACHE_FORMS: dict[str, CacheForm] = {}
"""How a cache rule runs over a sequence, the definition first; `refmem.forms` fills it."""


def empty_matrix(x: Inputs) -> np.ndarray:
    """The memory that recalls zero: (..., K, V)."""
    return zeros((*x.lead, x.K, x.V), x.like)


def blank_cache(x: Inputs, tokens: int) -> Cache:
    """A cache of so many tokens of zeros; with a gate if the rule has one."""
    gates = zeros((*x.lead, tokens), x.like) if "log_alpha" in x.arrays else None
    key, value = (*x.lead, tokens, x.K), (*x.lead, tokens, x.V)
    return Cache(zeros(key, x.like), zeros(value, x.like), gates)


class StateRule(Rule):
    """A memory with a finite state.

    step        step(S, **one token's inputs) -> S, out: the definition
    transition  transition(**all tokens' inputs) -> Transition, where the rule is linear in S
    objective   objective(S, ...): what a write makes smaller
    inputs      axes of each input beyond q, k, v, such as {"beta": "T"}
    defaults    inputs that may be left out: functions of the others and the state
    options     keyword arguments that are not arrays, with their defaults
    initial     the empty memory, from the inputs
    own_forms   forms that only this rule has, by name; they come last
    standard    which of q, k, v the rule takes; they come first
    """

    def __init__(
        self,
        step: Callable[..., tuple[Any, np.ndarray]],
        transition: Callable[..., Transition] | None = None,
        objective: Callable[..., np.ndarray] | None = None,
        *,
        inputs: Mapping[str, str] | None = None,
        defaults: Mapping[str, Default] | None = None,
        options: Mapping[str, Any] | None = None,
        initial: Callable[[Inputs], Any] = empty_matrix,
        own_forms: Mapping[str, StateForm] | None = None,
        standard: tuple[str, ...] = ("q", "k", "v"),
    ) -> None:
        super().__init__(step, inputs, defaults, options, standard=standard)
        self.step, self.transition, self.objective = step, transition, objective
        self.initial, self.own_forms = initial, dict(own_forms or {})

    @property
    def forms(self) -> tuple[str, ...]:
        """Names of the forms this rule runs in; the first is its definition."""
        return (*(STATE_FORMS if self.transition else ("recurrent",)), *self.own_forms)

    def __call__(
        self,
        *args: Any,
        state: Any = None,
        form: str | None = None,
        chunk: int = 64,
        scale: Any = None,
        states: bool = False,
        **given: Any,
    ) -> Result | Trace:
        """Run the memory over a sequence; `help` of the rule has the equation and shapes."""
        form, chunk = self.choose_form(form), self.check_chunk(chunk)
        x = self.bind(args, given, state, scale)
        S, x = bind_state(self.name, state, self.initial(x), x)
        run = self.own_forms.get(form) or STATE_FORMS[form]
        out, S, after = run(self, x, S, chunk, states)
        return Trace(out, S, after) if states else Result(out, S)


class CacheRule(Rule):
    """A memory that keeps everything.

    attend      attend(past, **inputs) -> past, out: the definition, all scores at once
    lookup      lookup(**inputs) -> Lookup: what its other forms run on
    """

    def __init__(
        self,
        attend: Callable[..., tuple[Any, np.ndarray]],
        lookup: Callable[..., Lookup],
        *,
        inputs: Mapping[str, str] | None = None,
        defaults: Mapping[str, Default] | None = None,
        options: Mapping[str, Any] | None = None,
        scaled: tuple[str, ...] = ("q",),
    ) -> None:
        super().__init__(attend, inputs, defaults, options, scaled, one_over_root_of_keys)
        self.attend, self.lookup = attend, lookup

    @property
    def forms(self) -> tuple[str, ...]:
        """Names of the forms this rule runs in; the first is its definition."""
        return tuple(CACHE_FORMS)

    def __call__(
        self,
        *args: Any,
        state: Any = None,
        form: str | None = None,
        chunk: int = 64,
        scale: Any = None,
        states: bool = False,
        **given: Any,
    ) -> Result | Trace:
        """Run the memory over a sequence; `help` of the rule has the equation and shapes."""
        form, chunk = self.choose_form(form), self.check_chunk(chunk)
        x = self.bind(args, given, state, scale)
        seen = state.key.shape[-2] if isinstance(state, Cache) else 0
        past, x = bind_state(self.name, state, blank_cache(x, seen), x)
        out, past, after = CACHE_FORMS[form](self, x, past, chunk, states)
        return Trace(out, past, after) if states else Result(out, past)
