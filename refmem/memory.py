"""What a memory is: a rule for one token, and its place in the unified framework.

    StateRule   a finite state.            step(S, ...) -> S, out          defines it
                                           transition(...) -> Transition   places it
    CacheRule   the state is what was seen. attend(past, ...) -> past, out  defines it
                                           lookup(...) -> Lookup           places it
    StaticRule  keys and values are weights. read(...) -> out               defines it

All are to sequences what a ufunc is to arrays: call them; ask them for `.equation`, `.source`,
`.forms`, `.inputs`; `help` and `inspect.signature` work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from refmem.algebra import bind, recall, zeros
from refmem.cache import Cache, Lookup
from refmem.derivative.calls import Definition, Recording, Tangents
from refmem.heads import call_in_groups, jvp_in_groups, vjp_in_groups
from refmem.relay import Relay, run_relay
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
    finish   what is done to all o (..., T, V) at last, such as dividing by a normaliser, or None
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
    finish: Callable[[np.ndarray], np.ndarray] | None = None

    @classmethod
    def correcting(
        cls, read: np.ndarray, k: np.ndarray, v: np.ndarray, w: np.ndarray, **others: Any
    ) -> Transition:
        """The delta family: what `w` recalls is taken out of the value that `k` writes."""
        return cls(read=read, write=(k, v), erase=(-k, w), corrects=True, **others)

    def step(self, S: np.ndarray, t: int) -> tuple[np.ndarray, np.ndarray]:
        """Apply token t to a memory (..., K, V): the two lines above, for each of its steps."""
        for row in range(t * self.micro, (t + 1) * self.micro):
            S, out = self._apply(S, row)
        return S, self.finished(out)

    def _apply(self, S: np.ndarray, t: int) -> tuple[np.ndarray, np.ndarray]:
        k, v = self.write
        new = S
        if self.decay is not None:
            new = S * (self.decay[..., t, :, :] if self.columns else self.decay[..., t, :, None])
        if self.erase is not None:
            u, w = self.erase
            new = new + bind(u[..., t, :], recall(S, w[..., t, :]))
        new = new + bind(k[..., t, :], v[..., t, :])
        out = recall(S if self.before else new, self.read[..., t, :])
        return new, out if self.bonus is None else out + self.bonus[..., t, :]

    def finished(self, out: np.ndarray) -> np.ndarray:
        """What a form's reads (..., V) become as outputs."""
        return out if self.finish is None else self.finish(out)


StateForm = Callable[["StateRule", Inputs, Any, int, bool], tuple[np.ndarray, Any, Any]]
CacheForm = Callable[["CacheRule", Inputs, Any, int, bool], tuple[np.ndarray, Any, Any]]

STATE_FORMS: dict[str, StateForm] = {}
"""How a state rule runs over a sequence, the definition first; `refmem.forms` fills it."""

CACHE_FORMS: dict[str, CacheForm] = {}
"""How a cache rule runs over a sequence, the definition first; `refmem.forms` fills it."""

AdjointForm = Callable[["StateRule", Inputs, Any, int], Recording]

ADJOINT_FORMS: dict[str, AdjointForm] = {}
"""How a linear rule runs to be pulled back by its adjoint; `refmem.forms` fills it."""


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
    relay       the same for each of several memories in a row: see `refmem.relay`
    objective   objective(S, ...): what a write makes smaller
    inputs      axes of each input beyond q, k, v, such as {"beta": "T"}
    defaults    inputs that may be left out: functions of the others and the state, or None for
                those that the rule's functions then do not get
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
        defaults: Mapping[str, Default | None] | None = None,
        options: Mapping[str, Any] | None = None,
        initial: Callable[[Inputs], Any] = empty_matrix,
        relay: Relay | None = None,
        own_forms: Mapping[str, StateForm] | None = None,
        standard: tuple[str, ...] = ("q", "k", "v"),
    ) -> None:
        self.step, self.transition, self.objective = step, transition, objective
        self.initial, self.relay = initial, dict(relay or {})
        super().__init__(step, inputs, defaults, options, standard=standard, own_forms=own_forms)

    @property
    def forms(self) -> tuple[str, ...]:
        """Names of the forms this rule runs in; the first is its definition."""
        general = STATE_FORMS if self.transition or self.relay else ("recurrent",)
        return (*general, *self.own_forms)

    def __call__(
        self,
        *args: Any,
        state: Any = None,
        form: str | None = None,
        chunk: int | None = None,
        scale: Any = None,
        states: bool = False,
        **given: Any,
    ) -> Result | Trace:
        """Run the memory over a sequence; `help` of the rule has the equation and shapes."""
        form, chunk = self.choose_form(form), self.check_chunk(chunk)
        S, x = self.start(state, self.bind(args, given, state, scale))
        run = self.own_forms.get(form) or STATE_FORMS[form]
        if self.relay and form in STATE_FORMS and form != self.forms[0]:
            run = partial(run_relay, run)
        out, S, after = run(self, x, S, chunk, states)
        return Trace(out, S, after) if states else Result(out, S)

    def start(self, state: Any, x: Inputs) -> tuple[Any, Inputs]:
        """The memory before the first token, and the inputs with its leading axes."""
        return bind_state(self.name, state, self.initial(x), x)

    def unit(self, x: Inputs) -> int | None:
        """How many tokens the definition takes at a time."""
        return 1

    def advance(self, S: Any, x: Inputs) -> tuple[Any, np.ndarray]:
        """The definition, for one unit of tokens."""
        if x.like.dtype == object and not x.lead:
            # arithmetic on an object array of no axes would leave a bare number
            S, out = self.advance(each(lambda part: part[None], S), x.broadcast((1,)))
            return each(lambda part: part[0, ...], S), out[0, ...]
        S, out = self.step(S, **x.token(0))
        return S, out[..., None, :]

    def record(self, x: Inputs, S: Any, form: str | None, chunk: int) -> Recording:
        """Run on traced arrays so as to be pulled back: the definition, or a form's adjoint."""
        if form is None or x.T == 0 or form not in ADJOINT_FORMS or self.transition is None:
            return Definition(self, x, S, self.unit(x), chunk)
        return ADJOINT_FORMS[form](self, x, S, chunk)


class CacheRule(Rule):
    """A memory that keeps everything.

    attend         attend(past, **inputs) -> past, out: the definition, all scores at once
    lookup         lookup(**inputs) -> Lookup: what its other forms run on
    inputs, defaults, options   as for a StateRule
    scaled         inputs that `scale` multiplies, and what it is unless given
    queries        inputs of query heads, of which there may be more than key heads
    """

    default_chunk = 128

    def __init__(
        self,
        attend: Callable[..., tuple[Any, np.ndarray]],
        lookup: Callable[..., Lookup],
        *,
        inputs: Mapping[str, str] | None = None,
        defaults: Mapping[str, Default | None] | None = None,
        options: Mapping[str, Any] | None = None,
        scaled: tuple[str, ...] = ("q",),
        scale_default: Callable[[str, Inputs], Any] | None = one_over_root_of_keys,
        queries: tuple[str, ...] = ("q",),
    ) -> None:
        super().__init__(attend, inputs, defaults, options, scaled, scale_default)
        self.attend, self.lookup, self.queries = attend, lookup, queries

    @property
    def forms(self) -> tuple[str, ...]:
        """Names of the forms this rule runs in; the first is its definition."""
        return tuple(CACHE_FORMS)

    @property
    def arguments(self) -> dict[str, Any]:
        """What every call takes by name, with defaults."""
        return super().arguments | {"heads": None}

    def __call__(
        self,
        *args: Any,
        state: Any = None,
        form: str | None = None,
        chunk: int | None = None,
        scale: Any = None,
        states: bool = False,
        heads: str | None = None,
        **given: Any,
    ) -> Result | Trace:
        """Run the memory over a sequence; `help` of the rule has the equation and shapes.

        `heads`, "repeat" or "tile", lets query heads share key heads: see `refmem.heads`.
        """
        if heads is not None:
            call = {"form": form, "chunk": chunk, "scale": scale, "states": states}
            return call_in_groups(self, heads, args, given, state, **call)
        form, chunk = self.choose_form(form), self.check_chunk(chunk)
        past, x = self.start(state, self.bind(args, given, state, scale))
        out, past, after = CACHE_FORMS[form](self, x, past, chunk, states)
        return Trace(out, past, after) if states else Result(out, past)

    def vjp(self, *args: Any, heads: str | None = None, **given: Any) -> Any:
        """As for every rule; with `heads`, of query heads that share key heads."""
        if heads is None:
            return super().vjp(*args, **given)
        return vjp_in_groups(self, heads, args, given)

    def jvp(self, *args: Any, heads: str | None = None, **given: Any) -> Tangents:
        """As for every rule; with `heads`, of query heads that share key heads."""
        if heads is None:
            return super().jvp(*args, **given)
        return jvp_in_groups(self, heads, args, given)

    def start(self, state: Any, x: Inputs) -> tuple[Any, Inputs]:
        """The cache before the first token, and the inputs with its leading axes."""
        seen = state.key.shape[-2] if isinstance(state, Cache) else 0
        return bind_state(self.name, state, blank_cache(x, seen), x)

    def unit(self, x: Inputs) -> int | None:
        """How many tokens the definition takes at a time: all."""
        return max(x.T, 1)

    def advance(self, past: Any, x: Inputs) -> tuple[Any, np.ndarray]:
        """The definition, for one unit of tokens."""
        return self.attend(past, **x.arguments)

    def record(self, x: Inputs, past: Any, form: str | None, chunk: int) -> Recording:
        """Run on traced arrays so as to be pulled back: all at once, by one token, or in chunks."""
        units = {"recurrent": 1, "chunked": chunk}
        return Definition(self, x, past, units.get(form or "", self.unit(x)), every=chunk)


class StaticRule(Rule):
    """A memory whose keys and values are weights: reading changes nothing, so its state is None.

    read        read(**inputs) -> out: the definition
    energy      energy(**inputs): what every step of the read makes smaller, where there is one
    inputs      axes of every input, in the order of a call
    defaults, options   as for a StateRule
    own_forms   other ways to the same read, by name
    """

    stateful = False

    def __init__(
        self,
        read: Callable[..., np.ndarray],
        energy: Callable[..., np.ndarray] | None = None,
        *,
        inputs: Mapping[str, str],
        defaults: Mapping[str, Default | None] | None = None,
        options: Mapping[str, Any] | None = None,
        own_forms: Mapping[str, Callable[..., np.ndarray]] | None = None,
    ) -> None:
        super().__init__(
            read, inputs, defaults, options, scaled=(), standard=(), own_forms=own_forms
        )
        self.read, self.energy = read, energy

    @property
    def forms(self) -> tuple[str, ...]:
        """Names of the forms this rule runs in; the first is its definition."""
        return ("read", *self.own_forms)

    def __call__(
        self,
        *args: Any,
        state: None = None,
        form: str | None = None,
        chunk: int | None = None,
        scale: None = None,
        states: bool = False,
        **given: Any,
    ) -> Result | Trace:
        """Read the memory for every token; `state` and `scale` are there for uniformity: None."""
        read = self.own_forms.get(self.choose_form(form)) or self.read
        self.check_chunk(chunk)
        for name, value in (("state", state), ("scale", scale)):
            if value is not None:
                raise TypeError(
                    f"{self.name}: {name} has a value, expected none, because this memory is made "
                    "of weights"
                )
        x = self.bind(args, given, None, None)
        out = read(**x.arguments)
        return Trace(out, None, [None] * x.T) if states else Result(out, None)

    def start(self, state: Any, x: Inputs) -> tuple[None, Inputs]:
        """No memory changes, so there is none to start from."""
        return None, x

    def unit(self, x: Inputs) -> int | None:
        """How many tokens the definition takes at a time: all."""
        return None

    def advance(self, state: None, x: Inputs) -> tuple[None, np.ndarray]:
        """The definition."""
        return None, self.read(**x.arguments)

    def record(self, x: Inputs, state: None, form: str | None, chunk: int) -> Recording:
        """Run on traced arrays so as to be pulled back."""
        return Definition(self, x, state, self.unit(x), every=1)
