"""A target's gradients: by its `vjp`, or of torch, JAX and MLX by their own autograd.

What is differentiated is <dout, out> + <dstate, state>, by every input the function was given.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from refmem.oracle.border.arrays import to_library
from refmem.oracle.border.layouts import Arrays
from refmem.oracle.cases.case import Case
from refmem.oracle.targets.callable import PythonCallable


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
        arguments = self._target.with_state(case, leaves)
        results = self._target.function(**arguments, **self._target.options_of(case))
        if self._target.stateless:
            results = (results[0] if isinstance(results, tuple) else results,)
        total = sum(
            (result * to_library(along[name], "torch", device)).sum()
            for name, result in zip(("dout", "dstate"), results, strict=False)
            if name in along and result is not None
        )
        total.backward()
        return {
            name: x.new_zeros(x.shape) if x.grad is None else x.grad for name, x in wanted.items()
        }

    def _by_jax(self, case: Case, given: Arrays, along: Arrays) -> dict[str, Any]:
        jax = importlib.import_module("jax")
        arrays = {n: to_library(x, "jax") for n, x in given.items()}
        options = self._target.options_of(case)
        results, pull = jax.vjp(
            lambda x: self._target.function(**self._target.with_state(case, x), **options), arrays
        )
        pairs = zip(("dout", "dstate"), results, strict=True)
        dresults = tuple(along.get(n, np.zeros(r.shape, r.dtype)) for n, r in pairs)
        return dict(pull(dresults)[0])

    def _by_mlx(self, case: Case, given: Arrays, along: Arrays) -> dict[str, Any]:
        mlx = importlib.import_module("mlx.core")
        options = self._target.options_of(case)
        wanted = [n for n in ("dout", "dstate") if n in along]

        def results(*arrays: Any) -> list[Any]:
            named = dict(zip(given, arrays, strict=True))
            return list(self._target.function(**self._target.with_state(case, named), **options))

        primals = [to_library(x, "mlx") for x in given.values()]
        cotangents = [to_library(along[n], "mlx") for n in wanted]
        grads = mlx.vjp(lambda *arrays: results(*arrays)[: len(wanted)], primals, cotangents)[1]
        return dict(zip(given, grads, strict=True))
