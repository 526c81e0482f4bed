"""MesaNet: answer every query by the ridge regression of all pairs so far, older ones fading.

    H[t] = alpha[t] * H[t-1] + beta[t] * bind(k[t], k[t])                write
    G[t] = alpha[t] * G[t-1] + beta[t] * bind(k[t], v[t])
    o[t] = recall((H[t] + diag(lam))^-1 G[t], q[t])                      read, after the write

    q, k    (..., T, K)   queries and keys, used as given
    v       (..., T, V)   values
    alpha   (..., T)      factor in [0, 1]: 1 keeps, 0 forgets everything
    beta    (..., T)      weight of a pair, at least 0
    lam     (..., K)      ridge of each key channel, more than 0; it does not fade

    iterations            steps of the form conjugate_gradients; K unless given

    >>> q = k = np.array([[1.], [1.]])
    >>> one = np.ones(2)
    >>> mesa(q, k, np.array([[1.], [3.]]), one, one, np.array([0.5])).out[:, 0]
    array([0.66666667, 1.6       ])

The state is (H, G). The definition solves exactly for every token. `conjugate_gradients` solves for
H + diag(lam) applied to the query, with a chunk of tokens side by side; K iterations are exact,
though rounding can ask for more: `least_squares` has its error.
Forms:     recurrent and conjugate_gradients only: the read is no linear function of the state.
Objective: sum of beta |v - recall(S, k)|^2 faded by alpha, + |diag(sqrt(lam)) S|^2, minimised
           exactly.
Source:    von Oswald et al. 2023, arXiv:2309.05858; 2025, arXiv:2506.05233.
"""

from refmem.algebra import bind, diagonal, recall, solve
from refmem.grammar.kinds import factor, ridge, strength
from refmem.grammar.ranges import Option
from refmem.memory import StateRule
from refmem.rules.regression._moments import Moments, by_conjugate_gradients, no_pairs


def step(state, q, k, v, alpha, beta, lam, iterations):
    state = write(state, k, v, alpha, beta)
    memory = solve(state.keys + diagonal(lam), state.values)
    return state, recall(memory, q)


def write(state, k, v, alpha, beta):
    """Both moments after one token."""
    alpha, weighted = alpha[..., None, None], beta[..., None] * k
    return Moments(alpha * state.keys + bind(weighted, k), alpha * state.values + bind(weighted, v))


def objective(S, k, v, beta, lam):
    """Of all tokens at once, (..., T) of them, with nothing forgotten; k, v (..., T, K or V)."""
    error = v - k @ S
    return (beta[..., None] * error * error).sum((-2, -1)) + (lam[..., None] * S * S).sum((-2, -1))


mesa = StateRule(
    step,
    objective=objective,
    inputs={"alpha": factor("T"), "beta": strength("T", laws=(0, 2)), "lam": ridge("K")},
    options={"iterations": Option(None, whole=True)},
    initial=no_pairs,
    own_forms={
        "conjugate_gradients": by_conjugate_gradients(
            lambda state, x: write(state, x["k"], x["v"], x["alpha"], x["beta"]),
            lambda moments, x: moments.keys + diagonal(x.lam)[..., None, :, :],
        )
    },
    uses=("/",),
    unasked={"widest-heads": "systems of 128 equations for every token take seconds"},
)
