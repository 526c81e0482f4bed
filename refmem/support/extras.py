"""Optional packages: imported where they are used, and a clear error where they are missing."""

from __future__ import annotations

import importlib
from types import ModuleType


class MissingExtraError(ImportError):
    """A package that is optional is needed and not installed."""


def optional(module: str, extra: str = "", *, install: str = "") -> ModuleType:
    """The module, or `MissingExtraError` with what to install.

    That is an extra of refmem, or for a package in none of them `install`: what pip is told, the
    package itself if left out.

    >>> optional("json", "certify").__name__
    'json'
    >>> optional("no_such_package.part", "certify")
    Traceback (most recent call last):
    refmem.support.extras.MissingExtraError: no_such_package is not installed; install it with: pip install 'refmem[certify]'
    >>> optional("no_such_package")
    Traceback (most recent call last):
    refmem.support.extras.MissingExtraError: no_such_package is not installed; install it with: pip install no_such_package
    """  # noqa: E501
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        wanted = f"'refmem[{extra}]'" if extra else install or package
        raise MissingExtraError(
            f"{package} is not installed; install it with: pip install {wanted}"
        ) from error
