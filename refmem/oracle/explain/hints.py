"""What can be said of a wrong result without knowing the mistake: sentences about its parts."""

from __future__ import annotations

import numpy as np

from refmem.oracle.border.layouts import Arrays
from refmem.oracle.explain.rows import heads, pattern
from refmem.oracle.verdict.budget import Expected
from refmem.oracle.verdict.metrics import as_rows, measure, row_errors

NEAR = 8
"""A result matches after a change if it is then this many budgets away at most."""

NEARLY = 32
"""A result is nearly right if its worst error is this many times what is allowed at most."""

COARSE = 2.0**-7
"""Relative RMS from which on a result is not merely rounded."""

ONE_SIDED = 3 / 4
"""So much of an error along the truth is no rounding, which goes either way."""

JUMP = 4
"""How many times worse a wrong row is than the one before it, where nothing builds up to it."""

KINDS = "bfloat16's 8, TF32's and float16's 11, float32's 24"


def hints(expected: Expected, found: Arrays, inputs: Arrays) -> list[str]:
    """Sentences, each about one part of the result that is there."""
    said = []
    for part, x in found.items():
        x = x.astype(expected.truth[part].dtype)
        said += [f"{part} {hint}" for hint in _of_part(expected, part, x, inputs) if hint]
    return said


def _of_part(expected: Expected, part: str, x: np.ndarray, inputs: Arrays) -> list[str]:
    """What can be said of one part."""
    truth, limits = expected.truth[part], expected.allowed[part]
    row = row_of(part)
    if not np.isfinite(x[np.isfinite(truth)]).all():
        return [not_finite(x, truth, inputs, row)]
    errors = measure(x, truth)
    worst = max(e / limit for e, limit in zip(errors, limits, strict=True))
    if worst <= 1:
        return ["is right"]
    if not x.any():
        return ["is all zeros"]
    place = where(x, truth, limits.row, row)
    if worst <= NEARLY:
        off = f"is off by {worst:.2g} times what is allowed"
        return [f"{off}{builds_up(x, truth, limits.row)}", place]
    near = NEAR * limits.rms
    return [
        gain(x, truth, near, expected.truth),
        shifted(x, truth, near),
        permuted(x, truth, near),
        bits(errors.rms),
        place,
    ]


def row_of(part: str) -> str:
    """What the rows of a part are."""
    return "token" if part == "out" else "key channel"


def builds_up(x: np.ndarray, truth: np.ndarray, allowed: float) -> str:
    """What a small error is, if it is a rounding; or why it is none."""
    numbers = np.isfinite(truth)
    error = (x - truth)[numbers]
    along = float((error * np.sign(truth[numbers])).sum())
    size = float(np.abs(error).sum())
    if abs(along) > ONE_SIDED * size:
        way = "too small" if along < 0 else "too large"
        return f", and always {way}: a factor or an addend near what is right, and no rounding"
    share = row_errors(as_rows(x), as_rows(truth)).reshape(-1, as_rows(truth).shape[-2]).max(0)
    bad = np.flatnonzero(share > allowed)
    if bad.size and bad[0] and share[bad[0]] > JUMP * share[: bad[0]].max():
        return ", all at once: something that begins there, and no rounding"
    return ": roundings that add up, of sums or of a state that are kept in too few bits"


def bits(error: float) -> str:
    """How many bits are right, if what is wrong may be a rounding."""
    if not 0 < error < COARSE:
        return ""
    return f"is right to about {-np.log2(error):.0f} bits of {KINDS}"


def not_finite(x: np.ndarray, truth: np.ndarray, inputs: Arrays, row: str = "token") -> str:
    """Where NaN or infinity is; what -inf does to differences of cumulative logarithms."""
    broken = np.isfinite(as_rows(truth)) & ~np.isfinite(as_rows(x))
    rows = np.asarray(broken.any(axis=(*range(broken.ndim - 2), -1)))
    closed: list[str] = [n for n in ("alpha", "f") if n in inputs and (inputs[n] == 0).any()]
    closed += [name for name in ("log_alpha", "log_f") if np.isneginf(inputs.get(name, 0)).any()]
    why = ""
    if closed:
        why = (
            ": some gates are exactly zero, and their logarithm, minus infinity, subtracted from "
            "itself in a difference of cumulative sums is NaN"
        )
    return f"is NaN or infinite {pattern(rows, row)}{why}"


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
    count = right.shape[1]

    def matching(i: int) -> int:
        near = (measure(flat[:, i, None], right[:, h, None]).rms <= allowed for h in range(count))
        return next((h for h, same in enumerate(near) if same), -1)

    order = [matching(i) for i in range(count)]
    if sorted(order) == list(range(count)) and order != sorted(order):
        return f"has its heads in the order {order}"
    return ""


def where(x: np.ndarray, truth: np.ndarray, allowed: float, row: str = "token") -> str:
    """Which rows and heads are wrong."""
    bad = row_errors(as_rows(x), as_rows(truth)) > allowed
    rows = np.asarray(bad.any(axis=tuple(range(bad.ndim - 1))))
    if not rows.any():
        return f"is wrong in a few entries of every {row}"
    return f"is wrong {pattern(rows, row)}, in {heads(np.asarray(bad.any(-1)))}"
