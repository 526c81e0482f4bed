"""Every message of refmem.studies.capacity, by its text; nothing is computed before it."""

import numpy as np
import pytest

from refmem.functions.kernels import Kernel, arc_cosine, polynomial
from refmem.studies.capacity import (
    Values,
    best_tau,
    designs,
    ffn_entropy,
    ffn_inverse_snr,
    heads_inverse_snr,
    inverse_snr,
    max_pairs,
    measure,
    required_dim,
    required_head_dim,
    simulate,
)

BREAKING = Kernel("stick", "x", lambda x: x, breaking=True)
SQUARED_LENGTHS = Kernel("own", "x", lambda x: x, lengths=2)
KEYS = np.eye(3)

SNR = [
    (ValueError, {"tau": 0}, "tau has value 0, expected more than 0, because scores are divided"),
    (ValueError, {"tau": -1.0}, "tau has value -1.0, expected more than 0, because scores"),
    (
        ValueError,
        {"tau": np.inf},
        "tau has value inf, expected a finite number more than 0, because scores",
    ),
    (TypeError, {"tau": "hot"}, "tau has value 'hot', expected a real number, because scores"),
    (ValueError, {"dim": 0}, "dim has value 0, expected at least 1, because it counts entries"),
    (TypeError, {"dim": 2.5}, "dim has value 2.5, expected a whole number, because it counts"),
    (ValueError, {"pairs": 0}, "pairs has value 0, expected at least 1, because it counts stored"),
    (TypeError, {"pairs": None}, "pairs has value None, expected a whole number, because"),
    (
        ValueError,
        {"keys": "gausian"},
        "keys has value 'gausian', expected one of gaussian, averaged, sphere, rademacher, "
        "because these distributions are known, did you mean 'gaussian'",
    ),
    (ValueError, {"norm2": 0.0}, "norm2 has value 0.0, expected more than 0, because it is a sq"),
    (
        ValueError,
        {"norm2": 3, "keys": "averaged"},
        "norm2 has a value, expected none, because averaged keys have their own lengths",
    ),
    (
        ValueError,
        {"sigma": 0.1, "keys": "sphere"},
        "sigma has a value, expected none, because sphere keys are asked for with a cosine",
    ),
    (
        ValueError,
        {"sigma": 0.1, "cosine": 0.5},
        "cosine has a value, expected none, because the query has the noise sigma instead",
    ),
    (
        ValueError,
        {"dim": 1, "cosine": 0.5},
        "cosine has a value, expected none, because on a line every query is its key",
    ),
    (ValueError, {"cosine": 1.5}, "cosine has value 1.5, expected at least -1 and at most 1"),
    (ValueError, {"sigma": -1.0}, "sigma has value -1.0, expected at least 0, because it is a st"),
    (
        ValueError,
        {"keys": "rademacher", "cosine": 0.3},
        r"cosine has value 0.3, expected 1 - 2 m/4 for a whole number m, because m signs",
    ),
    (
        ValueError,
        {"kernel": "sigmoid", "keys": "averaged"},
        "kernel has value sigmoid, expected one of linear, polynomial, relu, exp, softmax, solu, "
        "cosine, arc_cosine, because only those have a closed form",
    ),
    (
        ValueError,
        {"kernel": "relu", "sigma": 0.1},
        "kernel has value relu, expected linear or exp, because only those have a closed form",
    ),
    (
        ValueError,
        {"kernel": "exp", "sigma": 1.0, "tau": 2.0},
        "tau has value 2, expected more than 2 sigma = 2, because the mean noise of exp is",
    ),
    (
        ValueError,
        {"keys": "averaged", "dim": 2},
        "dim has value 2, expected more than 2, because the average of linear over the lengths",
    ),
    (
        ValueError,
        {"kernel": "exp", "keys": "averaged", "tau": 0.4},
        "tau has value 0.4, expected a warmer one, because the average of exp over the lengths",
    ),
    (
        ValueError,
        {"kernel": "relu", "cosine": 0.0},
        "kernel has value relu, expected one that answers the stored key, because its signal is",
    ),
    (
        ValueError,
        {"kernel": BREAKING},
        "kernel has value stick, expected one whose weights do not depend on where a key stands",
    ),
    (
        ValueError,
        {"kernel": SQUARED_LENGTHS},
        "kernel has value own, expected one that grows with at most the first power of a key's",
    ),
    (
        ValueError,
        {"kernel": "sigmoid", "dim": 10**6, "tau": 1.0},
        "kernel has value sigmoid, expected one with a closed form .*, because scores with a",
    ),
    (
        ValueError,
        {"kernel": "sigmoid", "dim": 10**5, "tau": 1.0, "keys": "sphere"},
        "kernel has value sigmoid, expected one with a closed form .*, because scores up to",
    ),
    (
        ValueError,
        {"keys": KEYS},
        "pairs has a value, expected none, because the keys say it",
    ),
    (ValueError, {"keys": np.ones(3)}, r"keys has shape \(3,\), expected \(N, width\) with both"),
    (TypeError, {"keys": np.array([["a"]])}, "keys has entries of kind <U1, expected real floats"),
    (ValueError, {"keys": np.full((2, 2), np.nan)}, "keys has an entry that is not finite"),
]


@pytest.mark.parametrize(("kind", "given", "message"), SNR)
def test_theory_refuses(kind, given, message):
    call = {"kernel": "linear", "pairs": 3, "dim": 4} | given
    with pytest.raises(kind, match=f"^capacity: {message}"):
        inverse_snr(**call)


CALLS = [
    (
        lambda: inverse_snr("linaer", pairs=2, dim=2),
        "kernel: name has value 'linaer', expected one of .*, did you mean 'linear'",
    ),
    (lambda: simulate("exp", pairs=3, dim=4, trials=0), "capacity: trials has value 0, expected"),
    (lambda: max_pairs("exp", dim=4, snr=0), "capacity: snr has value 0, expected more than 0"),
    (
        lambda: max_pairs("round", dim=4, snr=2, keys="rademacher", tau=3.2, cosine=0.0),
        "capacity: kernel has value round, expected one that answers the stored key",
    ),
    (
        lambda: required_dim("exp", pairs=10, snr=2, tau=0.5),
        "capacity: kernel has value exp, expected one whose SNR grows with the width, because no",
    ),
    (
        lambda: best_tau("linear", dim=4),
        "capacity: kernel has value linear, expected one that depends on tau, because a temp",
    ),
    (lambda: best_tau(arc_cosine(1), dim=4), "capacity: kernel has value arc_cosine"),
    (
        lambda: best_tau("exp", dim=8, keys="sphere"),
        "capacity: tau has no best value, expected one between .*, because SNR grows .* colder",
    ),
    (
        lambda: heads_inverse_snr("exp", pairs=4, width=10, heads=4),
        "capacity: width has value 10, expected a multiple of 4, because every head has an equal",
    ),
    (
        lambda: required_head_dim("exp", pairs=5, snr=2, heads=4, arrangement="share"),
        "capacity: pairs has value 5, expected a multiple of 4, because every head has an equal",
    ),
    (
        lambda: heads_inverse_snr("exp", pairs=4, width=8, heads=4, arrangement="vote"),
        "capacity: arrangement has value 'vote', expected one of alone, agree, share, because",
    ),
    (
        lambda: ffn_inverse_snr(width=4, dim=4, experts=2, active=3),
        "capacity: active has value 3, expected at most 2, because there are no more experts",
    ),
    (
        lambda: designs(100, dim=4, pairs=4),
        "capacity: designs has dim and pairs both or neither, expected one of them, because",
    ),
    (
        lambda: designs(100, dim=4, kind="time"),
        "capacity: kind has value 'time', expected one of parameters, flops, because a block",
    ),
    (
        lambda: designs(100, dim=4, activations=["reul"]),
        "capacity: activation has value 'reul', expected one of .*, did you mean 'relu'",
    ),
    (
        lambda: Values(3, mean=[1.0, 2.0]),
        r"capacity: values.mean has shape \(2,\), expected \(3,\) or one number, because values",
    ),
    (
        lambda: Values(2, covariance=np.diag([1.0, -1.0])),
        "capacity: values.covariance has an asymmetry or a negative variance, expected a symm",
    ),
    (
        lambda: Values(2, covariance=0.0),
        "capacity: values.covariance has only zeros, and so has the mean, expected a value that",
    ),
    (
        lambda: inverse_snr("exp", pairs=3, dim=4, values=Values(2, averaged=True)),
        "capacity: values.dim has value 2, expected more than 2 entries that vary, because the",
    ),
    (
        lambda: measure(KEYS, np.eye(2)),
        "capacity: values has 2 rows, expected 3 as in keys, because they are stored in pairs",
    ),
    (
        lambda: measure(KEYS, KEYS, queries=np.eye(2), targets=np.array([0, 1])),
        r"capacity: queries has shape \(2, 2\), expected \(Q, 3\), because queries are compared",
    ),
    (
        lambda: measure(KEYS, KEYS, targets=np.array([0.0, 1, 2])),
        r"capacity: targets has shape \(3,\) of float64, expected \(3,\) whole numbers, because",
    ),
    (
        lambda: measure(KEYS, KEYS, targets=np.array([0, 1, 3])),
        "capacity: targets has values 0 to 3, expected 0 to 2, because they number the pairs",
    ),
    (
        lambda: ffn_entropy(np.eye(3), np.eye(2)),
        r"capacity: w_in has shape \(2, 2\), expected \(m, 3\), because keys are compared",
    ),
]


@pytest.mark.parametrize(("call", "message"), CALLS)
def test_everything_else_refuses(call, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()


def test_queries_alone_do_not_say_what_they_are_for():
    with pytest.raises(TypeError, match=r"^capacity: targets has no value, expected"):
        measure(KEYS, KEYS, queries=KEYS)


def test_a_kernel_that_never_hears_others_has_no_limit():
    """Scores of signs are 4, 2, 0, -2, -4: over 9 they round to 0; the stored one, over 7, to 1."""
    silent = Kernel("step", "1 where x = 4", lambda x: (x == 4) * 1.0)
    assert max_pairs(silent, dim=4, snr=2, tau=1.0, keys="rademacher") == 9
    deaf = Kernel("deaf", "1 where x > 5", lambda x: (x > 5) * 1.0)
    with pytest.raises(ValueError, match=r"^capacity: kernel has value deaf, expected one that"):
        max_pairs(deaf, dim=4, snr=2, tau=1.0, keys="rademacher")


def test_powers_of_a_huge_degree_stay_finite():
    assert np.isfinite(inverse_snr(polynomial(200), pairs=2, dim=400))
