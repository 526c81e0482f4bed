"""Titans with a linear memory: gradient descent with momentum and forgetting, at test time.

    C[t] = eta[t] * C[t-1] - theta[t] * gradient of |v[t] - recall(B, k[t])|^2 in B       momentum
    S[t] = (1 - forget[t]) * S[t-1] + C[t]                               write
    o[t] = recall(S[t], q[t])                                            read, after the write

    with B the memory at the start of the batch of token t: S[t-1] where batches have one token

    q, k     (..., T, K)   queries and keys, used as given
    v        (..., T, V)   values
    forget   (..., T)      in [0, 1]: 0 keeps, 1 forgets everything (alpha in its source)
    eta      (..., T)      momentum factor: how much of the past surprise is left
    theta    (..., T)      learning rate: how much a surprise counts

    batch                  tokens a batch, 1 unless given

    >>> q = k = np.array([[1., 0.], [1., 0.]])
    >>> quarter, half = np.array([0.25, 0.25]), np.array([0.5, 0.5])
    >>> titans(q, k, np.array([[1.], [3.]]), half, half, quarter).out[:, 0]
    array([0.5 , 1.75])

The error reads the undecayed state, as the equations of the source do; `titans_decayed_error`
forgets first. With eta = 0 and batches of one token it is `comba` with alpha = 1 - forget, beta = 2
theta and p = k. The state is (S, C, B, which token of its batch comes next as a one-hot row).
Forms:     recurrent only: C is added to S whole, no diagonal and rank-one change.
Objective: |v - recall(S, k)|^2, without a factor of 1/2, as in its source.
Source:    Behrouz et al. 2024, arXiv:2501.00663.
"""

from refmem.algebra import recall
from refmem.grammar.kinds import lost, momentum, rate
from refmem.memory import StateRule, empty_matrix
from refmem.rules.regression._batches import first_place, next_place, start_of_batch
from refmem.rules.regression._titans import Learner, gradient, objective


def step(state, q, k, v, forget, eta, theta, batch):
    S, C, start, place = state
    C = eta[..., None, None] * C - theta[..., None, None] * gradient(start, k, v)
    S = (1 - forget)[..., None, None] * S + C
    start = start_of_batch(start, S, place)
    return Learner(S, C, start, next_place(place)), recall(S, q)


def untrained(x):
    """Zeros, at the start of a batch."""
    S = empty_matrix(x)
    return Learner(S, S, S, first_place(x))


titans = StateRule(
    step,
    objective=objective,
    inputs={"forget": lost("T"), "eta": momentum("T"), "theta": rate("T")},
    options={"batch": 1},
    initial=untrained,
)
