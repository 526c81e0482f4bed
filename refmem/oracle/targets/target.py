"""What a target is: somebody else's kernel, and how to call it."""

from __future__ import annotations

from types import ModuleType
from typing import Any, Protocol

import numpy as np

from refmem.oracle.border.conventions import Convention
from refmem.oracle.border.layouts import Arrays
from refmem.oracle.cases.case import Case
from refmem.oracle.targets.contract import ANYTHING, IN_PLACE
from refmem.support.extras import MissingExtraError, optional


class UnavailableError(RuntimeError):
    """The target cannot run here: its package is missing, or it does not import."""


def require(module: str, extra: str = "", *, install: str = "") -> ModuleType:
    """The module, or `UnavailableError` that says what to install; see `optional`."""
    try:
        return optional(module, extra, install=install)
    except MissingExtraError as error:
        raise UnavailableError(str(error)) from error


class MisbehavedError(Exception):
    """A candidate did not return a result that can be judged."""


class Target(Protocol):
    """Kernels of one origin that take the same arrays.

    name        as on the command line
    operators   the kernels; each case runs on every one
    rules       names of the rules they implement
    convention  how they take their arrays
    dtype       of their inputs, outputs and states
    """

    name: str
    operators: tuple[str, ...]
    rules: tuple[str, ...]
    convention: Convention
    dtype: np.dtype

    def uncovered(self, operator: str, case: Case) -> str:
        """Why a case lies outside what the operator promises; "" if it does not."""

    def run(self, operator: str, case: Case, inputs: Arrays) -> Any:
        """(out, state) for inputs in the target's convention, as arrays of any library.

        The state is an array, or for other kinds of states a named tuple or dict of arrays. An
        operator named in an attribute `stateless` may return None. May raise anything.
        """


def changed_in_place(target: Target, case: Case) -> str:
    """The input that a candidate may change and return, a pool of states or a state that its
    contract names; "" if there is none."""
    in_place = IN_PLACE in getattr(target, "contract", ANYTHING).returns
    return target.convention.name("state") if in_place or "slots" in case.inputs else ""
