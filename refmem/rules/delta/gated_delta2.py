"""Gated delta rule 2: what is erased and what is written have gates of their own, per channel.

    S'   = alpha[t] * S[t-1]                                 forget; alpha multiplies the rows of S
    S[t] = S' + bind(k[t], write[t] * v[t] - recall(S', erase[t] * k[t]))      write
    o[t] = recall(S[t], q[t])                                            read, after the write

    q, k    (..., T, K)   queries and keys, used as given
    v       (..., T, V)   values
    alpha   (..., T, K)   factor in [0, 1] of each key channel
    erase   (..., T, K)   how much of what is recalled is taken out, per key channel
    write   (..., T, V)   how much of the value is put in, per value channel

    >>> q = k = np.array([[1., 1.], [1., 1.]])
    >>> v, alpha = np.array([[1.], [3.]]), np.array([[1., 1.], [0.5, 0.]])
    >>> gated_delta2(q, k, v, alpha, np.array([[1., 1.], [0.5, 1.]]), np.ones((2, 1))).out[:, 0]
    array([2., 6.])

The error reads the decayed state. Erasing reads with erase * k but writes with k, so no scalar
objective has this as its gradient step; with erase = write = beta it is `kda`.
Source:    GDN-2, arXiv:2605.22791.
"""

from refmem.algebra import bind, recall
from refmem.grammar.kinds import factor, strength
from refmem.memory import StateRule, Transition


def step(S, q, k, v, alpha, erase, write):
    S = alpha[..., :, None] * S
    error = write * v - recall(S, erase * k)
    S = S + bind(k, error)
    return S, recall(S, q)


def transition(q, k, v, alpha, erase, write):
    return Transition.correcting(q, k, write * v, alpha * erase * k, decay=alpha)


gated_delta2 = StateRule(
    step,
    transition,
    inputs={"alpha": factor("T K"), "erase": strength("T K"), "write": strength("T V")},
)
