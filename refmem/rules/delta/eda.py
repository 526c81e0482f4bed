"""Erase-then-delta: forget per channel, clear what one key recalls, then correct at another.

    S'   = alpha[t] * S[t-1]                                             forget
    S''  = S' - gamma[t] * bind(e[t], recall(S', e[t]))                  erase
    S[t] = S'' + beta[t] * bind(k[t], v[t] - recall(S'', k[t]))          write
    o[t] = recall(S[t], q[t])                                            read, after the write

    q, k    (..., T, K)   queries and keys, used as given
    v       (..., T, V)   values
    alpha   (..., T, K)   factor in [0, 1] of each key channel; multiplies the rows of S
    beta    (..., T)      write strength
    e       (..., T, K)   key that is cleared, used as given
    gamma   (..., T)      erase strength: 0 keeps, 1 clears (when e[t] has norm 1)

    >>> q = k = np.array([[1., 0.], [1., 0.]])
    >>> v, e, half = np.array([[1.], [3.]]), np.array([[0., 1.], [1., 0.]]), np.array([0.5, 0.5])
    >>> eda(q, k, v, np.ones((2, 2)), half, e, half).out[:, 0]
    array([0.5  , 1.625])

Erasing is a delta step towards zero, so with a factor that all channels share it is
`gated_delta_product` with the rows e and k, 0 and v, gamma and beta, n = 2. Without erasing it is
`kda`.
Source:    Li et al. 2026, arXiv:2606.26560.
"""

from refmem.algebra import bind, interleave, recall, repeat_rows
from refmem.grammar.kinds import factor, key, strength
from refmem.memory import StateRule, Transition


def step(S, q, k, v, alpha, beta, e, gamma):
    S = alpha[..., :, None] * S
    S = S - bind(gamma[..., None] * e, recall(S, e))
    S = S + bind(beta[..., None] * k, v - recall(S, k))
    return S, recall(S, q)


def transition(q, k, v, alpha, beta, e, gamma):
    """Two steps a token: a delta step towards zero after forgetting, and one towards the value."""
    return Transition.correcting(
        repeat_rows(q, 2),
        interleave(gamma[..., None] * e, beta[..., None] * k),
        interleave(0 * v, v),
        interleave(alpha * e, k),
        decay=interleave(alpha, 0 * alpha + 1),
        micro=2,
    )


eda = StateRule(
    step,
    transition,
    inputs={
        "alpha": factor("T K"),
        "beta": strength("T"),
        "e": key("T K"),
        "gamma": strength("T"),
    },
    unasked={
        "one-key": "a unit key of one channel is 1 or -1",
        "reset-at-chunk": "of a memory that was just reset there is nothing to erase",
        "always-reset": "of a memory that was just reset there is nothing to erase",
    },
    harmless={"write decays": "the step that forgets writes nothing"},
)
