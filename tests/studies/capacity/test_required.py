"""The design questions: limits are limits, and agree with the short forms."""

import math

import pytest

from refmem.functions.kernels import polynomial, taylor
from refmem.studies.capacity import (
    Values,
    best_tau,
    designs,
    ffn_inverse_snr,
    inverse_snr,
    log_inverse_snr,
    max_pairs,
    required_dim,
    required_head_dim,
)
from refmem.studies.capacity.approximations import (
    gap,
    short_inverse_snr,
    short_required_dim_best,
    short_required_dim_linear,
    short_required_dim_usual,
    short_routed_inverse_snr,
)

SETTINGS = [
    ("linear", {}),
    ("exp", {}),
    ("exp", {"tau": 2}),
    ("exp", {"keys": "sphere"}),
    ("exp", {"keys": "averaged"}),
    ("exp", {"keys": "rademacher"}),
    ("exp", {"cosine": 0.8}),
    ("exp", {"values": Values(8, mean=0.5)}),
    ("solu", {}),
    (taylor(3), {}),
    (polynomial(2), {}),
]


@pytest.mark.parametrize(("kernel", "given"), SETTINGS)
def test_one_pair_more_is_one_too_many(kernel, given):
    dim = 24 if given.get("keys") != "rademacher" else 20
    most = max_pairs(kernel, dim=dim, snr=2, **given)
    assert inverse_snr(kernel, pairs=most, dim=dim, **given) <= 1 / 2 * (1 + 1e-12)
    assert inverse_snr(kernel, pairs=most + 1, dim=dim, **given) > 1 / 2 * (1 - 1e-12)


@pytest.mark.parametrize(("kernel", "given"), [*SETTINGS, ("linear", {"keys": "averaged"})])
def test_one_entry_less_is_one_too_few(kernel, given):
    if kernel == "exp" and given.get("cosine"):
        given = given | {"tau": 8.0}
    dim = required_dim(kernel, pairs=100, snr=10, **given)
    assert dim > 3
    noise = [inverse_snr(kernel, pairs=100, dim=width, **given) for width in (dim, dim - 1)]
    assert noise[0] <= 0.1 * (1 + 1e-11) < noise[1]


def test_the_numbers_of_the_paper():
    """At 1/SNR = 0.01: about 1.2e4 pairs at d = 64, tau = 8; 9.1e6 at d = 128; linear 0.01 d."""
    assert round(max_pairs("exp", dim=64, snr=100), -3) == 12000
    assert f"{max_pairs('exp', dim=128, snr=100):.1e}" in ("9.0e+06", "9.1e+06")
    assert max_pairs("linear", dim=6400, snr=100) - 1 == 64


@pytest.mark.parametrize("pairs", [10, 10**3, 10**6, 10**12])
def test_the_short_widths_are_one_pair_and_one_rounding_off(pairs):
    """They count N for N - 1: exact with N + 1 pairs, where the width is the next whole number."""
    for short, given in (
        (short_required_dim_usual, {}),
        (short_required_dim_best, {"tau": 2}),
    ):
        assert required_dim("exp", pairs=pairs + 1, snr=100, **given) == math.ceil(
            short(pairs, 100) - 1e-9
        )
    exact = required_dim("linear", pairs=pairs + 1, snr=100)
    assert abs(exact - short_required_dim_linear(pairs, 100)) <= 1 + 1e-12 * exact


@pytest.mark.parametrize("kernel", ["linear", "relu", "exp", "solu"])
def test_the_gap_of_the_short_form_is_one_pair_in_all(kernel):
    for pairs in (2, 10, 1000):
        short = short_inverse_snr(kernel, pairs=pairs, dim=16)
        exact = inverse_snr(kernel, pairs=pairs, dim=16)
        assert abs(gap(short, exact) - 1 / (pairs - 1)) < 1e-12


def test_the_gap_of_routing_is_half_a_pair_in_d():
    exact = ffn_inverse_snr("relu", width=8, dim=16, experts=4, active=2)
    assert abs(short_routed_inverse_snr(2, 8, 16) - exact - 1 / 32) < 1e-15


def test_the_best_temperature_is_best():
    for kernel, given in (
        ("exp", {}),
        ("exp", {"cosine": 0.7}),
        ("exp", {"keys": "averaged"}),
        ("exp", {"sigma": 0.3}),
        ("exp", {"values": Values(4, mean=0.4), "pairs": 50}),
        ("solu", {}),
        ("sigmoid", {}),
        (taylor(1), {}),
    ):
        best = best_tau(kernel, dim=12, **given)
        stored = {"pairs": 2, "dim": 12} | given
        there = log_inverse_snr(kernel, tau=best, **stored)
        for other in (0.9 * best, 1.1 * best):
            assert there < log_inverse_snr(kernel, tau=other, **stored)
    assert abs(best_tau(taylor(1), dim=12) - 1) < 1e-6  # derivations/snr/taylor_features.py


def test_heads_need_the_width_they_need():
    alone = required_head_dim("exp", pairs=4096, snr=10, heads=8)
    assert alone == required_dim("exp", pairs=4096, snr=10)
    agree = required_head_dim("exp", pairs=4096, snr=10, heads=8, arrangement="agree")
    share = required_head_dim("exp", pairs=4096, snr=10, heads=8, arrangement="share")
    assert share <= agree < alone


def test_designs_keep_to_the_budget_and_are_sorted():
    for kind in ("parameters", "flops"):
        for given in ({"dim": 64}, {"pairs": 256}):
            found = designs(2**18, kind=kind, **given)
            assert {one.gated for one in found} == {False, True}
            assert [one.inverse_snr for one in found] == sorted(one.inverse_snr for one in found)
            for one in found:
                assert getattr(one, kind) <= 2**18
                assert one.pairs >= given.get("pairs", 1)


def test_a_design_that_does_not_fit_is_left_out():
    assert designs(10, dim=64) == []
    assert designs(10, pairs=64) == []


def test_sparsity_and_gating_are_better_at_equal_pairs():
    """At equal stored pairs and parameters, routing hears fewer and gating multiplies."""
    best = designs(2**22, pairs=2**12, activations=["relu"], experts=[1, 64], active=[1])
    ranking = [(one.gated, one.experts) for one in best]
    assert ranking == [(True, 64), (True, 1), (False, 64), (False, 1)]
