"""Comba as its published loop has it: forget first, then correct by an error of what is left.

    S'   = alpha[t] * S[t-1]                                             forget
    S[t] = S' + beta[t] * bind(k[t], v[t] - recall(S', p[t]))            write
    o[t] = recall(S[t], q[t])                                            read, after the write

    q, k    (..., T, K)   queries and keys, used as given
    v       (..., T, V)   values
    alpha   (..., T)      factor in [0, 1]: 1 keeps, 0 forgets everything
    beta    (..., T)      write strength
    p       (..., T, K)   key that reads what is there (its source: a multiple of k)

    >>> q = k = p = np.array([[1., 0.], [1., 0.]])
    >>> half = np.array([0.5, 0.5])
    >>> comba_decayed_error(q, k, np.array([[1.], [3.]]), half, half, p).out[:, 0]
    array([0.5  , 1.625])

The error reads the decayed state, as flash-linear-attention's token-by-token reference of Comba
does; its chunked reference and its kernels read the undecayed one, and so does `comba`. With p = k
it is `gated_delta`, and it is `comba` with alpha p for p. Reading with p and writing with k is no
gradient step, so there is no objective.
Source:    flash-linear-attention, naive_recurrent_comba, after Hu et al. 2025, arXiv:2506.02475.
"""

from refmem.algebra import bind, recall
from refmem.grammar.kinds import factor, near_key, strength
from refmem.memory import StateRule, Transition


def step(S, q, k, v, alpha, beta, p):
    S = alpha[..., None, None] * S
    error = v - recall(S, p)
    S = S + bind(beta[..., None] * k, error)
    return S, recall(S, q)


def transition(q, k, v, alpha, beta, p):
    alpha = alpha[..., None]
    return Transition.correcting(q, beta[..., None] * k, v, alpha * p, decay=alpha)


comba_decayed_error = StateRule(
    step,
    transition,
    inputs={"alpha": factor("T"), "beta": strength("T"), "p": near_key("T K", like="k")},
)
