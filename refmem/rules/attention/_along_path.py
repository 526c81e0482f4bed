"""Keys on their way: every token takes its own direction out of all keys that were there before it.

    H[t] key = key - beta[t] (w[t] . key) w[t]

a reflection where |w[t]| = 1 and beta[t] = 2, a projection where beta[t] = 1.
"""

from __future__ import annotations

import numpy as np

from refmem.algebra import bind, join, recall, transposed, zeros


def along_path(
    key: np.ndarray, q: np.ndarray, k: np.ndarray, w: np.ndarray, beta: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """All keys after T tokens, (..., P + T, K), and what each token's query meets, (..., T, P + T).

    Token t turns the keys (..., P, K) before it, joins its own key `k`, and meets them all with its
    `q`: entry (t, i) is q[t] . H[t] ... H[i+1] key[i], and zero for keys that are not there yet.

    >>> one = np.array([[1., 0.]])
    >>> along_path(one, np.ones((1, 2)), np.zeros((1, 2)), one, np.array([2.]))
    (array([[-1.,  0.],
            [ 0.,  0.]]), array([[-1.,  0.]]))
    """
    tokens, met = q.shape[-2], []
    for t in range(tokens):
        taken = recall(transposed(key), w[..., t, :])
        key = key - bind(taken, beta[..., t, None] * w[..., t, :])
        key = join(key, k[..., t : t + 1, :])
        here = recall(transposed(key), q[..., t, :])
        later = zeros((*here.shape[:-1], tokens - t - 1), here)
        met.append(np.concatenate([here, later], axis=-1))
    return key, np.stack(met, axis=-2)
