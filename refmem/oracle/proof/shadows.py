"""A torch function on residues: it runs, and beside every tensor of numbers runs its shadow.

torch reports every operation to a dispatch mode, below autograd, so loops are unrolled, in-place
updates and views are what they are, and a backward pass, of a `torch.autograd.Function` too, is
seen operation by operation. Whole numbers and masks are taken from the run itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refmem.oracle.border.arrays import as_numpy
from refmem.oracle.proof import residues
from refmem.oracle.proof.aten.table import TABLE
from refmem.oracle.proof.notes import NotAlgebraicError, Notes, UnsupportedError, here
from refmem.oracle.proof.residues import is_residues, lift
from refmem.support.extras import optional

GUESSED = {
    "amax", "max", "maximum", "minimum", "amin", "relu", "clamp", "clamp_min", "clamp_max", "abs",
    "_softmax", "logsumexp", "lt", "gt", "le", "ge", "eq", "ne", "erf", "sin", "cos", "sqrt",
    "rsqrt", "gelu", "linalg_vector_norm", "logaddexp", "threshold_backward",
}  # fmt: skip
"""Operations that give unknown functions or maxima."""


class Shadows:
    """The shadows of a run; `mode` is torch's dispatch mode that keeps them."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.arrays: dict[int, np.ndarray] = {}
        self.kept: list[Any] = []
        self.torch = optional("torch")

    def of(self, x: Any) -> Any:
        """The shadow of a tensor, what it holds if it has none, or x itself."""
        if isinstance(x, list | tuple):
            return type(x)(self.of(one) for one in x)
        if not isinstance(x, self.torch.Tensor):
            return x
        if id(x) in self.arrays:
            return self.arrays[id(x)]
        if not x.is_floating_point():
            return as_numpy(x)
        held = as_numpy(x.detach()).astype(np.float64)
        self.notes.constants_in(held)
        return self.give(x, lift(held))

    def give(self, tensor: Any, shadow: Any) -> Any:
        """Note a shadow; the tensor is kept, so that no other has its id."""
        self.arrays[id(tensor)] = shadow
        self.kept.append(tensor)
        return shadow

    def step(self, function: Any, args: Any, kwargs: Any, result: Any) -> None:
        """One operation that ran."""
        name, place = _name(function), here()
        self.notes.step()
        tensors = [x for x in _flat(result) if isinstance(x, self.torch.Tensor)]
        given = [x for x in _flat((args, kwargs)) if isinstance(x, self.torch.Tensor)]
        numbers = [x for x in given if x.is_floating_point() or id(x) in self.arrays]
        in_place = name.endswith("_") and not name.startswith("_")
        if name == "_local_scalar_dense":
            self._read(numbers, place)
        if "empty" in name and name != "new_empty_strided":
            for x in tensors:
                self.give(x, _unwritten(tuple(x.shape)))
            return
        if not tensors or not numbers or name.endswith("_like") or name in CONSTANTS:
            for x in tensors:
                self.of(x)
            return
        self._note(name, args, kwargs, given, tensors, place)
        self._run(name, self.of(list(args)), self.of_named(kwargs), result, in_place, place)

    def of_named(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Keyword arguments, shadows in place of tensors."""
        skipped = ("device", "layout", "pin_memory", "requires_grad", "non_blocking", "generator")
        return {name: self.of(x) for name, x in kwargs.items() if name not in skipped}

    def _read(self, numbers: list[Any], place: str) -> None:
        if any(is_residues(self.of(x)) for x in numbers):
            raise UnsupportedError(f"a branch that depends on a number, {place}")

    def _run(
        self, name: str, args: list[Any], kwargs: Any, result: Any, in_place: bool, place: str
    ) -> None:
        base = name.rstrip("_") if in_place else name
        if base in ("copy", "fill", "zero"):
            found: Any = 0 if base == "zero" else args[1]
        else:
            found = self._handled(base, args, kwargs, place)
        if in_place:
            target = args[0]
            if not is_residues(target) and is_residues(np.asarray(found)):
                raise UnsupportedError(f"aten.{name} writes numbers into whole ones, {place}")
            target[...] = lift(found) if is_residues(target) else found
            self._check(base, args, [target], place)
            self.give(result, target)
            return
        parts = found if isinstance(found, list | tuple) else [found]
        for tensor, part in zip(_flat(result), parts, strict=False):
            if isinstance(tensor, self.torch.Tensor):
                self.give(tensor, np.asarray(part))
        self._check(base, args, parts, place)

    def _handled(self, base: str, args: list[Any], kwargs: Any, place: str) -> Any:
        handler = TABLE.get(base)
        if handler is None:
            raise UnsupportedError(f"aten.{base} has no rule here, {place}")
        try:
            return handler(*args, **kwargs)
        except NotAlgebraicError as error:
            raise UnsupportedError(f"aten.{base} is {error}, {place}") from error
        except (TypeError, ValueError, IndexError) as error:
            raise UnsupportedError(f"aten.{base}: {error}, {place}") from error

    def _check(self, name: str, args: list[Any], parts: Any, place: str) -> None:
        """Note an operation that makes of numbers what is none."""
        new = [x for x in parts if isinstance(x, np.ndarray) and is_residues(x)]
        if any((x["kind"] == residues.NAN).any() for x in new):
            old = [x for x in _flat(args) if isinstance(x, np.ndarray) and is_residues(x)]
            if not any((x["kind"] == residues.NAN).any() for x in old):
                self.notes.undefined.append(f"aten.{name}, {place}")

    def _note(
        self, name: str, args: Any, kwargs: Any, given: list[Any], tensors: list[Any], place: str
    ) -> None:
        for x in _flat((args, kwargs)):
            self.notes.constant(x)
        if name.rstrip("_") in GUESSED:
            self.notes.unknown.setdefault(f"aten.{name}", place)
        if name == "_to_copy" and tensors[0].is_floating_point():
            was, now = (x.dtype for x in (given[0], tensors[0]))
            if was.is_floating_point and now.itemsize < was.itemsize:
                self.notes.casts.setdefault(str(now).removeprefix("torch."), place)


def _unwritten(shape: tuple[int, ...]) -> np.ndarray:
    """Memory that nothing was written to: what is read there is not a number."""
    out = residues.zeros(shape)
    out["kind"] = residues.NAN
    return out


CONSTANTS = ("new_zeros", "new_ones", "new_full")
"""Operations whose results do not depend on the numbers that they are given."""


def run_torch(
    function: Callable[..., Any], inputs: dict[str, Any], tensors: dict[str, Any], notes: Notes
) -> tuple[list[Any], dict[str, Any]]:
    """What a function returns as residues, in order, and the inputs as it left them.

    inputs   residues, or plain whole numbers
    tensors  the arguments it is called with
    """
    torch = optional("torch")
    shadows = Shadows(notes)
    for name, x in inputs.items():
        if is_residues(x):
            shadows.give(tensors[name], np.array(x))
    mode = _mode(shadows)
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH), mode:
        result = function(**tensors)
    after = {name: shadows.of(tensors[name]) for name in inputs}
    return [shadows.of(x) for x in _results(result)], after


def gradients_by_torch(
    parts: Callable[..., dict[str, Any]],
    inputs: dict[str, Any],
    tensors: dict[str, Any],
    along: dict[str, Any],
    notes: Notes,
) -> dict[str, np.ndarray]:
    """Name -> gradient of what `parts` gives, along cotangents, as the traced backward has it."""
    torch = optional("torch")
    shadows = Shadows(notes)
    wanted = {n: x.requires_grad_() for n, x in tensors.items() if x.is_floating_point()}
    for name, x in inputs.items():
        if is_residues(x):
            shadows.give((tensors | along)[name], np.array(x))
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH), _mode(shadows):
        found = parts(**tensors)
        outputs = [found[name] for name in along]
        grads = torch.autograd.grad(
            outputs,
            list(wanted.values()),
            [x.to(y.dtype) for x, y in zip(along.values(), outputs, strict=True)],
            allow_unused=True,
        )
    return {
        name: residues.zeros(tuple(tensors[name].shape)) if grad is None else shadows.of(grad)
        for name, grad in zip(wanted, grads, strict=True)
    }


def _results(result: Any) -> list[Any]:
    return list(result) if isinstance(result, list | tuple) else [result]


def _mode(shadows: Shadows) -> Any:
    python_dispatch = optional("torch.utils._python_dispatch")

    class Mode(python_dispatch.TorchDispatchMode):  # type: ignore[name-defined]
        def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None):
            result = function(*args, **(kwargs or {}))
            shadows.step(function, args, kwargs or {}, result)
            return result

    return Mode()


def _name(function: Any) -> str:
    return str(function.overloadpacket.__name__)


def _flat(x: Any) -> list[Any]:
    if isinstance(x, dict):
        x = list(x.values())
    if isinstance(x, list | tuple):
        return [leaf for one in x for leaf in _flat(one)]
    return [x]
