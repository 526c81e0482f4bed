"""What random features lose: a softmax approximated by m of them holds no more than m dimensions.

    1/SNR of a pair = (1 - 1/m) L(2a) e^(-2a) + L(4a)/m        a = s^2/tau, L(x) = E exp(x t)

for keys on a sphere of squared radius s^2, t the cosine of two of them. The first term is the
exact kernel's; the second is at least 1/m, whatever the temperature.

Proof:    derivations/snr/random_features.py
"""

from __future__ import annotations

import math

import numpy as np

from refmem.studies.capacity.arguments import check_count, check_number, check_tau
from refmem.studies.capacity.moments import exp_of, log_sum
from refmem.studies.capacity.sphere import log_exponential


def random_features_inverse_snr(
    *, pairs: int, dim: int, features: int, tau: float | None = None, norm2: float | None = None
) -> float:
    """Mean noise over squared mean signal of positive random features of exp(x . y/tau).

    features   m, drawn once for all pairs
    others     as for `log_inverse_snr` with keys="sphere"

    >>> random_features_inverse_snr(pairs=512, dim=64, features=64) > 511/64
    True
    """
    others = check_count("pairs", pairs, "stored pairs") - 1
    dim = check_count("dim", dim, "entries of a key")
    m = check_count("features", features, "random features")
    square = float(dim)
    if norm2 is not None:
        square = check_number("norm2", norm2, "it is a squared length", above=0)
    a = square / check_tau(tau, dim)
    if not others:
        return 0.0
    exact = math.log1p(-1 / m) if m > 1 else -math.inf
    terms = [exact + log_exponential(2 * a, dim) - 2 * a, log_exponential(4 * a, dim) - math.log(m)]
    return exp_of(math.log(others) + log_sum(np.array(terms)))
