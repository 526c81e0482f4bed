"""Atlas: the Omega rule with momentum, and every step turned into a nearly orthogonal one.

    C[t] = theta[t] * C[t-1] + sum over the last c tokens i of gamma[t, i] *
           gradient of |v[i] - recall(S[t-1], k[i])|^2 in S[t-1]         momentum
    S[t] = alpha[t] * S[t-1] - eta[t] * newton_schulz(C[t])              write
    o[t] = recall(S[t], q[t])                                            read, after the write

    q, k     (..., T, K)   queries and keys, used as given
    v        (..., T, V)   values
    alpha    (..., T)      factor in [0, 1]: 1 keeps, 0 forgets everything
    eta      (..., T)      length of a step
    theta    (..., T)      momentum factor
    gamma    (..., T, C)   in [0, 1]: how much each of the last C tokens counts, the oldest
                           first and token t last; C is the length of the window

    iterations             of Newton-Schulz, 5 unless given

    >>> q = k = np.array([[1., 0.], [1., 0.]])
    >>> v, half = np.array([[1.], [3.]]), np.array([0.5, 0.5])
    >>> atlas(q, k, v, half, half, half, np.ones((2, 2)), iterations=1).out[:, 0]
    array([0.3505 , 0.52575])

    newton_schulz(C): X = C / |C|, then so many times X = a X + b (X X') X + c (X X')^2 X with
    a, b, c = 3.4445, -4.775, 2.0315: singular values go to about 1, singular vectors stay

The error reads the undecayed state. A momentum of zero takes no step; the length |C| is that of all
entries, with no eps. The source takes polynomial features of q and k first; here they are used as
given. The state is (S, C, the last C keys, their values).
Forms:     recurrent only: Newton-Schulz is not linear.
Objective: sum over the window of gamma |v - recall(S, k)|^2, whose gradients the momentum adds up.
Source:    Behrouz et al. 2025, arXiv:2505.23735; the iteration is Muon's (Jordan et al. 2024).
"""

from typing import NamedTuple

import numpy as np

from refmem.algebra import over, recall, sqrt, transposed
from refmem.grammar.kinds import factor, momentum, rate, strength
from refmem.grammar.ranges import Option
from refmem.memory import StateRule, empty_matrix
from refmem.rules.regression._windows import empty_window, gradient, moved_on, objective

COEFFICIENTS = (6889, -9550, 4063)
"""Of X, (X X') X and (X X')^2 X, over 2000: exact in every number system."""


class Windowed(NamedTuple):
    """The memory, its momentum, and the last C keys (..., C, K) and values."""

    memory: np.ndarray
    momentum: np.ndarray
    keys: np.ndarray
    values: np.ndarray


def step(state, q, k, v, alpha, eta, theta, gamma, iterations):
    S, C = state.memory, state.momentum
    keys, values = moved_on(state.keys, k), moved_on(state.values, v)
    C = theta[..., None, None] * C + gradient(S, keys, values, gamma)
    S = alpha[..., None, None] * S - eta[..., None, None] * newton_schulz(C, iterations)
    return Windowed(S, C, keys, values), recall(S, q)


def newton_schulz(C, iterations):
    """C with its singular values brought near 1; zero stays zero."""
    a, b, c = COEFFICIENTS
    X = over(C, sqrt((C * C).sum((-2, -1), keepdims=True)))
    for _ in range(iterations):
        square = X @ transposed(X)
        X = (a * X + (b * square + c * square @ square) @ X) / 2000
    return X


def untrained(x):
    """Zeros, and a window of keys of zero."""
    S = empty_matrix(x)
    return Windowed(S, S, *empty_window(x))


atlas = StateRule(
    step,
    objective=objective,
    inputs={
        "alpha": factor("T"),
        "eta": rate("T"),
        "theta": momentum("T"),
        "gamma": strength("T C", least=0, most=1, why="it weighs an error"),
    },
    options={"iterations": Option(5, least=0, laws=2)},
    initial=untrained,
    uses=("sqrt",),
    unasked={"widest-heads": "15 products of matrices of 128 by 128 a token take minutes"},
    exempt={
        "float bound": "divides by a length, which is nothing for inputs blurred to float32",
        "linear in v": "sets the length of every step",
    },
)
