"""The sweeps behind `refmem capacity` and its figures: points, and what is found at each.

A point is a dict of plain numbers and names, so that it can be sent to another process and written
to a journal; its result is one too.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from refmem.studies.capacity.hopfield import hopfield_error, simulate_hopfield
from refmem.studies.capacity.memories import CLOSED, memory_inverse_snr
from refmem.studies.capacity.memory_simulation import simulate_memory
from refmem.studies.capacity.required import required_dim
from refmem.studies.capacity.simulation import is_too_cold, simulate
from refmem.studies.capacity.snr import inverse_snr

KERNELS = ("linear", "relu", "solu", "exp")
PAIRS = tuple(2**n for n in range(3, 13))

Point = dict[str, Any]


def snr_points(
    dim: int = 64,
    kernels: Sequence[str] = KERNELS,
    pairs: Sequence[int] = PAIRS,
    tau: float | None = None,
    trials: int = 200,
) -> list[Point]:
    """Every kernel at every number of pairs, N = 2 and more."""
    return [
        {"kernel": kernel, "pairs": N, "dim": dim, "tau": tau, "trials": trials}
        for kernel in kernels
        for N in pairs
    ]


def snr_at(point: Point, rng: np.random.Generator) -> dict[str, float]:
    """1/SNR in closed form and simulated, with its 95 % interval, and whether tau is too cold."""
    stored = {name: point[name] for name in ("pairs", "dim", "tau")}
    kernel, dim = point["kernel"], point["dim"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # said by `cold`
        found = simulate(kernel, trials=point["trials"], rng=rng, **stored)
    low, high = found.interval
    cold = is_too_cold(kernel, point["pairs"], dim, point["tau"] or math.sqrt(dim))
    theory = inverse_snr(kernel, **stored)
    return {"theory": theory, "mean": found.mean, "low": low, "high": high, "cold": cold}


def required_widths(
    kernels: Sequence[tuple[str, float | None]], pairs: Sequence[int], snr: float
) -> list[list[int]]:
    """The narrowest key for each (kernel, tau) and each number of pairs."""
    return [
        [required_dim(kernel, pairs=N, snr=snr, tau=tau) for N in pairs] for kernel, tau in kernels
    ]


def memories(dim: int, writes: int) -> dict[str, dict[str, Any]]:
    """The rules that are compared by age, and what else they take.

    Decay is that of a half-life of `dim` writes; softmax is as sharp as attention over keys of
    length sqrt(dim).
    """
    half = 0.5 ** (1 / dim)
    return {
        "linear_attention": {},
        "retention": {"gamma": half},
        "delta": {"beta": 1.0},
        "gated_delta": {"alpha": half, "beta": 1.0},
        "mesa": {"alpha": half, "beta": 1.0, "lam": 0.01},
        "least_squares": {"lam": 1e-6},
        "softmax_attention": {"scale": math.sqrt(dim)},
        "deltaformer": {"scale": math.sqrt(dim)},
    }


def memory_points(
    dim: int = 64, writes: int = 256, trials: int = 20, rules: Sequence[str] | None = None
) -> list[Point]:
    """Every rule, at ages 0, 1, 2, 4, ... up to the first write."""
    ages = [0, *(2**n for n in range(16) if 2**n < writes), writes - 1]
    ages = sorted(set(ages))
    known = memories(dim, writes)
    return [
        {
            "rule": rule,
            "inputs": known[rule],
            "dim": dim,
            "writes": writes,
            "ages": ages,
            "trials": trials,
        }
        for rule in rules or known
    ]


def memory_at(point: Point, rng: np.random.Generator) -> dict[str, list[float]]:
    """Retention and 1/SNR at every age, simulated, with 95 % intervals; and theory, or nothing."""
    rule, inputs = point["rule"], point["inputs"]
    stored = {name: point[name] for name in ("writes", "dim", "ages")}
    found = simulate_memory(rule, trials=point["trials"], rng=rng, **stored, **inputs)
    ends = [found.at(place).interval for place in range(len(point["ages"]))]
    return {
        "ages": point["ages"],
        "retention": found.retention.tolist(),
        "mean": found.inverse_snr.tolist(),
        "low": [low for low, _ in ends],
        "high": [high for _, high in ends],
        "theory": _theory(rule, inputs, stored),
    }


def _theory(rule: str, inputs: dict[str, Any], stored: dict[str, Any]) -> list[float]:
    """The closed form for these inputs; nothing for a rule, or a decay, that has none."""
    if rule not in CLOSED or (rule == "mesa" and inputs["alpha"] != 1):
        return []
    alpha = inputs.get("alpha", inputs.get("gamma", 1.0))
    given = {"alpha": alpha, "beta": inputs.get("beta", 1.0)}
    if rule == "softmax_attention":
        given["tau"] = 1 / inputs["scale"]
    return memory_inverse_snr(rule, **stored, **given).tolist()


def hopfield_points(trials: int = 300) -> list[Point]:
    """Three networks of 64, 32 and 16 neurons, around where their retrieval fails."""
    networks = {
        "classical": ({"neurons": 64}, (4, 8, 12, 16, 24, 32, 64, 128)),
        "dense": ({"neurons": 32, "power": 3}, (16, 32, 64, 96, 128, 192, 256, 512)),
        "modern": (
            {"neurons": 16, "inverse_temperature": 0.5},
            (32, 64, 96, 128, 192, 256, 384, 512),
        ),
    }
    return [
        {"network": network, "given": given, "patterns": patterns, "trials": trials}
        for network, (given, counts) in networks.items()
        for patterns in counts
    ]


def hopfield_at(point: Point, rng: np.random.Generator) -> dict[str, float]:
    """The chance of a wrong neuron: by theory, and simulated with its 95 % interval."""
    network, given, patterns = point["network"], point["given"], point["patterns"]
    found = simulate_hopfield(network, patterns=patterns, trials=point["trials"], rng=rng, **given)
    low, high = found.interval
    theory = hopfield_error(network, patterns=patterns, **given)
    return {"theory": theory, "mean": found.error, "low": low, "high": high}
