"""Whatever is finite and allowed has an answer, 0 and inf among them, or one clear error."""

import math
import random

import numpy as np
import pytest

from refmem.functions import kernels
from refmem.studies.capacity import (
    Values,
    inverse_snr,
    log_inverse_snr,
    max_pairs,
    memory_inverse_snr,
)
from refmem.studies.capacity.hopfield import hopfield_capacity, hopfield_error

KERNELS = (
    "linear", "relu", "exp", "solu", "round", "cosine", "sigmoid",
    kernels.taylor(3), kernels.polynomial(40),
)  # fmt: skip
REALS = (1e-308, 1e-200, 1e-80, 0.5, 1.0, 2.0, 64.0, 1e80, 1e200, 1e308)
COUNTS = (1, 2, 3, 64, 10**4, 10**30, 10**400)


def drawn_setting(some):
    """Any arguments of `inverse_snr`, extreme ones among them."""
    keys = some.choice(["gaussian", "averaged", "sphere", "rademacher"])
    given = {"keys": keys, "dim": some.choice([1, 2, 3, 64, 1000]), "tau": some.choice(REALS)}
    if keys in ("gaussian", "sphere") and some.random() < 0.6:
        given["norm2"] = some.choice(REALS)
    if some.random() < 0.3:
        given["cosine"] = some.choice([-1.0, 0.0, 0.5])
    elif keys == "gaussian" and some.random() < 0.3:
        given["sigma"] = some.choice(REALS)
    if some.random() < 0.3:
        given["values"] = Values(4, mean=some.choice([0.0, 1e-150, 1e150]))
    return given


def drawn_call(some):
    """A function of capacity and its arguments."""
    kernel, which = some.choice(KERNELS), some.randrange(4)
    if which == 0:
        return inverse_snr, (kernel,), drawn_setting(some) | {"pairs": some.choice(COUNTS)}
    if which == 1:
        return max_pairs, (kernel,), drawn_setting(some) | {"snr": some.choice(REALS)}
    if which == 2:
        writes, dim = some.choice(COUNTS), some.choice(COUNTS)
        ages = [some.choice([0, writes // 2, writes - 1])]
        given = {"alpha": some.choice(REALS[:5]), "beta": some.choice(REALS[:6])}
        rule = some.choice(["linear_attention", "delta", "gated_delta", "mesa"])
        return memory_inverse_snr, (rule,), {"writes": writes, "dim": dim, "ages": ages} | given
    network, neurons = some.choice(["classical", "dense", "modern"]), some.choice([2, 3, 30])
    given = {"power": some.choice([2, 3, 100]), "inverse_temperature": some.choice(REALS)}
    return hopfield_error, (network,), given | {"neurons": neurons, "patterns": some.choice(COUNTS)}


@pytest.mark.parametrize("seed", range(8))
def test_any_call_is_answered_or_refused(seed):
    some, answered = random.Random(seed), 0
    for _ in range(60):
        function, names, given = drawn_call(some)
        try:
            answer = function(*names, **given)
        except ValueError as error:
            if not str(error).startswith("capacity: "):
                raise
            continue
        answered += 1
        least = answer if isinstance(answer, int) else np.min(answer)
        assert least >= 0, (function, names, given)  # which NaN is not
    assert answered > 20


def test_a_softmax_may_be_as_warm_and_as_cold_as_floats():
    assert inverse_snr("exp", pairs=3, dim=64, tau=1e300) == 2
    assert inverse_snr("exp", pairs=3, dim=64, tau=1e-200) == math.inf
    assert log_inverse_snr("exp", pairs=2, dim=64, tau=1e-100) == pytest.approx(1.28e202)


def test_a_length_may_be_as_large_as_floats():
    expected = -2 * math.log(1e300)
    assert log_inverse_snr(kernels.polynomial(2), pairs=2, dim=8, norm2=1e300) == pytest.approx(
        expected + math.log(3)
    )
    assert log_inverse_snr("round", pairs=2, dim=8, tau=1e-200) == pytest.approx(-math.log(8))


@pytest.mark.parametrize(
    ("rule", "given", "expected"),
    [
        ("scalar_decay", {"writes": 10**4, "dim": 8, "ages": [5000], "alpha": 0.5}, math.inf),
        ("scalar_decay", {"writes": 4, "dim": 8, "ages": [0], "alpha": 1e-200}, 0),
        ("delta", {"writes": 10**4, "dim": 8, "ages": [5000]}, 8 * (8 / 7) ** 5000 / 8 * 8),
        ("delta", {"writes": 5, "dim": 1, "ages": [0]}, 0),
        ("delta", {"writes": 5, "dim": 1, "ages": [1]}, math.inf),
    ],
)
def test_memories_forget_beyond_floats(rule, given, expected):
    """The delta rule's x^-age/d (1 - x^age)/(1 - x), x = 1 - 1/d, over a signal of 1/d."""
    assert memory_inverse_snr(rule, **given) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: inverse_snr(kernels.taylor(3), pairs=2, dim=4, tau=1e-200),
         r"capacity: taylor\(3\) has scores that no float holds at tau 1e-200"),
        (lambda: inverse_snr("exp", pairs=2, dim=4, tau=1e-9, keys="sphere"),
         "capacity: tau is so cold that scores have value 8e[+]09, expected at most 1e[+]07"),
        (lambda: inverse_snr("round", pairs=2, dim=4, tau=1e-9, keys="sphere"),
         "capacity: tau is so cold that scores have value 4e[+]09"),
        (lambda: max_pairs("exp", dim=10**8, snr=1.0),
         "capacity: snr has value 1.0, expected more, because more than 2"),
        (lambda: Values(2, mean=1e200), "capacity: values.mean and values.covariance have a power"),
        (lambda: memory_inverse_snr("delta", writes=10**400, dim=4, ages=[0]),
         "capacity: writes has 401 digits, expected at most 1e[+]15, because floats are"),
        (lambda: hopfield_capacity("dense", neurons=10**8),
         "capacity: neurons has value 1e[+]08, expected at most 1e[+]07, because so many signs"),
    ],
)  # fmt: skip
def test_what_is_too_much_is_said(call, message):
    with pytest.raises(ValueError, match=message):
        call()
