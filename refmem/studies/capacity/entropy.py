"""Mono- and polysemanticity: how many memories one query excites.

    H = -sum_i p_i log p_i,  p_i = |w_i|/sum |w|        w_i = kappa(k_i, q)

0 where one memory answers alone, log N where all answer alike; exp(H) is an effective number of
memories. A high retrieval SNR is monosemantic, a low one polysemantic.

Source:   Zhong et al. 2025, arXiv:2505.19488, for the reading; the measure is refmem's
"""

from __future__ import annotations

import numpy as np

from refmem.functions.activations import Activation, find_activation
from refmem.functions.kernels import Kernel
from refmem.studies.capacity.arguments import check_count, check_rows
from refmem.studies.capacity.setting import setting
from refmem.studies.capacity.simulation import draw_keys, draw_read
from refmem.studies.capacity.values import STANDARD
from refmem.studies.capacity.weights import between


def entropy(weights: np.ndarray) -> np.ndarray:
    """Entropy in nats of the shares |w|/sum |w| over the last axis; 0 for a row of zeros.

    >>> entropy(np.array([[1., 0., 0.], [1., 1., 0.], [-2., 2., 4.]])).round(4)
    array([0.    , 0.6931, 1.0397])
    """
    sizes = abs(np.asarray(weights, dtype=float))
    total = sizes.sum(-1, keepdims=True)
    shares = np.divide(sizes, total, out=np.zeros_like(sizes), where=total > 0)
    return (shares * -np.log(np.where(shares > 0, shares, 1.0))).sum(-1) + 0.0


def kernel_entropy(
    kernel: Kernel | str,
    *,
    pairs: int,
    dim: int,
    tau: float | None = None,
    trials: int = 100,
    rng: int | np.random.Generator = 0,
    keys: str = "gaussian",
    norm2: float | None = None,
    cosine: float = 1.0,
) -> np.ndarray:
    """The entropy of so many reads of random memories, (trials,); `simulate` has the arguments.

    >>> cold = kernel_entropy("exp", pairs=512, dim=64, tau=4)
    >>> bool(cold.mean() < 0.1 < 5 < kernel_entropy("linear", pairs=512, dim=64).mean())
    True
    """
    trials = check_count("trials", trials, "reads")
    chosen = setting(kernel, pairs, dim, tau, keys, norm2, cosine, 0.0, STANDARD)
    random = np.random.default_rng(rng)
    found = np.zeros(trials)
    for trial in range(trials):
        key, query = draw_read(chosen, random)
        stored = np.concatenate([key[None], draw_keys(chosen, random, chosen.pairs - 1)])
        weights = between(chosen.kernel, query[None], stored, chosen.tau)
        found[trial] = entropy(weights.over(weights.log.max()))[0]
    return found


def ffn_entropy(
    x: np.ndarray, w_in: np.ndarray, activation: Activation | str = "relu"
) -> np.ndarray:
    """The entropy of a real block's hidden units for every token, (T,).

    x      (T, d)   inputs of the block; a column of ones if it has biases
    w_in   (m, d)   keys of its units; a column of biases then

    >>> ffn_entropy(np.eye(2), np.array([[1., 1.], [0., 1.]])).round(4)
    array([0.    , 0.6931])
    """
    x, w_in = check_rows("x", x, "inputs"), check_rows("w_in", w_in, "keys")
    if x.shape[1] != w_in.shape[1]:
        raise ValueError(
            f"capacity: w_in has shape {w_in.shape}, expected (m, {x.shape[1]}), because keys are "
            "compared with inputs"
        )
    return entropy(find_activation(activation).value(x @ w_in.T))
