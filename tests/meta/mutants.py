"""Rules and forms with one deliberate mistake, made by changing one place of their source.

The changed source is compiled as a module of its own; the files of the package stay as they are.
"""

from __future__ import annotations

import sys
from importlib import import_module
from inspect import getsource
from types import ModuleType
from unittest.mock import patch


def changed(module: str, old: str, new: str) -> ModuleType:
    """The module with one place of its source changed; a place that is not there is an error."""
    source = getsource(import_module(module))
    if source.count(old) != 1:
        raise LookupError(f"{module} has {source.count(old)} of {old!r}, expected one to change")
    mutant = ModuleType(f"mutant.{module.rpartition('.')[2]}")
    mutant.__package__ = module.rpartition(".")[0]
    with patch.dict(sys.modules, {mutant.__name__: mutant}):
        exec(compile(source.replace(old, new), f"<mutant of {module}>", "exec"), vars(mutant))
    return mutant
