"""What every rule has: a name, a specification, named inputs, and checks before any arithmetic."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypedDict, Unpack

import numpy as np

from refmem.algebra import ones, scaled, sqrt
from refmem.algebra.numbers import UnsupportedNumberError
from refmem.derivative.recording import Recording
from refmem.derivative.tape import values
from refmem.forms.form import Form
from refmem.functions.activations import Activation, find_activation
from refmem.functions.features import FeatureMap, find_features
from refmem.functions.kernels import Kernel, find_kernel
from refmem.grammar import binding as signature
from refmem.grammar.docstring import Specification, clean, parse
from refmem.grammar.inputs import Default, Inputs
from refmem.grammar.kinds import STANDARD, Input, as_input
from refmem.grammar.ranges import as_option, check_option, check_range
from refmem.memory.gradients import Tangents, jvp, vjp
from refmem.memory.help import describe_call
from refmem.memory.naming import OWN, home_of, named
from refmem.memory.result import Result, Trace
from refmem.support.wording import nearest_name


def one_over_root_of_keys(rule: str, x: Inputs) -> Any:
    """The scale of the softmax family: 1 / sqrt(K), in the numbers of the call, if it has any."""
    if not x.like.size:
        return None
    try:
        return (1 / sqrt(ones((1,), x.like) * x.K))[0]
    except UnsupportedNumberError:
        raise TypeError(
            f"{rule}: scale has no value, expected one, because its default 1/sqrt(K) is not a "
            "number of this kind; pass scale=1"
        ) from None


class Facts(TypedDict, total=False):
    """What a rule says of itself: what it is called, and what laws and the oracle should know.

    name      its name, where that is not its file's: the one of the variable that holds it
    doc       its specification, where that is no docstring: of its file, or if it has a name of
              its own, of its definition
    uses      what it needs beyond + - *: of "/", "sqrt", "exp" (or log) and "order", whatever its
              kernels and activations are. Number systems without it are not asked
    exempt    law, or law.form -> why it does not hold
    unasked   regime of cases -> why it shows nothing, or takes too long
    harmless  mutant of the oracle -> why it changes nothing, so that no case can find it
    """

    name: str
    doc: str
    uses: tuple[str, ...]
    exempt: Mapping[str, str]
    unasked: Mapping[str, str]
    harmless: Mapping[str, str]


class Rule:
    """A memory rule: callable, documented, and able to say what it is.

    Summary, equation and source are read from a docstring, so what is printed is what is written
    there: the file's, which also names the rule; or the definition's, of a rule that says its
    name. `help` adds how it is called, which depends on its forms: a subclass says what those
    follow from before it calls `__init__`.
    """

    __name__: str
    record: Callable[..., Recording]
    runner: Callable[[str], Form]
    start: Callable[[Any, Inputs], tuple[Any, Inputs]]
    own_forms: Mapping[str, Callable[..., Any]]
    stateful = True
    default_chunk = 32
    """Tokens a chunk unless a call says otherwise: for NumPy 32 and 64 are about equally fast."""

    def __init__(
        self,
        definition: Callable[..., Any],
        inputs: Mapping[str, Input | str] | None,
        defaults: Mapping[str, Default | None] | None,
        options: Mapping[str, Any] | None,
        scaled: tuple[str, ...] = ("q",),
        scale_default: Callable[[str, Inputs], Any] | None = None,
        standard: tuple[str, ...] = ("q", "k", "v"),
        own_forms: Mapping[str, Callable[..., Any]] | None = None,
        **facts: Unpack[Facts],
    ) -> None:
        called = named(definition, facts.get("name"), facts.get("doc"))
        self.name, self.__module__, self._written = called
        self.__name__ = self.__qualname__ = self.name
        said = {name: STANDARD[name] for name in standard}
        said |= {name: as_input(one) for name, one in (inputs or {}).items()}
        self.inputs = {name: one.axes for name, one in said.items()}
        self.kinds = {name: one.kind for name, one in said.items()}
        self.near = {name: one.like for name, one in said.items() if one.like}
        self.choices = {name: as_option(one) for name, one in (options or {}).items()}
        self.options = {name: one.default for name, one in self.choices.items()}
        self.defaults = dict(defaults or {})
        self.uses = frozenset(facts.get("uses", ()))
        self.exempt, self.unasked = facts.get("exempt", {}), facts.get("unasked", {})
        self.harmless = facts.get("harmless", {})
        self.scaled = tuple(name for name in scaled if name in self.inputs)
        self.scale_default = scale_default
        self.own_forms = dict(own_forms or {})
        self.__signature__ = self._signature()
        self.__doc__ = f"{clean(self._written)}\n\n{describe_call(self)}\n"

    @property
    def specification(self) -> Specification:
        """The parts of the docstring: summary, equation, table, objective, source, proof."""
        return parse(self._written)

    @property
    def home(self) -> str:
        """What stands before its name: refmem, or the module that makes it."""
        return home_of(self.__module__)

    @property
    def path(self) -> str:
        """What finds it again: its name, or `module:name` if it is not refmem's own."""
        return self.name if self.home == OWN else f"{self.home}:{self.name}"

    @property
    def summary(self) -> str:
        """What the rule does, in one sentence."""
        return self.specification.summary

    @property
    def equation(self) -> str:
        """The write and the read, as in the docstring."""
        return self.specification.equation

    @property
    def source(self) -> str:
        """Where the rule was published."""
        return self.specification.source

    @property
    def forms(self) -> tuple[str, ...]:
        """Names of the forms this rule runs in; the first is its definition."""
        return ()

    @property
    def arguments(self) -> dict[str, Any]:
        """What every call takes by name, with defaults."""
        return {"state": None, "form": None, "chunk": None, "scale": None, "states": False}

    @property
    def argument_order(self) -> tuple[str, ...]:
        """Inputs in the order of a call: those that may be left out come last."""
        return tuple(sorted(self.inputs, key=lambda name: name in self.defaults))

    def __repr__(self) -> str:
        return f"<{self.home}.{self.name}{self.__signature__}>"

    def __reduce__(self) -> str:
        """Pickled by its name: whoever unpickles it imports the module that makes it."""
        return self.name

    def __copy__(self) -> Rule:
        """Another rule that says the same: it may be changed, and is not found by the name."""
        other = object.__new__(type(self))
        vars(other).update(vars(self))
        return other

    def _signature(self) -> inspect.Signature:
        parameters = [
            inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD)
            if name not in self.defaults
            else inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None)
            for name in self.argument_order
        ]
        for name, default in (self.options | self.arguments).items():
            only = inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default)
            parameters.append(only)
        return inspect.Signature(parameters)

    def __call__(
        self,
        *args: Any,
        state: Any = None,
        form: Any = None,
        chunk: Any = None,
        scale: Any = None,
        states: Any = False,
        **given: Any,
    ) -> Any:
        """Run the memory over a sequence; `help` of the rule has the equation and shapes."""
        run, chunk = self.runner(self.choose_form(form)), self.check_chunk(chunk)
        S, x = self.start(state, self.bind(args, given, state, scale))
        out, S, after = run(self, x, S, chunk, states)
        return Trace(out, S, after) if states else Result(out, S)

    def bind(
        self,
        args: tuple[Any, ...],
        given: dict[str, Any],
        state: Any,
        scale: Any,
        watch: Callable[[str, Any], Any] = lambda name, array: array,
    ) -> Inputs:
        """Check and broadcast the inputs of a call; nothing is computed before all are right.

        What is computed is made of what `watch` makes of each array, default and the scale.
        """
        options = {n: _option(given.pop(n, d), d) for n, d in self.options.items()}
        names = self.argument_order
        for name, option in self.choices.items():
            check_option(self.name, name, options[name], option)
        keywords = (*self.options, *self.arguments)
        bound = signature.bind_names(self.name, names, args, given, keywords)
        for name in names:
            if name not in bound and name not in self.defaults:
                axes = ", ".join(["...", *self.inputs[name].split()])
                raise TypeError(
                    f"{self.name}: {name} has no value, expected an array ({axes}), because "
                    f"the rule is a function of {', '.join(names)}"
                )
        arrays = signature.as_arrays(self.name, {n: bound[n] for n in names if n in bound})
        arrays = {name: watch(name, array) for name, array in arrays.items()}
        x = signature.bind_shapes(self.name, arrays, self.inputs, options)
        for name, default in self.defaults.items():
            if name not in arrays and default is not None:
                x = x.replace(**{name: watch(name, default(x, state))}).broadcast(x.lead)
        self.check_ranges(values(x.arrays))
        return self._scaled(x, scale, watch)

    def check_ranges(self, arrays: dict[str, np.ndarray]) -> None:
        """Raise ValueError where an input has values that its meaning excludes."""
        for name, array in arrays.items():
            check_range(self.name, name, self.kinds[name], array)

    def _scaled(self, x: Inputs, scale: Any, watch: Callable[[str, Any], Any]) -> Inputs:
        if scale is None and self.scale_default is not None:
            scale = self.scale_default(self.name, x)
        if scale is None:
            return x
        if not self.scaled:
            raise TypeError(
                f"{self.name}: scale has value {scale!r}, expected none, because its specification "
                "has no scale"
            )
        scale = watch("scale", signature.check_scale(self.name, scale, x.like))
        given = [name for name in self.scaled if name in x.arrays]
        return x.replace(**{name: scaled(x.arrays[name], scale) for name in given})

    def vjp(
        self,
        *args: Any,
        state: Any = None,
        dout: Any = None,
        dstate: Any = None,
        form: str | None = None,
        chunk: int | None = None,
        scale: Any = None,
        **given: Any,
    ) -> Any:
        """Gradients of <dout, out> + <dstate, last state>, by everything the call is a function of.

        grads.q, grads.k, ...  as the inputs were given: summed over axes that were broadcast. An
                               input left out has one if it is made in its own right; if it is made
                               from others its gradient is None, and flows into theirs
        grads.log_alpha        alpha * grads.alpha, where the rule takes alpha
        grads.scale            by the scale, the default or 1 if it was not given
        grads.state            by the memory before the first token

        `form` None differentiates the definition with the tape. In any other form, a rule that is
        linear in its state runs its adjoint, and a relay the adjoint of each of its memories, the
        last one first. A rule that keeps everything is taped in every form: one token at a time
        ("recurrent"), a chunk ("chunked"), or all of them. `chunk` is how many tokens run from one
        kept memory, about sqrt(T) unless given.
        """
        record = self.recorder(form, chunk)
        return vjp(self, args, given, state, scale, dout, dstate, record)

    def recorder(self, form: str | None, chunk: int | None) -> Callable[[Inputs, Any], Recording]:
        """How `vjp` runs the memory in a form, so as to pull derivatives back."""
        form = None if form is None else self.choose_form(form)
        if form in self.own_forms:
            raise ValueError(
                f"{self.name}: form has value {form!r}, expected none or one of the general ones, "
                "because a form that only this rule has is not differentiated"
            )

        def record(x: Inputs, S: Any) -> Recording:
            every = round(x.sizes.get("T", 1) ** 0.5) if chunk is None else self.check_chunk(chunk)
            return self.record(x, S, form, max(every, 1))

        return record

    def jvp(self, *args: Any, state: Any = None, scale: Any = None, **given: Any) -> Tangents:
        """The memory and beside it its tangent: how out and state change as the inputs change.

        The changes are dq, dk, ..., dscale and dstate, of the shapes of what they change; what is
        left out does not change. Returns out, state, dout, dstate.
        """
        return jvp(self, args, given, state, scale)

    def choose_form(self, form: str | None) -> str:
        """The form's name, checked; None is the definition."""
        if form is None:
            return self.forms[0]
        if form not in self.forms:
            raise ValueError(
                f"{self.name}: form has value {form!r}, expected one of {', '.join(self.forms)}, "
                f"because these exist{nearest_name(str(form), self.forms)}"
            )
        return form

    def check_chunk(self, chunk: Any) -> int:
        """The chunk length: a whole number of tokens, at least one; None is the rule's default."""
        if chunk is None:
            return self.default_chunk
        if not isinstance(chunk, int | np.integer) or isinstance(chunk, bool) or chunk < 1:
            raise ValueError(
                f"{self.name}: chunk has value {chunk!r}, expected a whole number of at least 1, "
                "because it counts tokens"
            )
        return int(chunk)


def _option(value: Any, default: Any) -> Any:
    """An option whose default is an activation, a kernel or a feature map may be given by name; a
    number of NumPy is one of Python, which takes the dtype of whatever it meets."""
    if isinstance(value, np.number):
        return value.item()
    if isinstance(default, Activation):
        return find_activation(value)
    if isinstance(default, FeatureMap):
        return find_features(value)
    return find_kernel(value) if isinstance(default, Kernel) else value
