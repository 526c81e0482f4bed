"""DeltaProduct: several delta steps for every token, and one read after the last of them.

    for j in 0 .. n-1:
        S = S + beta[t, j] * bind(k[t, j], v[t, j] - recall(S, k[t, j]))   write
    o[t] = recall(S, q[t])                                             read, after the last

    q      (..., T, K)     queries, one a token
    k      (..., n*T, K)   keys: n rows per token, those of one token together, used as given
    v      (..., n*T, V)   values, likewise
    beta   (..., n*T)      write strength, likewise

    n      steps a token, 2 unless given: the memory is multiplied by n Householder-like factors

    >>> q, k = np.array([[1., 0.]]), np.array([[1., 0.], [1., 0.]])
    >>> delta_product(q, k, np.array([[1.], [3.]]), np.array([0.5, 0.5])).out[:, 0]
    array([1.75])

With n = 1 it is `delta`; in general it is `delta` over n T tokens of which every n-th is read.
Objective: beta/2 |v - recall(S, k)|^2, one gradient step for each of the n rows in turn.
Source:    Siems et al. 2025, arXiv:2502.10297.
"""

from refmem.algebra import bind, norm2, recall, repeat_rows
from refmem.grammar.kinds import key, strength, value
from refmem.memory import StateRule, Transition


def step(S, q, k, v, beta, n):
    for j in range(n):
        error = v[..., j, :] - recall(S, k[..., j, :])
        S = S + bind(beta[..., j, None] * k[..., j, :], error)
    return S, recall(S, q)


def transition(q, k, v, beta, n):
    return Transition.correcting(repeat_rows(q, n), beta[..., None] * k, v, k, micro=n)


def objective(S, k, v, beta):
    return beta / 2 * norm2(v - recall(S, k))


delta_product = StateRule(
    step,
    transition,
    objective,
    inputs={"k": key("n*T K"), "v": value("n*T V"), "beta": strength("n*T")},
    options={"n": 2},
    exempt={"objective": "takes a step for each of the n rows of a token in turn"},
)
