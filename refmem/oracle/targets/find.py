"""The kernels that can be checked, by the names of the command line. One file per target."""

from __future__ import annotations

import atexit
import functools
import tempfile
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from refmem.oracle.border.arrays import bfloat16
from refmem.oracle.border.presets import find_convention
from refmem.oracle.targets.callable import Group, PythonCallable, import_function
from refmem.oracle.targets.executable import TIMEOUT, Executable
from refmem.oracle.targets.fla import make_fla
from refmem.oracle.targets.isolated import isolate
from refmem.oracle.targets.mlx import make_mlx
from refmem.oracle.targets.onnx_reference import make_onnx_reference
from refmem.oracle.targets.onnxruntime import make_onnxruntime
from refmem.oracle.targets.target import Target, UnavailableError, require
from refmem.oracle.targets.transformers import make_transformers
from refmem.support.arguments import ChoiceError
from refmem.support.wording import nearest_name

NAMED: dict[str, Callable[[], Group]] = {
    "onnxruntime": make_onnxruntime,
    "onnx-reference": make_onnx_reference,
    "fla": make_fla,
    "transformers": make_transformers,
    "mlx": make_mlx,
}
"""Targets that need nothing but their name."""

MODULES = {"mlx": "mlx.core"}
"""What is imported of a library of arrays, where it is not the library."""

EXEC = "exec:"
"""What the name of a command begins with."""


def find_target(
    name: str,
    rule: str | None = None,
    dtype: Any = None,
    convention: str = "refmem",
    library: str = "numpy",
    timeout: float | None = None,
) -> Target:
    """The target of that name; the function at `package.module:function`; or "exec: COMMAND".

    rule, convention, library   of a function or a command, which need a rule
    dtype     likewise; of a target with a name, those of its kernels that have it
    timeout   seconds for a case; what is no command then runs in a process of its own, where it may
              crash or hang

    `ChoiceError` says what is wrong with the call, `UnavailableError` why the target cannot run.
    """
    target = _make(name, rule, dtype, convention, library, timeout)
    if timeout is None or isinstance(target, Executable):
        return target
    making = {"name": name, "rule": rule, "dtype": dtype, "convention": convention}
    return isolate(target, making | {"library": library, "timeout": timeout}, timeout)


def _make(
    name: str,
    rule: str | None,
    dtype: Any,
    convention: str,
    library: str,
    timeout: float | None,
) -> Any:
    """The target, in this process."""
    if name in NAMED:
        return _of_dtype(NAMED[name](), dtype)
    if ":" not in name:
        raise ChoiceError(
            f"target has name {name!r}, expected one of {', '.join(NAMED)} or "
            f"package.module:function{nearest_name(name, NAMED)}"
        )
    if rule is None:
        raise ChoiceError(f"target {name} needs --rule, because a function does not say its rule")
    chosen, numbers = find_convention(convention), find_dtype(dtype)
    if name.startswith(EXEC):
        command = name.removeprefix(EXEC).strip()
        return Executable(command, rule, numbers, chosen, timeout or TIMEOUT)
    if library != "numpy":
        require(MODULES.get(library, library))
    if library == "jax":
        keep_compiled()
    return PythonCallable(import_function(name), rule, numbers, name, chosen, library)


@functools.cache
def keep_compiled() -> None:
    """Let JAX keep what it compiles until the process ends, unless it is told where to keep it.

    A loop in a function that is not jitted is traced anew in every call, and what comes of it is
    compiled again, though it is the same for all cases of one shape.
    """
    jax = require("jax")
    if jax.config.jax_compilation_cache_dir is not None:
        return
    folder = tempfile.TemporaryDirectory(prefix="refmem-jax-")
    atexit.register(folder.cleanup)
    jax.config.update("jax_compilation_cache_dir", folder.name)
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


def _of_dtype(target: Group, dtype: Any) -> Any:
    """The parts of a target that have that dtype, or all."""
    if dtype is None:
        return target
    parts = [part for part in target.parts if part.dtype == find_dtype(dtype)]
    if not parts:
        known = dict.fromkeys(part.dtype.name for part in target.parts)
        raise ChoiceError(
            f"dtype has value {dtype}, expected one of {', '.join(known)}, because {target.name} "
            "has no other"
        )
    return Group(target.name, parts)


def find_dtype(dtype: Any) -> np.dtype:
    """The dtype, float32 unless given; "bfloat16" is that of ml_dtypes."""
    if dtype == "bfloat16":
        require("ml_dtypes", "lowp")
        return bfloat16()
    return np.dtype(dtype or np.float32)


_here = threading.local()


def of_this_thread(making: dict[str, Any]) -> Any:
    """The target so made, on a worker: each of its threads makes one, and then has it."""
    key = tuple(sorted(making.items()))
    if getattr(_here, "key", None) != key:
        try:
            _here.key, _here.target = key, find_target(**making)
        except UnavailableError as error:
            raise UnavailableError(f"on a worker, {error}") from error
    return _here.target
