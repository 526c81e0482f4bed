"""Which feed-forward block to build: every choice that a budget allows, the best SNR first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from refmem.functions.activations import ACTIVATIONS
from refmem.studies.capacity.arguments import check_choice, check_count
from refmem.studies.capacity.feedforward import log_ffn_inverse_snr
from refmem.studies.capacity.moments import exp_of


class Design(NamedTuple):
    """One block.

    activation, gated, experts, active, width, dim   as for `ffn_inverse_snr`; width of one expert
    pairs        stored: experts times width
    parameters   weights of keys, values and router
    flops        a token, two for each weight that is used
    inverse_snr  0.01 is a clear answer
    """

    activation: str
    gated: bool
    experts: int
    active: int
    width: int
    dim: int
    pairs: int
    parameters: int
    flops: int
    inverse_snr: float


BUDGETS = ("parameters", "flops")


def designs(
    budget: int,
    *,
    kind: str = "parameters",
    dim: int | None = None,
    pairs: int | None = None,
    activations: Sequence[str] = ("relu", "relu_squared", "gelu", "silu"),
    gated: Sequence[bool] = (False, True),
    experts: Sequence[int] = (1, 8, 64),
    active: Sequence[int] = (1, 2, 8),
) -> list[Design]:
    """Every block within the budget, the highest SNR first.

    budget   weights, or floating point operations a token
    kind     "parameters" or "flops"
    dim      width of inputs and outputs: the budget buys hidden units
    pairs    instead of dim: so many pairs are to be stored, and the budget buys their width

    A unit of dim d has d weights for each of its keys (two if gated) and d for its value; routing
    to E experts has E d more. A choice too dear for one unit, or one entry, is left out. With `dim`
    the blocks store different numbers of pairs, and fewer are always clearer: compare SNR at equal
    `pairs`, or give `pairs`.

    >>> best = designs(2**20, pairs=2**12, activations=["relu"], experts=[1, 8], active=[1])
    >>> [(one.gated, one.experts, one.dim) for one in best]
    [(True, 8, 85), (True, 1, 85), (False, 8, 127), (False, 1, 128)]
    """
    budget = check_count("budget", budget, "weights or operations")
    check_choice("kind", kind, BUDGETS, "a block has these costs")
    for name in activations:
        check_choice("activation", name, ACTIVATIONS, "these exist")
    if (dim is None) == (pairs is None):
        raise ValueError(
            "capacity: designs has dim and pairs both or neither, expected one of them, because "
            "the budget then says the other"
        )
    if dim is not None:
        check_count("dim", dim, "entries of an input")
    if pairs is not None:
        check_count("pairs", pairs, "stored pairs")
    found = []
    for is_gated in gated:
        for all_of, some in _sparsities(experts, active):
            size = _size(budget, kind, dim, pairs, is_gated, all_of, some)
            if size is not None:
                found += [_design(name, is_gated, all_of, some, *size) for name in activations]
    return sorted(found, key=lambda one: one.inverse_snr)


def _sparsities(experts: Sequence[int], active: Sequence[int]) -> list[tuple[int, int]]:
    """(experts, active) with fewer active than there are, and the dense block."""
    return [(e, a) for e in experts for a in ([1] if e == 1 else active) if a < e or e == 1]


def _size(
    budget: int,
    kind: str,
    dim: int | None,
    pairs: int | None,
    gated: bool,
    experts: int,
    active: int,
) -> tuple[int, int] | None:
    """The width of an expert and of its input that use the budget up; None if neither fits."""
    rows = 3 if gated else 2
    routing = experts if experts > 1 else 0
    speaking = experts if kind == "parameters" else 2 * active  # a weight used is two operations
    routed = routing if kind == "parameters" else 2 * routing
    if dim is not None:
        width = (budget // dim - routed) // (rows * speaking)
    else:
        width = math.ceil((pairs or 0) / experts)
        dim = budget // (rows * speaking * width + routed)
    return (width, dim) if width >= 1 and dim >= 1 else None


def _design(
    activation: str, gated: bool, experts: int, active: int, width: int, dim: int
) -> Design:
    rows, routing = 3 if gated else 2, experts if experts > 1 else 0
    log_noise = log_ffn_inverse_snr(
        activation, width=width, dim=dim, gated=gated, experts=experts, active=active
    )
    return Design(
        activation=activation,
        gated=gated,
        experts=experts,
        active=active,
        width=width,
        dim=dim,
        pairs=experts * width,
        parameters=(rows * experts * width + routing) * dim,
        flops=2 * (rows * active * width + routing) * dim,
        inverse_snr=exp_of(log_noise),
    )
