"""What can be said of a wrong result without knowing the mistake."""

from __future__ import annotations

import numpy as np

from refmem.oracle.border.layouts import Arrays
from refmem.oracle.verdict.budget import Expected
from refmem.oracle.verdict.metrics import as_rows, measure, row_errors, short

NEAR = 8
"""A result matches after a change if it is then this many budgets away at most."""

NEARLY = 32
"""A result is nearly right if its worst error is this many times what is allowed at most."""

COARSE = 2.0**-7
"""Relative RMS from which on a result is not merely rounded."""

KINDS = "bfloat16's 8, TF32's and float16's 11, float32's 24"


def hints(expected: Expected, found: Arrays, inputs: Arrays) -> list[str]:
    """Sentences, each about one part of the result that is there."""
    said = []
    for part, x in found.items():
        truth, limits = expected.truth[part], expected.allowed[part]
        x = x.astype(truth.dtype)
        if not np.isfinite(x[np.isfinite(truth)]).all():
            said.append(f"{part} {not_finite(x, inputs)}")
            continue
        errors = measure(x, truth)
        worst = max(e / limit for e, limit in zip(errors, limits, strict=True))
        if worst <= 1:
            said.append(f"{part} is right")
            continue
        if worst <= NEARLY:
            said.append(
                f"{part} is off by {worst:.2g} times what is allowed: roundings that add up, of "
                "sums or of a state that are kept in too few bits"
            )
            continue
        if not x.any():
            said.append(f"{part} is all zeros")
            continue
        near = NEAR * limits.rms
        tried = (
            gain(x, truth, near, expected.truth),
            shifted(x, truth, near),
            permuted(x, truth, near),
            bits(errors.rms),
            where(x, truth, limits.row),
        )
        said += [f"{part} {hint}" for hint in tried if hint]
    return said


def bits(error: float) -> str:
    """How many bits are right, if what is wrong may be a rounding."""
    if not 0 < error < COARSE:
        return ""
    return f"is right to about {-np.log2(error):.0f} bits of {KINDS}"


def not_finite(x: np.ndarray, inputs: Arrays) -> str:
    """Where NaN or infinity begins; what -inf does to differences of cumulative logarithms."""
    finite = np.moveaxis(np.isfinite(as_rows(x)), -2, 0)
    rows = np.flatnonzero(~finite.reshape(len(finite), -1).all(-1))
    closed: list[str] = [n for n in ("alpha", "f") if n in inputs and (inputs[n] == 0).any()]
    closed += [name for name in ("log_alpha", "log_f") if np.isneginf(inputs.get(name, 0)).any()]
    why = ""
    if closed:
        why = (
            ": some gates are exactly zero, and their logarithm, minus infinity, subtracted from "
            "itself in a difference of cumulative sums is NaN"
        )
    return f"is NaN or infinite from row {rows[0]} on{why}"


def gain(x: np.ndarray, truth: np.ndarray, allowed: float, parts: Arrays) -> str:
    """A factor that makes the truth of it, by name if it is a known one."""
    size = float((truth**2).sum())
    factor = float((x * truth).sum()) / size if size else 0.0
    if factor == 0 or measure(x / factor, truth).rms > allowed:
        return ""
    known: dict[str, float] = {}
    for name, width in zip(
        "KV", parts["state"].shape[-2:] if "state" in parts else (), strict=False
    ):
        known |= {f"1/sqrt({name})": width**-0.5, f"sqrt({name})": width**0.5}
    known |= {"1/2": 0.5, "ln 2": np.log(2), "1/ln 2": 1 / np.log(2)}
    named = next((f" = {n}" for n, v in known.items() if abs(v / factor - 1) < 1e-3), "")
    return f"is {factor:.4g}{named} times what it should be"


def shifted(x: np.ndarray, truth: np.ndarray, allowed: float) -> str:
    """The right rows, one place early or late."""
    x, truth = as_rows(x), as_rows(truth)
    for name, a, b in (("late", x, truth), ("early", truth, x)):
        if a.shape[-2] > 1 and measure(a[..., 1:, :], b[..., :-1, :]).rms <= allowed:
            return f"is right, but one row {name}"
    return ""


def permuted(x: np.ndarray, truth: np.ndarray, allowed: float) -> str:
    """The right heads, in another order."""
    flat, right = (y.reshape(y.shape[0], -1, *y.shape[-2:]) for y in (as_rows(x), as_rows(truth)))
    heads = right.shape[1]

    def matching(i: int) -> int:
        near = (measure(flat[:, i, None], right[:, h, None]).rms <= allowed for h in range(heads))
        return next((h for h, same in enumerate(near) if same), -1)

    order = [matching(i) for i in range(heads)]
    if sorted(order) == list(range(heads)) and order != sorted(order):
        return f"has its heads in the order {order}"
    return ""


def where(x: np.ndarray, truth: np.ndarray, allowed: float) -> str:
    """Which rows and heads are wrong."""
    bad = row_errors(as_rows(x), as_rows(truth)) > allowed
    rows = np.flatnonzero(bad.any(axis=tuple(range(bad.ndim - 1))))
    heads = bad.any(axis=(0, -1))
    if not rows.size:
        return "is wrong in a few entries of every row"
    places = [
        place[0] if len(place) == 1 else tuple(place) for place in np.argwhere(heads).tolist()
    ]
    which = "all heads" if heads.all() else f"heads {places}"
    share = short(float(bad.mean()))
    where = f"from row {rows[0]} to {rows[-1]} of {bad.shape[-1]}, in {which}"
    return f"is wrong {where}, {share} of all rows"
