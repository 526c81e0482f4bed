"""Where the derivations are: installed beside refmem, or in a checkout around it.

Either way they are imported as the package `refmem_derivations`, and only by who asks for them.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

NAME = "refmem_derivations"
HOME = Path(__file__).parents[2]
"""The folder that refmem is in: of installed packages, or a checkout."""


class NoProofsError(LookupError):
    """There are no derivations beside refmem."""


def folder() -> Path | None:
    """The folder of the derivations; None if there is none."""
    beside = (HOME / NAME, HOME / "derivations")
    return next((one for one in beside if (one / "proving" / "run.py").is_file()), None)


def proving(module: str) -> ModuleType:
    """A module of what finds, runs and prints derivations: "run" or "show"."""
    if NAME not in sys.modules:
        _import_package()
    return importlib.import_module(f"{NAME}.proving.{module}")


def _import_package() -> None:
    where = folder()
    if where is None:
        raise NoProofsError(
            f"derive: {HOME} has no {NAME}, expected it beside refmem, because the wheel and a "
            "checkout bring it; install refmem again"
        )
    places = [str(where)]
    spec = importlib.util.spec_from_file_location(
        NAME, where / "__init__.py", submodule_search_locations=places
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = package
    spec.loader.exec_module(package)


def outcome_of(given: tuple[str, str]) -> Any:
    """The outcome of (name, printed), in this process: what a worker of `refmem derive` runs."""
    return proving("outcome").outcome_of(*given)
