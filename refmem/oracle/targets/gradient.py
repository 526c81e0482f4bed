"""A target's gradients: by its `vjp`, or of torch, JAX and MLX by their own autograd.

What is differentiated is <dout, out> + <dstate, state>, by every input the function was given.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from refmem.oracle.border.arrays import to_library
from refmem.oracle.border.layouts import Arrays
from refmem.oracle.cases.case import Case
from refmem.oracle.targets.callable import PythonCallable
from refmem.oracle.targets.target import MisbehavedError


class GradientCallable:
    """Calls a function, and gives its gradients by the names of its arguments."""

    def __init__(self, target: PythonCallable) -> None:
        self._target = target

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target, name)

    def run(self, operator: str, case: Case, inputs: Arrays) -> Any:
        """Gradients for inputs and the cotangents dout and dstate."""
        given = {n: x for n, x in inputs.items() if n not in ("dout", "dstate")}
        along = {n: x for n, x in inputs.items() if n in ("dout", "dstate")}
        if self._target.vjp is not None:
            return self._by_vjp(self._target.vjp, case, inputs)
        if self._target.library == "torch":
            return self._by_torch(case, given, along)
        if self._target.library == "jax":
            return self._by_jax(case, given, along)
        if self._target.library == "mlx":
            return self._by_mlx(case, given, along)
        raise TypeError(f"{self._target.name} has no attribute vjp, which gives its gradients")

    def _by_vjp(self, vjp: Callable[..., Any], case: Case, inputs: Arrays) -> dict[str, Any]:
        library, device = self._target.library, self._target.device
        arrays = {n: to_library(x, library, device) for n, x in inputs.items()}
        grads = vjp(**self._target.with_state(case, arrays), **self._target.options_of(case))
        return grads if isinstance(grads, dict) else grads._asdict()

    def _by_torch(self, case: Case, given: Arrays, along: Arrays) -> dict[str, Any]:
        device = self._target.device
        leaves = {n: to_library(x, "torch", device) for n, x in given.items()}
        wanted = {n: x.requires_grad_() for n, x in leaves.items() if x.is_floating_point()}
        total = sum(
            (result * to_library(along[name], "torch", device)).sum()
            for name, result in self._asked(case, leaves, along).items()
        )
        total.backward()
        return {
            name: x.new_zeros(x.shape) if x.grad is None else x.grad for name, x in wanted.items()
        }

    def _by_jax(self, case: Case, given: Arrays, along: Arrays) -> dict[str, Any]:
        jax = importlib.import_module("jax")
        arrays, cotangents = (
            {n: to_library(x, "jax") for n, x in some.items()} for some in (given, along)
        )
        _, pull = jax.vjp(lambda x: self._asked(case, x, along), arrays)
        return dict(pull(cotangents)[0])

    def _by_mlx(self, case: Case, given: Arrays, along: Arrays) -> dict[str, Any]:
        mlx = importlib.import_module("mlx.core")

        def results(*arrays: Any) -> list[Any]:
            named = dict(zip(given, arrays, strict=True))
            return list(self._asked(case, named, along).values())

        primals, cotangents = (
            [to_library(x, "mlx") for x in some.values()] for some in (given, along)
        )
        grads = mlx.vjp(results, primals, cotangents)[1]
        return dict(zip(given, grads, strict=True))

    def _asked(self, case: Case, given: dict[str, Any], along: Arrays) -> dict[str, Any]:
        """What the function returns, those parts that there is a cotangent of, by its name.

        A function may return its output alone, or a state that nothing is asked of.
        """
        target = self._target
        result = target.function(**target.with_state(case, given), **target.options_of(case))
        some = result if isinstance(result, tuple | list) else (result,)
        parts = dict(zip(("dout", "dstate"), some, strict=False))
        for name in along:
            if parts.get(name) is None:
                raise MisbehavedError(f"{name[1:]} was not returned, expected an array")
        return {name: parts[name] for name in along}
