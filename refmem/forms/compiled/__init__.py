"""The form "fast": compiled loops, for float32 and float64. Never the definition.

    loops       those over tokens               lanes       vectors in registers
    compiling   loops to machine code           border      what loops may be handed
    linear      rules linear in their state     gradients   their derivatives
    products    keys times a token's number     attention   rules that keep everything
    sharing     work over threads, memory over tokens

Nothing here is imported, and nothing compiled, before the first call with form="fast".
"""

from __future__ import annotations

import functools
import importlib
from types import ModuleType
from typing import Any

import numpy as np

from refmem.derivative.recording import Recording
from refmem.forms.form import CacheMemory, Linear, Named
from refmem.grammar.inputs import Inputs

DTYPES = (np.float32, np.float64)


def quickest(rule: Named) -> str:
    """The form that runs a rule soonest here, on float32 and float64: "fast" for memories with a
    state, if Numba works.

    >>> import refmem
    >>> quickest(refmem.delta), quickest(refmem.softmax_attention), quickest(refmem.titans_mlp)
    ('fast', 'chunked', 'recurrent')
    """
    if rule.forms[0] == "recurrent" and "fast" in rule.forms and _works():
        return "fast"
    return "chunked" if "chunked" in rule.forms else rule.forms[0]


@functools.cache
def _works() -> bool:
    try:
        importlib.import_module("refmem.forms.compiled.linear")
    except ImportError:
        return False
    return True


def run_state(
    rule: Linear, x: Inputs, S: Any, chunk: int, keep: bool
) -> tuple[np.ndarray, Any, Any]:
    """Outputs, the last state, and with `keep` the state after every token."""
    return _module(rule, x, "linear").run(rule, x, S, 1 if keep else None)


def record_state(rule: Linear, x: Inputs, S: Any, chunk: int) -> Recording:
    """A run that can be pulled back."""
    return _module(rule, x, "gradients").Adjoint(rule, x, S, chunk)


def run_cache(
    rule: CacheMemory, x: Inputs, past: Any, chunk: int, keep: bool
) -> tuple[np.ndarray, Any, Any]:
    """Outputs, the last cache, and with `keep` the cache after every token."""
    return _module(rule, x, "attention").run(rule, x, past, keep)


def _module(rule: Linear | CacheMemory, x: Inputs, name: str) -> ModuleType:
    if x.like.dtype not in DTYPES:
        raise TypeError(
            f"{rule.name}: form has value 'fast', expected any other for {x.like.dtype}, because "
            "the compiled loops are for float32 and float64"
        )
    try:
        return importlib.import_module(f"refmem.forms.compiled.{name}")
    except ImportError as error:
        raise ImportError(
            f"{rule.name}: form has value 'fast', expected any other, because Numba does not work "
            f"here: {error}"
        ) from error
