"""The retrieval SNR of a kernel memory, in closed form.

    S = sum_j v_j phi(k_j)'      out = kappa(k_i, q) v_i + r      r: what all other pairs add
    1/SNR = E |r|^2 / (kappa(k_i, q)^2 |v_i|^2)

for N stored pairs, read with the key of one of them. Exact in N, in the width of values and in the
norms: `refmem.studies.capacity.approximations` has the shorter forms, and how far they are off.

Source:   Zhong et al. 2025, arXiv:2505.19488
Proof:    derivations/snr/decomposition.py, derivations/snr/value_mean.py
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from refmem.functions.kernels import Kernel, find_kernel
from refmem.studies.capacity.added_noise import added_noise_moments
from refmem.studies.capacity.arguments import check_rows, check_tau
from refmem.studies.capacity.averaged import averaged_moments
from refmem.studies.capacity.gaussian import gaussian_moments
from refmem.studies.capacity.given import log_inverse_snr_of_keys
from refmem.studies.capacity.moments import Moments, exp_of, log_sum
from refmem.studies.capacity.rademacher import rademacher_moments
from refmem.studies.capacity.setting import Setting, refuse, setting
from refmem.studies.capacity.sphere import sphere_moments
from refmem.studies.capacity.values import STANDARD, Values


def inverse_snr(kernel: Kernel | str, **given: Any) -> float:
    """1/SNR: the noise of a read over its signal, both as powers. 0.01 is a clear answer.

    The arguments are those of `log_inverse_snr`, which is this number's logarithm and does not
    underflow. Rounding of the logarithm leaves a relative error of about 1e-15 |log 1/SNR|; beyond
    the floats the answer is 0 or inf.

    >>> round(inverse_snr("exp", pairs=512, dim=64, tau=8), 6)
    0.000425
    >>> round(inverse_snr("linear", pairs=512, dim=64), 6)                # 511/64
    7.984375
    >>> inverse_snr("linear", pairs=1, dim=64)
    0.0
    """
    return exp_of(log_inverse_snr(kernel, **given))


def log_inverse_snr(
    kernel: Kernel | str,
    *,
    pairs: int | None = None,
    dim: int | None = None,
    tau: float | None = None,
    keys: str | np.ndarray = "gaussian",
    norm2: float | None = None,
    cosine: float = 1.0,
    sigma: float = 0.0,
    values: Values = STANDARD,
) -> float:
    """The natural logarithm of 1/SNR; -inf if there is no noise.

    kernel   of refmem.functions.kernels; a normaliser changes nothing
    pairs    N, how many pairs are stored, the one read among them
    dim      d, the width of a key
    tau      temperature: scores are divided by it; sqrt(d) unless given. A power cancels it
    keys     "gaussian"    standard normal; the key read with has the squared length `norm2`
             "averaged"    standard normal, that key too, and 1/SNR is averaged over its length
             "sphere"      uniform on the sphere of squared radius `norm2`
             "rademacher"  random signs
             (N, d)        these keys: averaged over the values, and over which of them is read
    norm2    s^2; d unless given
    cosine   rho of the query to its key, the query as long as the key
    sigma    noise of every entry of the query instead: noise and signal are averaged over it
    values   `Values`; standard normal, read at their typical length, unless given

    A kernel without a closed form is integrated, to about 1e-12 if it is smooth. Where that is
    impossible too, ValueError says which closed forms exist.

    >>> log_inverse_snr("exp", pairs=2, dim=10000)                        # 2 - 2 sqrt(d)
    -198.0
    """
    if not isinstance(keys, str):
        rows = check_rows("keys", keys, "keys")
        refuse(
            "the keys say it",
            pairs=pairs is not None,
            dim=dim is not None,
            norm2=norm2 is not None,
            cosine=cosine != 1,
            sigma=sigma != 0,
        )
        tau = check_tau(tau, rows.shape[1])
        return log_inverse_snr_of_keys(find_kernel(kernel), rows, tau, values)
    return of_setting(setting(kernel, pairs, dim, tau, keys, norm2, cosine, sigma, values))


def of_setting(chosen: Setting) -> float:
    """log 1/SNR of a checked setting."""
    return log_ratio(moments_of(chosen), chosen.pairs, chosen.values)


def log_ratio(of_one: Moments, pairs: int, values: Values) -> float:
    """log of 1/SNR = (n P m_2 + n (n - 1) |mu|^2 m_1^2) E 1/|v_i|^2/c^2, n = N - 1 other pairs.

    P = E |v|^2; m_2 and m_1 are the mean square and the mean of another pair's weight, c is the
    weight of the pair that is read.
    """
    others = pairs - 1
    if not others:
        return -math.inf
    if of_one.square == math.inf:  # its logarithm, too, is more than a float can say
        return math.inf
    terms = [math.log(others) + math.log(values.power) + of_one.square]
    if others > 1 and values.mean_power:
        coherent = math.log(others) + math.log(others - 1) + math.log(values.mean_power)
        terms.append(coherent + of_one.mean)
    return log_sum(np.array(terms)) + math.log(values.inverse_length) - of_one.signal


def moments_of(chosen: Setting) -> Moments:
    """The moments of a kernel over its distribution of keys."""
    try:
        with np.errstate(over="raise", invalid="raise"):
            of_one = _of_keys(chosen)
    except ArithmeticError as error:
        raise _beyond_floats(chosen) from error
    if any(map(math.isnan, of_one)):
        raise _beyond_floats(chosen)
    if of_one.signal == -math.inf:
        raise ValueError(
            f"capacity: kernel has value {chosen.kernel}, expected one that answers the stored "
            "key, because its signal is zero there"
        )
    return of_one


def _beyond_floats(chosen: Setting) -> ValueError:
    return ValueError(
        f"capacity: {chosen.kernel} has scores that no float holds at tau {chosen.tau:.4g}, norm2 "
        f"{chosen.norm2:.4g} and sigma {chosen.sigma:.4g}, expected smaller ones, because their "
        "moments are compared"
    )


def _of_keys(chosen: Setting) -> Moments:
    kernel, _, dim, tau, keys, norm2, cosine, sigma, _ = chosen
    if keys == "averaged":
        return averaged_moments(kernel, dim, tau, cosine)
    if keys == "rademacher":
        return rademacher_moments(kernel, dim, tau, cosine)
    if keys == "sphere":
        return sphere_moments(kernel, norm2, dim, tau, cosine)
    if sigma:
        return added_noise_moments(kernel, norm2, dim, tau, sigma)
    return gaussian_moments(kernel, norm2, dim, tau, cosine)
