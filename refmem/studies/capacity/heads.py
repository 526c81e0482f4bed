"""A total width that is split into heads: what many narrow memories hold against one wide one.

    alone   every head stores all pairs with values of its own
    agree   every head stores all pairs with the same values, under keys of its own; reads add up
    share   every head stores its part of the pairs

Proof:    derivations/snr/heads.py
"""

from __future__ import annotations

import math
from typing import Any

from refmem.functions.kernels import Kernel
from refmem.studies.capacity.arguments import check_choice, check_count
from refmem.studies.capacity.moments import exp_of
from refmem.studies.capacity.required import required_dim
from refmem.studies.capacity.snr import log_inverse_snr

ARRANGEMENTS = ("alone", "agree", "share")


def heads_inverse_snr(
    kernel: Kernel | str,
    *,
    pairs: int,
    width: int,
    heads: int,
    arrangement: str = "alone",
    **given: Any,
) -> float:
    """1/SNR of N pairs in heads of width/heads entries each.

    given   tau, keys, cosine, sigma, values as for `log_inverse_snr`, of one head

    >>> round(heads_inverse_snr("linear", pairs=65, width=64, heads=4), 9)
    4.0
    >>> round(heads_inverse_snr("linear", pairs=65, width=64, heads=4, arrangement="agree"), 9)
    1.0
    """
    width, heads = check_count("width", width, "entries"), check_count("heads", heads, "heads")
    pairs = check_count("pairs", pairs, "stored pairs")
    check_choice("arrangement", arrangement, ARRANGEMENTS, "these are worked out")
    _divisible("width", width, heads)
    if arrangement == "share":
        _divisible("pairs", pairs, heads)
        pairs //= heads
    log_head = log_inverse_snr(kernel, pairs=pairs, dim=width // heads, **given)
    return exp_of(log_head - (math.log(heads) if arrangement == "agree" else 0.0))


def required_head_dim(
    kernel: Kernel | str,
    *,
    pairs: int,
    snr: float,
    heads: int,
    arrangement: str = "alone",
    **given: Any,
) -> int:
    """The narrowest head, so that `heads` of them hold N pairs at `snr`: in all, heads times that.

    >>> [8 * required_head_dim("exp", pairs=2**20, snr=100, heads=8, arrangement=one)
    ...  for one in ("alone", "agree", "share")]
    [840, 680, 680]
    """
    pairs, heads = check_count("pairs", pairs, "pairs"), check_count("heads", heads, "heads")
    check_choice("arrangement", arrangement, ARRANGEMENTS, "these are worked out")
    if arrangement == "share":
        _divisible("pairs", pairs, heads)
        pairs //= heads
    of_head = snr / heads if arrangement == "agree" else snr
    return required_dim(kernel, pairs=pairs, snr=of_head, **given)


def _divisible(name: str, whole: int, heads: int) -> None:
    if whole % heads:
        raise ValueError(
            f"capacity: {name} has value {whole}, expected a multiple of {heads}, because every "
            "head has an equal part"
        )
