"""What a memory becomes in an endless context of one fixed world: S*, as a function of the world.

    x          (..., D)   what happens, independent from token to token
    k = x W_k  (..., K)   keys,    W_k (D, K)
    v = x W_v  (..., V)   values,  W_v (D, V)
    C = E x'x  (D, D)     the second moment: the covariance, and mean'mean

The context enters S* through C alone. All of these run on every number system; leading axes of W_k,
W_v and C broadcast. None samples anything: `convergence` measures how shipped
rules come near.

Source: Zhong et al. 2025, arXiv:2505.19488, for the question and the shape of the answer.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refmem.algebra import diagonal, norm2, ones, solve, transposed


def ridge_limit(W_k: np.ndarray, W_v: np.ndarray, C: np.ndarray, lam: Any) -> np.ndarray:
    """What least squares with a ridge of `lam` a token tends to: `mesa`, `least_squares`.

        S* = (W_k' C W_k + lam I)^-1 W_k' C W_v        the minimum of E |v - k S|^2 + lam |S|^2

    lam = 0 is where the delta rule rests on average; then W_k' C W_k must have an inverse, or
    `np.linalg.LinAlgError` is raised. A ridge that does not grow with T is one of lam/T a token.
    Proof: derivations/long_context/regression.py

    >>> ridge_limit(np.eye(2), np.array([[2.], [4.]]), np.diag([1., 3.]), 1.)[:, 0]
    array([1., 3.])
    """
    _check_world(W_k, W_v, C)
    _check_ridge(lam)
    moment = transposed(W_k) @ C
    normal = moment @ W_k
    return solve(normal + lam * _identity(normal), moment @ W_v)


def ridge_limit_pushed_through(
    W_k: np.ndarray, W_v: np.ndarray, C: np.ndarray, lam: Any
) -> np.ndarray:
    """The same as `ridge_limit`, solved among the D channels of x: for keys wider than x.

        S* = W_k' (W_k W_k' + lam C^-1)^-1 W_v         C has an inverse

    Proof: derivations/long_context/regression.py

    >>> ridge_limit_pushed_through(np.eye(2), np.array([[2.], [4.]]), np.diag([1., 3.]), 1.)[:, 0]
    array([1., 3.])
    """
    _check_world(W_k, W_v, C)
    _check_ridge(lam)
    inverse = solve(C, _identity(C))
    return transposed(W_k) @ solve(W_k @ transposed(W_k) + lam * inverse, W_v)


def interpolation_limit(W_k: np.ndarray, W_v: np.ndarray) -> np.ndarray:
    """What a vanishing ridge leaves where keys hold all of x (W_k W_k' has an inverse).

        S* = W_k' (W_k W_k')^-1 W_v = pinv(W_k) W_v    W_k S* = W_v: every value, exactly

    Nothing of the context is in it. Proof: derivations/long_context/regression.py

    >>> interpolation_limit(np.array([[1., 1.]]), np.array([[4.]]))[:, 0]
    array([2., 2.])
    """
    _check_world(W_k, W_v)
    return transposed(W_k) @ solve(W_k @ transposed(W_k), W_v)


def average_limit(W_k: np.ndarray, W_v: np.ndarray, C: np.ndarray) -> np.ndarray:
    """What averaging tends to: `averaged_memory`, and (1 - alpha) times `scalar_decay` on average.

        S* = E k'v = W_k' C W_v

    Proof: derivations/long_context/average.py

    >>> average_limit(np.eye(2), np.array([[2.], [4.]]), np.diag([1., 3.]))[:, 0]
    array([ 2., 12.])
    """
    _check_world(W_k, W_v, C)
    return transposed(W_k) @ C @ W_v


def gated_delta_limit(
    W_k: np.ndarray, W_v: np.ndarray, C: np.ndarray, alpha: Any, beta: Any
) -> np.ndarray:
    """Where `gated_delta` with a constant alpha > 0 and beta > 0 rests on average.

        S* = (W_k' C W_k + lam I)^-1 W_k' C W_v / alpha        lam = (1 - alpha)/(alpha beta)

    To forget is to have a ridge: the gate holds the memory as near zero as a ridge of lam would.
    Proof: derivations/long_context/forgetting.py

    >>> gated_delta_limit(np.eye(1), np.eye(1), np.eye(1), 0.5, 1.)
    array([[1.]])
    """
    if not 0 < alpha <= 1 or beta == 0:
        raise ValueError(
            f"gated_delta_limit: alpha, beta have values {alpha}, {beta}, expected alpha in (0, 1] "
            "and beta other than 0, because a memory that forgets or writes nothing has no limit"
        )
    return ridge_limit(W_k, W_v, C, (1 - alpha) / (alpha * beta)) / alpha


def softmax_limit(
    q: np.ndarray, W_k: np.ndarray, W_v: np.ndarray, mean: np.ndarray, covariance: Any, scale: Any
) -> np.ndarray:
    """What `softmax_attention` over an endless Gaussian context answers: affine in the query.

        o* = (mean + scale q W_k' covariance) W_v      x Gaussian with that mean and covariance

    q (..., K), mean (D,); `scale` is 1/tau, and the weights are exp(scale q.k).
    Proof: derivations/long_context/softmax.py

    >>> one = np.eye(1)
    >>> softmax_limit(np.array([[0.], [2.]]), one, one, np.ones(1), 3 * one, 0.5)[:, 0]
    array([1., 4.])
    """
    _check_world(W_k, W_v, covariance)
    return (mean + scale * q @ transposed(W_k) @ covariance) @ W_v


def average_spread(W_k: np.ndarray, W_v: np.ndarray, C: np.ndarray, noise: Any) -> Any:
    """How far a mean of Gaussian pairs is from its limit: E |S[t] - S*|^2 = spread/t, for every t.

        spread = tr(W_k' C W_k) (tr(W_v' C W_v) + V noise) + |W_k' C W_v|^2     x of mean zero

    `noise` is the variance of what is added to each entry of v.
    Proof: derivations/long_context/spread.py

    >>> float(average_spread(np.eye(2), np.eye(2), np.eye(2), 0.5))
    8.0
    """
    _check_world(W_k, W_v, C)
    keys = np.trace(transposed(W_k) @ C @ W_k)
    values = np.trace(transposed(W_v) @ C @ W_v) + W_v.shape[-1] * noise
    return keys * values + norm2(average_limit(W_k, W_v, C).reshape(-1))


def softmax_spread(
    q: np.ndarray, W_k: np.ndarray, W_v: np.ndarray, covariance: Any, scale: Any, noise: Any
) -> np.ndarray:
    """How far softmax over T Gaussian tokens is from its limit: T E |o - o*|^2 tends to this.

        spread = exp(b C b') (tr(W_v' C W_v) + |b C W_v|^2 + V noise)     b = scale q W_k'

    exp(b C b') is how many tokens stand for one independent one: a sharp query sees few of them.
    Proof: derivations/long_context/spread.py

    >>> float(softmax_spread(np.zeros(2), np.eye(2), np.eye(2), np.eye(2), 1., 0.5))
    3.0
    """
    _check_world(W_k, W_v, covariance)
    tilt = scale * q @ transposed(W_k) @ covariance
    sharpness = (tilt * (scale * q @ transposed(W_k))).sum(-1)
    around = np.trace(transposed(W_v) @ covariance @ W_v) + W_v.shape[-1] * noise
    return np.exp(sharpness) * (around + norm2(tilt @ W_v))


def _identity(like: np.ndarray) -> np.ndarray:
    return diagonal(ones(like.shape[:-1], like))


def _check_world(W_k: np.ndarray, W_v: np.ndarray, C: np.ndarray | None = None) -> None:
    """The maps are of one x, and its moments are as wide."""
    if W_k.ndim < 2 or W_v.ndim < 2 or W_k.shape[-2] != W_v.shape[-2]:
        raise ValueError(
            f"limits: W_v has shape {W_v.shape}, expected (..., D, V) with D as in W_k "
            f"{W_k.shape}, because keys and values are of the same x"
        )
    D = W_k.shape[-2]
    if C is not None and C.shape[-2:] != (D, D):
        raise ValueError(
            f"limits: covariance has shape {C.shape}, expected (..., {D}, {D}), because x has "
            f"{D} channels as in W_k"
        )


def _check_ridge(lam: Any) -> None:
    if lam < 0:
        raise ValueError(
            f"limits: lam has value {lam}, expected at least 0, because it weighs a square"
        )
