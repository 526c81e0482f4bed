"""A NumPy function on pairs: it runs on arrays of objects, as NumPy has them.

Indexing, reshaping and in-place updates are NumPy's own. What objects do not have (exp, maxima) is
caught here. Arrays that the function makes itself, by `np.zeros` and its like, hold objects while
it runs.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path
from types import TracebackType
from typing import Any
from unittest import mock

import numpy as np

from refmem.algebra.modular import UndefinedError
from refmem.algebra.pairs import lifted
from refmem.oracle.proof.notes import Notes, UnsupportedError, here, is_users

MAKERS = ("zeros", "ones", "empty", "full", "eye", "zeros_like", "ones_like", "full_like")

_notes: ContextVar[Notes] = ContextVar("notes")


class Recorded(np.ndarray):
    """An array of pairs, with whole numbers beside them."""

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *args: Any, **kwargs: Any) -> Any:
        _notes.get().step()
        name = ufunc.__name__
        plain = [_plain(x) for x in args]
        for x in plain:
            if isinstance(x, float | np.floating):
                _notes.get().constant(float(x))
        out = tuple(_plain(x) for x in kwargs.pop("out", ()))
        if name in ORDER:
            raise UnsupportedError(f"np.{name} of numbers, {here()}")
        if name in GUESSED:
            _notes.get().unknown.setdefault(f"np.{name}", here())
        if name in ENTRIES:
            found = _of_entries(ENTRIES[name], method, plain, kwargs)
        else:
            kwargs.pop("dtype", None)
            found = getattr(ufunc, method)(*plain, **kwargs)
        if out:
            out[0][...] = found
            return args[0] if out[0] is plain[0] else out[0].view(Recorded)
        return recorded(found)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if function is np.einsum:  # it has no loops over objects that are views of a subclass
            return recorded(np.einsum(*map(_plain, args), **kwargs | {"optimize": False}))
        return recorded(super().__array_function__(function, types, args, kwargs))

    def astype(self, dtype: Any, *args: Any, **kwargs: Any) -> Any:
        """A cast to other floats is noted, not made; one to whole numbers says nothing."""
        if np.dtype(dtype).kind not in "fO":
            raise UnsupportedError(f"a number made a whole one, {here()}")
        _note_cast(dtype)
        return self.copy()


def recorded(x: Any) -> Any:
    """An array of objects as one that records; masks and counts as they are."""
    return x.view(Recorded) if isinstance(x, np.ndarray) and x.dtype == object else x


def _plain(x: Any) -> Any:
    return x.view(np.ndarray) if isinstance(x, Recorded) else x


def _note_cast(dtype: Any) -> None:
    if np.dtype(dtype).kind == "f" and np.dtype(dtype).itemsize < 4:
        _notes.get().casts.setdefault(np.dtype(dtype).name, here())


def _of_entries(one: Any, method: str, plain: list[Any], kwargs: dict[str, Any]) -> Any:
    count = 2 if one in (ENTRIES["maximum"], ENTRIES["minimum"]) else len(plain)
    function = np.frompyfunc(lambda *x: one(*map(lifted, x)), count, 1)
    if method == "__call__":
        return np.asarray(function(*plain), dtype=object)
    kwargs.pop("dtype", None)
    start = kwargs.pop("initial", None)
    found = getattr(function, method)(*plain, **kwargs)
    return found if start is None else function(found, start)


ENTRIES: dict[str, Callable[..., Any]] = {
    "exp": lambda x: x.exp(),
    "expm1": lambda x: x.exp() - 1,
    "exp2": lambda x: (x * float(np.log(2))).exp(),
    "log": lambda x: x.log(),
    "log1p": lambda x: (1 + x).log(),
    "log2": lambda x: x.log() * float(1 / np.log(2)),
    "sqrt": lambda x: x.sqrt(),
    "tanh": lambda x: x.tanh(),
    "sin": lambda x: x.function("sin"),
    "cos": lambda x: x.function("cos"),
    "abs": lambda x: x.absolute(),
    "absolute": lambda x: x.absolute(),
    "maximum": lambda x, y: x.maximum(y),
    "minimum": lambda x, y: -((-x).maximum(-y)),
    "logaddexp": lambda x, y: (x.exp() + y.exp()).log(),
    "isfinite": lambda x: x.factor != 0,
    "isnan": lambda x: False,
}
"""What becomes of an entry."""

GUESSED = ("maximum", "minimum", "sqrt", "sin", "cos", "abs", "absolute")
ORDER = ("less", "greater", "less_equal", "greater_equal", "sign", "floor", "ceil", "rint")


@contextlib.contextmanager
def _makers_of_objects() -> Iterator[None]:
    """While this holds, NumPy makes arrays of objects where it would make floats."""

    def of_objects(make: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(make)
        def call(*args: Any, **kwargs: Any) -> Any:
            made = make(*args, **kwargs)
            if made.dtype.kind == "f":
                _note_cast(made.dtype)
                _notes.get().constants_in(np.asarray(made, float))
                return made.astype(object).view(Recorded)
            return recorded(made)

        return call

    with contextlib.ExitStack() as stack:
        for name in MAKERS:
            stack.enter_context(mock.patch.object(np, name, of_objects(getattr(np, name))))
        yield


def run_numpy(
    function: Callable[..., Any], inputs: dict[str, Any], notes: Notes
) -> tuple[list[Any], dict[str, Any]]:
    """What a function returns, in order, as arrays of pairs, and the inputs as it left them."""
    arrays = {name: recorded(np.array(x)) for name, x in inputs.items()}
    before = _notes.set(notes)
    try:
        with _makers_of_objects():
            result = function(**arrays)
    except UndefinedError as error:
        notes.undefined.append(f"{error}, {_line_of(error.__traceback__)}")
        raise
    finally:
        _notes.reset(before)
    results = list(result) if isinstance(result, list | tuple) else [result]
    return [_plain(x) for x in results], {name: _plain(x) for name, x in arrays.items()}


def _line_of(trace: TracebackType | None) -> str:
    """The last of the user's lines in a traceback."""
    line = "nowhere"
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if is_users(name):
            line = f"{Path(name).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return line
