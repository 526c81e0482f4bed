"""Law: what goes in comes out: outputs and states have the dtype, or the kind, of the inputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.algebra.numbers import system_of
from refmem.forms.compiled import DTYPES as COMPILED
from refmem.laws.calls import Call, arrays
from refmem.laws.draws import sample
from refmem.laws.exemptions import why_exempt
from refmem.laws.law import Law, every_form
from refmem.laws.systems import FIELD, FRACTIONS, INTERVALS, RATIONALS, Numbers, floats
from refmem.memory.rule import Rule

REAL: tuple[Any, ...] = (np.float16, np.float32, np.float64, np.longdouble)
COMPLEX: tuple[Any, ...] = (np.complex64, np.complex128)
EXACT = (FIELD, RATIONALS, FRACTIONS)
NEUTRAL = "int"
"""The kind of whole numbers alone, such as zeros, which fit any exact kind."""


def keeps_its_dtype(rule: Rule, form: str, x: Call, dtype: Any) -> None:
    for states in (False, True):
        for part in arrays(tuple(rule(**x, form=form, chunk=2, states=states))):
            assert part.dtype == dtype, f"{rule.name}.{form}: {part.dtype}, expected {dtype}"


def real_floats_keep_their_dtype(rule: Rule, form: str, dtype: Any, seed: int = 0) -> None:
    keeps_its_dtype(rule, form, sample(rule, floats(dtype), seed, T=3), np.dtype(dtype))


def complex_floats_keep_their_dtype(rule: Rule, form: str, dtype: Any, seed: int = 0) -> None:
    call = sample(rule, floats(np.float32), seed, T=3, state=False)
    complex_call = call | {name: call[name].astype(dtype) for name in rule.inputs}
    keeps_its_dtype(rule, form, complex_call, np.dtype(dtype))


def numbers_stay_of_their_kind(rule: Rule, form: str, numbers: Numbers, seed: int = 0) -> None:
    x = sample(rule, numbers, seed, T=3)
    kind = system_of(next(x[name] for name in rule.inputs)).name
    parts = arrays(tuple(rule(**x, form=form, chunk=2, states=True)))
    found = {system_of(part).name for part in parts}
    assert found - {NEUTRAL} == {kind}, f"{rule.name}.{form}: {sorted(found)}, expected {kind}"


def _dtypes(rule: Rule, form: str, seed: int) -> None:
    for dtype in COMPILED if form == "fast" else REAL:
        real_floats_keep_their_dtype(rule, form, dtype, seed)
    for dtype in () if form == "fast" or why_exempt("complex", rule, form) else COMPLEX:
        complex_floats_keep_their_dtype(rule, form, dtype, seed)


def _kinds(rule: Rule, form: str, seed: int) -> None:
    exact = any(why_exempt(law, rule, form) for law in ("field", "rationals"))
    for numbers in (INTERVALS, *(() if exact else EXACT)):
        numbers_stay_of_their_kind(rule, form, numbers, seed)


LOOK = "numbers made without like=: use zeros and ones of refmem.algebra, and whole numbers"
LAWS = (
    Law("dtypes", __doc__, _dtypes, LOOK, every_form, bits=0),
    Law("kinds of numbers", __doc__, _kinds, LOOK),
)
