"""Gated Oja rule: the delta rule with keys and values exchanged, so that values are cleared.

    S'   = S[t-1] * alpha[t]                                 forget; alpha multiplies columns
    S[t] = S' + beta[t] * bind(k[t] - S' v[t], v[t])                     write
    o[t] = recall(S[t], q[t])                                            read, after the write

    q, k    (..., T, K)   queries and keys, used as given
    v       (..., T, V)   values, used as given
    alpha   (..., T, V)   factor in [0, 1] of each value channel
    beta    (..., T)      write strength: 1 replaces (when v[t] has norm 1)

    >>> q, k = np.array([[1., 0.], [1., 0.]]), np.array([[1., 0.], [3., 0.]])
    >>> gated_oja(q, k, np.array([[1.], [1.]]), np.ones((2, 1)), np.array([0.5, 0.5])).out[:, 0]
    array([0.5 , 1.75])

S transposed is `kda` with v for keys and k for values.
Forms:     recurrent only: the others read a memory from the side on which it is corrected.
Objective: beta/2 |k - S v|^2, one gradient step from the decayed state.
Source:    gated_oja_rule of flash-linear-attention (Oja 1982 in spirit).
"""

from refmem.algebra import bind, norm2, recall, transposed
from refmem.grammar.kinds import factor, strength
from refmem.memory import StateRule


def step(S, q, k, v, alpha, beta):
    S = S * alpha[..., None, :]
    error = k - recall(transposed(S), v)
    S = S + bind(beta[..., None] * error, v)
    return S, recall(S, q)


def objective(S, k, v, beta):
    return beta / 2 * norm2(k - recall(transposed(S), v))


gated_oja = StateRule(
    step,
    objective=objective,
    inputs={"alpha": factor("T V"), "beta": strength("T")},
    exempt={"linear in v": "erases what its values read"},
)
