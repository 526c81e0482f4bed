"""Optional packages: imported where they are used, and a clear error where they are missing."""

from __future__ import annotations

import importlib
from types import ModuleType


class MissingExtraError(ImportError):
    """A package that is optional is needed and not installed."""


def optional(module: str, extra: str) -> ModuleType:
    """The module, or `MissingExtraError` with the extra to install.

    >>> optional("json", "certify").__name__
    'json'
    >>> optional("no_such_package.part", "certify")
    Traceback (most recent call last):
    refmem.extras.MissingExtraError: no_such_package is not installed; install it with: pip install 'refmem[certify]'
    """  # noqa: E501
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise MissingExtraError(
            f"{package} is not installed; install it with: pip install 'refmem[{extra}]'"
        ) from error
