"""The kernels that can be checked, by the names of the command line. One file per target."""

from __future__ import annotations

import atexit
import dataclasses
import functools
import tempfile
import threading
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from refmem.oracle.border.arrays import LOW_PRECISION, find_numbers
from refmem.oracle.border.conventions import REFMEM, Convention
from refmem.oracle.border.facts import with_facts
from refmem.oracle.border.files import convention_from
from refmem.oracle.targets.callable import Group, PythonCallable, import_function
from refmem.oracle.targets.contract import ANYTHING, Contract
from refmem.oracle.targets.executable import TIMEOUT, Executable
from refmem.oracle.targets.fla import make_fla
from refmem.oracle.targets.isolated import isolate
from refmem.oracle.targets.mlx import make_mlx
from refmem.oracle.targets.onnx_reference import make_onnx_reference
from refmem.oracle.targets.onnxruntime import make_onnxruntime
from refmem.oracle.targets.target import Target, UnavailableError, require
from refmem.oracle.targets.transformers import make_transformers
from refmem.support.arguments import ChoiceError, check_number
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

NONE: Mapping[str, Any] = {}
"""No facts."""

EXEC = "exec:"
"""What the name of a command begins with."""


def find_target(
    name: str,
    rule: str | None = None,
    dtype: Any = None,
    convention: str = "refmem",
    library: str = "numpy",
    timeout: float | None = None,
    device: str = "",
    contract: Contract = ANYTHING,
    facts: Mapping[str, Any] = NONE,
) -> Target:
    """The target of that name; the function at `package.module:function`; or "exec: COMMAND".

    rule, convention, library   of a function or a command, which need a rule
    dtype     likewise; of a target with a name, those of its kernels that have it
    device, contract   of a function: where its arrays are, and what it lacks, returns and promises
    facts     what the convention is changed by: see `refmem.oracle.border.facts`
    timeout   seconds for a case; what is no command then runs in a process of its own, where it may
              crash or hang. A function is imported there alone

    `ChoiceError` says what is wrong with the call, `UnavailableError` why the target cannot run.
    """
    _expect_time(name, timeout)
    told = contract if isinstance(contract, Contract) else Contract(**contract)
    chosen = with_facts(convention_from(convention), facts) if ":" in name else REFMEM
    target = _make(name, rule, dtype, chosen, library, timeout, device, told)
    if timeout is None or isinstance(target, Executable):
        return target
    making: dict[str, Any] = {"name": name, "rule": rule, "library": library}
    making |= {"convention": convention, "device": device, "contract": dataclasses.asdict(told)}
    making["facts"] = dict(facts)
    making["dtype"] = None if dtype is None else find_dtype(dtype).name
    isolated = isolate(target, making | {"timeout": float(timeout)}, timeout)
    if name not in NAMED:
        isolated.start()
    return isolated


def _expect_time(name: str, timeout: float | None) -> None:
    try:
        if timeout is not None:
            check_number(name, "timeout", timeout, "it is so many seconds for a case", above=0)
    except (TypeError, ValueError) as error:
        raise ChoiceError(str(error)) from None


def _make(
    name: str,
    rule: str | None,
    dtype: Any,
    convention: Convention,
    library: str,
    timeout: float | None,
    device: str,
    contract: Contract,
) -> Any:
    """The target in this process, or what is known of a function that is in another one."""
    if name in NAMED:
        return _of_dtype(NAMED[name](), dtype)
    if ":" not in name:
        raise ChoiceError(
            f"target has name {name!r}, expected one of {', '.join(NAMED)} or "
            f"package.module:function{nearest_name(name, NAMED)}"
        )
    if rule is None:
        raise ChoiceError(f"target {name} needs --rule, because a function does not say its rule")
    numbers = find_dtype(dtype)
    if name.startswith(EXEC):
        command = name.removeprefix(EXEC).strip()
        return Executable(command, rule, numbers, convention, timeout or TIMEOUT)
    _expect_no_device_of(library, device)
    function = _in_another_process if timeout else _function_here(name, library, device)
    return PythonCallable(
        function,
        rule,
        numbers,
        name,
        convention,
        library,
        contract=contract,
        device=device,
    )


def _in_another_process(**inputs: Any) -> Any:
    """What a function is here that only its own process imports: nobody calls it."""
    raise NotImplementedError


def _function_here(name: str, library: str, device: str) -> Callable[..., Any]:
    """The function, imported with its library of arrays, which takes seconds."""
    if library != "numpy":
        require(MODULES.get(library, library))
    if device:
        require_device(library, device)
    if library == "jax":
        keep_compiled()
    return import_function(name)


def _expect_no_device_of(library: str, device: str) -> None:
    if device and library not in ("torch", "jax"):
        raise ChoiceError(
            f"device has value {device!r}, expected none with --library {library}, because only "
            "torch and jax put arrays somewhere"
        )


def require_device(library: str, device: str) -> None:
    """`UnavailableError` in one line unless the library has such a device here."""
    if library == "torch":
        torch = require("torch")
        kind = device.partition(":")[0]
        if kind == "cpu" or (kind == "cuda" and torch.cuda.is_available()):
            return
        raise UnavailableError(f"torch has no device {device} here")
    try:
        require("jax").devices(device)
    except RuntimeError as error:
        raise UnavailableError(f"jax has no device {device} here") from error


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
    """The dtype, float32 unless given; "bfloat16" and its like are those of ml_dtypes."""
    if isinstance(dtype, str) and LOW_PRECISION.fullmatch(dtype):
        require("ml_dtypes", "lowp")
        return find_numbers(dtype)
    return np.dtype(dtype or np.float32)


_here = threading.local()


def of_this_thread(making: dict[str, Any]) -> Any:
    """The target so made, on a worker: each of its threads makes one, and then has it."""
    key = repr(sorted(making.items()))
    if getattr(_here, "key", None) != key:
        try:
            _here.key, _here.target = key, find_target(**making)
        except (UnavailableError, ChoiceError) as error:
            raise UnavailableError(f"on a worker, {error}") from error
    return _here.target
