"""What every rule has: a name, a specification, named inputs, and checks before any arithmetic."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from refmem import signature
from refmem.algebra import ones, sqrt
from refmem.kernels import Kernel, find_kernel
from refmem.numbers import UnsupportedNumberError
from refmem.signature import Default, Inputs
from refmem.specification import Specification, parse


def one_over_root_of_keys(rule: str, x: Inputs) -> Any:
    """The scale of the softmax family: 1 / sqrt(K), in the numbers of the call."""
    try:
        return (1 / sqrt(ones((1,), x.like) * x.K))[0]
    except UnsupportedNumberError:
        raise TypeError(
            f"{rule}: scale has no value, expected one, because its default 1/sqrt(K) is not a "
            "number of this kind; pass scale=1"
        ) from None


class Rule:
    """A memory rule: callable, documented, and able to say what it is.

    The name is that of the rule's file; summary, equation and source are read from the file's
    docstring, so what is printed is what is written there.
    """

    __name__: str

    def __init__(
        self,
        definition: Callable[..., Any],
        inputs: Mapping[str, str] | None,
        defaults: Mapping[str, Default] | None,
        options: Mapping[str, Any] | None,
        scaled: tuple[str, ...] = ("q",),
        scale_default: Callable[[str, Inputs], Any] | None = None,
        standard: tuple[str, ...] = ("q", "k", "v"),
    ) -> None:
        module = definition.__module__
        self.name = module.rpartition(".")[2]
        self.__name__ = self.__qualname__ = self.name
        self.__module__ = module
        self.__doc__ = sys.modules[module].__doc__
        self.inputs = {name: signature.SHAPES[name] for name in standard} | dict(inputs or {})
        self.defaults, self.options = dict(defaults or {}), dict(options or {})
        self.scaled = tuple(name for name in scaled if name in self.inputs)
        self.scale_default = scale_default
        self.__signature__ = self._signature()

    @property
    def specification(self) -> Specification:
        """The parts of the docstring: summary, equation, table, objective, source, proof."""
        return parse(self.__doc__ or "")

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
    def argument_order(self) -> tuple[str, ...]:
        """Inputs in the order of a call: those that may be left out come last."""
        return tuple(sorted(self.inputs, key=lambda name: name in self.defaults))

    def __repr__(self) -> str:
        return f"<refmem.{self.name}{self.__signature__}>"

    def _signature(self) -> inspect.Signature:
        parameters = [
            inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD)
            if name not in self.defaults
            else inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None)
            for name in self.argument_order
        ]
        shared = {"state": None, "form": None, "chunk": 64, "scale": None, "states": False}
        for name, default in (self.options | shared).items():
            only = inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default)
            parameters.append(only)
        return inspect.Signature(parameters)

    def bind(self, args: tuple[Any, ...], given: dict[str, Any], state: Any, scale: Any) -> Inputs:
        """Check and broadcast the inputs of a call; nothing is computed before all are right."""
        options = {n: _option(given.pop(n, d), d) for n, d in self.options.items()}
        names = self.argument_order
        bound = signature.bind_names(self.name, names, args, given)
        for name in names:
            if name not in bound and name not in self.defaults:
                axes = ", ".join(["...", *self.inputs[name].split()])
                raise TypeError(
                    f"{self.name}: {name} has no value, expected an array ({axes}), because "
                    f"the rule is a function of {', '.join(names)}"
                )
        arrays = signature.as_arrays(self.name, {n: bound[n] for n in names if n in bound})
        x = signature.bind_shapes(self.name, arrays, self.inputs, options)
        for name, default in self.defaults.items():
            if name not in arrays:
                x = x.replace(**{name: default(x, state)}).broadcast(x.lead)
        for name in self.inputs:
            signature.check_range(self.name, name, x.arrays[name])
        return self._scaled(x, scale)

    def _scaled(self, x: Inputs, scale: Any) -> Inputs:
        if scale is None and self.scale_default is not None:
            scale = self.scale_default(self.name, x)
        if scale is None:
            return x
        if x.like.dtype != object:
            scale = x.like.dtype.type(scale)
        return x.replace(**{name: x.arrays[name] * scale for name in self.scaled})

    def choose_form(self, form: str | None) -> str:
        """The form's name, checked; None is the definition."""
        if form is None:
            return self.forms[0]
        if form not in self.forms:
            raise ValueError(
                f"{self.name}: form has value {form!r}, expected one of {', '.join(self.forms)}, "
                f"because these exist{signature.nearest_name(str(form), self.forms)}"
            )
        return form

    def check_chunk(self, chunk: Any) -> int:
        """The chunk length: a whole number of tokens, at least one."""
        if not isinstance(chunk, int | np.integer) or isinstance(chunk, bool) or chunk < 1:
            raise ValueError(
                f"{self.name}: chunk has value {chunk!r}, expected a whole number of at least 1, "
                "because it counts tokens"
            )
        return int(chunk)


def _option(value: Any, default: Any) -> Any:
    """An option whose default is a kernel may be given by the kernel's name."""
    return find_kernel(value) if isinstance(default, Kernel) else value
