"""The smallest counterexample: few tokens, few channels, whole numbers, as many zeros as can be."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from refmem.algebra import pairs as numbers
from refmem.algebra.modular import as_fraction, joined_first
from refmem.algebra.pairs import lifted
from refmem.oracle.cases.case import Case, make_case
from refmem.oracle.proof.notes import Notes
from refmem.oracle.proof.numeric import in_floats
from refmem.oracle.proof.question import Question, ask
from refmem.oracle.proof.running import answer
from refmem.oracle.targets.callable import PythonCallable

SIZES = ((1, 1, 1), (2, 1, 1), (2, 2, 1), (2, 2, 2), (3, 2, 2), (5, 2, 2))
"""T, K and V, in the order in which they are tried."""


@dataclass(frozen=True)
class Counterexample:
    """Inputs, and where what comes back is wrong.

    inputs    as they are passed, in refmem's layout, but for batch and head: name -> text
    place     such as out[1, 0]
    found, expected   what stands there, exactly or to six digits; "" if that is not known
    """

    inputs: dict[str, str]
    place: str
    found: str
    expected: str

    def __str__(self) -> str:
        given = "; ".join(f"{name} = {text}" for name, text in self.inputs.items())
        if not self.found:
            return f"{given}: {self.place} is wrong"
        return f"{given}: {self.place} is {self.found}, expected {self.expected}"


def smallest(target: PythonCallable, failed: Case) -> Counterexample | None:
    """The smallest counterexample of that kind of case, if a small one is."""
    for case in small_cases(target, failed):
        raws = _simple_raws(target, case)
        if not _is_wrong(target, case, raws):
            continue
        for x in raws.values():
            for index in np.ndindex(x.shape):
                for simpler in (0,) if _is_log(x[index]) else (0, 1):
                    kept: Any = x[index]
                    if kept == simpler:
                        break
                    x[index] = lifted(simpler)
                    if _is_wrong(target, case, raws):
                        break
                    x[index] = kept
        return _told(target, case, raws)
    return None


def small_cases(target: PythonCallable, failed: Case) -> Iterator[Case]:
    """Cases of the same kind with few tokens and channels, one sequence and one head."""
    shared = failed.regime.sharing in ("queries", "values")
    for T, K, V in SIZES:
        regime = dataclasses.replace(failed.regime, lengths=(T,), K=K, V=V, sequences=(), slots=())
        case = target.contract.asked(make_case(failed.rule, regime, 0))
        yield case if shared else _alone(case)


def _alone(case: Case) -> Case:
    """The first sequence and the first head of a case."""
    inputs = {name: x[:1, :1] for name, x in case.inputs.items()}
    shape = (1, 1, *case.state_shape[2:]) if case.state_shape else ()
    return dataclasses.replace(case, inputs=inputs, state_shape=shape)


def _simple_raws(target: PythonCallable, case: Case) -> dict[str, np.ndarray]:
    """Small whole numbers; gates of 1/2, also where a logarithm is passed."""
    random, raws = np.random.default_rng(0), {}
    for one in target.convention.spellings(case):
        gate = case.kinds.get(one.name) in ("factor", "logarithm of a factor")
        half = lifted(Fraction(1, 2))
        for name in one.raw_axes:
            shape = one.shape_of(name)
            drawn = numbers.pairs(random.integers(1, 4, shape))
            if gate and name == one.name:
                word = target.convention.gate
                as_log = word == "log" or case.kinds[one.name] != "factor"
                drawn[...] = half.log() if as_log else half
            raws[name] = drawn
    return raws


def _is_wrong(target: PythonCallable, case: Case, raws: dict[str, Any]) -> bool:
    try:
        question = ask(target, case, raws=raws)
        found = answer(question, Notes(10.0))
    except Exception:  # this shape, or these numbers, the function does not take
        return False
    return any(wrong.any() for wrong in question.wrong(found).values())


def _told(target: PythonCallable, case: Case, raws: dict[str, np.ndarray]) -> Counterexample:
    """The counterexample in words, at the first entry that is wrong."""
    question = ask(target, case, raws=raws)
    found = answer(question, Notes())
    wrong = question.wrong(found)
    part = next(name for name, x in wrong.items() if x.any())
    index = tuple(int(i) for i in np.argwhere(wrong[part])[0])
    got = _exactly(joined_first(found[part][index]["first"]))
    want = _exactly(lifted(question.truth[part][index]).first)
    if not (got and want):
        got, want = _in_digits(question, part, index)
    inputs = {target.convention.name(name): _array(x) for name, x in raws.items()}
    return Counterexample(inputs, f"{part}[{', '.join(map(str, index[2:]))}]", got, want)


def _exactly(first: int) -> str:
    value = as_fraction(first)
    return "" if value is None else str(value)


def _in_digits(question: Question, part: str, index: tuple[int, ...]) -> tuple[str, str]:
    """What is found and expected in floats, as many digits as tell them apart."""
    numbers = {n: np.frompyfunc(_float, 1, 1)(x).astype(float) for n, x in question.raws.items()}
    exact = dataclasses.replace(question, raws=numbers)
    try:
        found, truth = in_floats(question, exact.given)
    except Exception:  # the function does not run on such numbers
        return "", ""
    got, want = float(found[part][index]), float(truth[part][index])
    for digits in (6, 17):
        if f"{got:.{digits}g}" != f"{want:.{digits}g}":
            return f"{got:.{digits}g}", f"{want:.{digits}g}"
    return "", ""


def _float(x: Any) -> float:
    value = as_fraction(x.factor if _is_log(x) else x.first)
    assert value is not None
    return math.log(value) if _is_log(x) else float(value)


def _array(x: np.ndarray) -> str:
    """The entries of an array without its batch and its one head."""
    if x.ndim > 2 and x.shape[:2] == (1, 1):
        x = x[0, 0]
    if not x.ndim:
        return _entry(x[()])
    return (
        "["
        + ", ".join(_array(row) if isinstance(row, np.ndarray) else _entry(row) for row in x)
        + "]"
    )


def _is_log(x: Any) -> bool:
    return bool(x.factor != 1)


def _entry(x: Any) -> str:
    if _is_log(x):
        return f"log({as_fraction(x.factor)})"
    return str(as_fraction(x.first))
