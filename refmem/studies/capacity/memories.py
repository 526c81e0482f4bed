"""The retrieval SNR of whole memories, as a function of how long ago a pair was written.

After N writes a memory is read with the key of age m, which m later writes followed. What a rule
that is linear in its values answers is sum_j g_j v_j, g its response to each pair:

    retention(m)   E g_i                                       how much of the value comes back
    1/SNR(m)       E sum over j != i of g_j^2 / E g_i^2        values of independent, equal entries

Keys are uniform on the unit sphere, as delta rules want them; ridge memories take any Gaussian
keys. `simulate_memory` has every other rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from refmem.studies.capacity.arguments import (
    LARGEST,
    WHOLE,
    check_choice,
    check_count,
    check_number,
    check_size,
)
from refmem.studies.capacity.snr import inverse_snr


def gated_delta(writes, dim, age, alpha, beta):
    """1/SNR of a memory that forgets by alpha, then corrects by beta, at every write.

        x = alpha^2 (1 - beta (2 - beta)/d)     what one write leaves of the power of the state
        y = alpha^2 (1 - 2 beta/d + 2 beta^2/(d (d + 2)))        and of the power along one key

    On a line, d = 1, everything is along the key. beta = 1, alpha = 1 is the delta rule, beta -> 0
    linear attention or a decaying memory.
    Proof: derivations/snr/delta_age.py
    """
    kept, left = alpha**2, 1 - beta * (2 - beta) / dim
    along = 1 - 2 * beta / dim + 2 * beta**2 / (dim * (dim + 2))
    x = kept * left
    share = (along / left) ** age if dim != 1 else 0  # of what is left, that lies along the key
    signal = share + (1 - share) / dim
    older = (kept * share * (1 - beta) ** 2 + x * (1 - share)) / dim * _sum(x, writes - 1 - age)
    newer = x**-age * _sum(x, age) / dim
    return (older + newer) / signal


def _sum(x, terms):
    """1 + x + ... of so many terms."""
    return terms if x == 1 else (1 - x**terms) / (1 - x)


def delta_retention(dim, age, alpha, beta):
    """E g = beta (alpha (1 - beta/d))^m.

    Proof: derivations/snr/delta_retention.py
    """
    return beta * (alpha * (1 - beta / dim)) ** age


def ridge(writes, dim):
    """(N - d)/(d + 2) of Gaussian keys, the ridge tending to 0; up to N = d recall is exact.

    Proof: derivations/snr/ridge.py, derivations/snr/ridge_beyond.py
    """
    return max(writes - dim, 0) / (dim + 2)


DECAYING = ("linear_attention", "averaged_memory", "retention", "scalar_decay")
CORRECTING = ("delta", "gated_delta")
SOLVING = ("least_squares", "mesa")
CLOSED = (*DECAYING, *CORRECTING, *SOLVING, "softmax_attention")


def memory_inverse_snr(
    rule: Any,
    *,
    writes: int,
    dim: int,
    ages: Sequence[int],
    alpha: float = 1.0,
    beta: float = 1.0,
    tau: float | None = None,
) -> np.ndarray:
    """1/SNR at each age, in closed form: (len(ages),).

    rule     a rule of refmem or its name: linear_attention, averaged_memory, retention,
             scalar_decay, delta, gated_delta, least_squares, mesa, softmax_attention
    writes   N, pairs written
    dim      d, width of a key
    ages     writes since the pair that is read, 0 to N - 1
    alpha    factor of every write, in (0, 1]; retention calls it gamma
    beta     write strength of delta rules, in (0, 2)
    tau      of softmax, at unit keys; 1/sqrt(d) unless given, which is sqrt(d) at keys of length
             sqrt(d)

    Decay on its own makes the last terms of a sum: near alpha = 1 a relative error of about
    1e-16/(1 - alpha) is left.

    >>> memory_inverse_snr("delta", writes=64, dim=32, ages=[0, 32]).round(3)
    array([0.   , 5.459])
    >>> memory_inverse_snr("linear_attention", writes=64, dim=32, ages=[0, 32])
    array([1.96875, 1.96875])
    """
    name = getattr(rule, "name", rule)
    check_choice("rule", name, CLOSED, "the others have no closed form: simulate_memory has them")
    writes = check_size("writes", writes, "pairs written", most=LARGEST, why=WHOLE)
    dim = check_size("dim", dim, "entries of a key", most=LARGEST, why=WHOLE)
    ages = check_ages(ages, writes)
    alpha = check_number("alpha", alpha, "it is what a write keeps", above=0, most=1)
    beta = check_number("beta", beta, "it is a write strength", above=0, most=2)
    if name in CORRECTING + DECAYING:
        given = np.float64(alpha), np.float64(beta if name in CORRECTING else 0)
        with np.errstate(over="ignore", under="ignore", divide="ignore"):  # inf and 0 are answers
            return np.array([gated_delta(writes, dim, age, *given) for age in ages], float)
    if name in SOLVING:
        return np.full(len(ages), float(ridge(writes, dim)))
    unit = dim**-0.5 if tau is None else tau
    flat = inverse_snr("exp", pairs=writes, dim=dim, tau=unit, keys="sphere", norm2=1.0)
    return np.full(len(ages), flat)


def check_ages(ages: Sequence[int], writes: int) -> list[int]:
    """Whole numbers from 0 to N - 1."""
    checked = [check_count("age", age, "later writes", least=0) for age in ages]
    for age in checked:
        if age >= writes:
            raise ValueError(
                f"capacity: age has value {age}, expected at most {writes - 1}, because only "
                f"{writes} pairs were written"
            )
    return checked
