"""Linear attention: add every pair of key and value to the memory.

    S[t] = S[t-1] + bind(k[t], v[t])                     write
    o[t] = recall(S[t], q[t])                            read, after the write

    q, k   (..., T, K)   queries and keys, used as given: no feature map, no normaliser, no scale
    v      (..., T, V)   values

    >>> q = k = np.array([[1., 0.], [1., 0.]])
    >>> out, state = linear_attention(q, k, np.array([[1.], [3.]]))
    >>> out[:, 0]
    array([1., 4.])

Objective: -<recall(S, k), v>, one gradient step from S[t-1].
Source:    Katharopoulos et al. 2020, arXiv:2006.16236.
"""

from refmem.algebra import bind, dot, recall
from refmem.memory import StateRule, Transition


def step(S, q, k, v):
    S = S + bind(k, v)
    return S, recall(S, q)


def transition(q, k, v):
    return Transition(read=q, write=(k, v))


def objective(S, k, v):
    return -dot(recall(S, k), v)


linear_attention = StateRule(step, transition, objective)
