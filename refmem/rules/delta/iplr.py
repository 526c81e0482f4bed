"""Identity plus low rank: move what `a` recalls to `b`, then add; nothing is forgotten otherwise.

    S[t] = S[t-1] + bind(b[t], recall(S[t-1], a[t])) + bind(k[t], v[t])      write
    o[t] = recall(S[t], q[t])                                            read, after the write

    q, k    (..., T, K)   queries and keys, used as given
    v       (..., T, V)   values
    a       (..., T, K)   reads the state
    b       (..., T, K)   where what was read is added

    >>> q = k = a = np.array([[1., 0.], [1., 0.]])
    >>> iplr(q, k, np.array([[1.], [3.]]), a, -0.5 * k).out[:, 0]
    array([1. , 3.5])

It is `generalized_delta` with alpha = 1, and `delta` with a = k, b = -beta k and values beta v. No
objective: its transition need not be symmetric.
Source:    the identity-plus-low-rank case of flash-linear-attention's generalised delta rule.
"""

from refmem.algebra import bind, recall
from refmem.grammar.kinds import erasing_key, key
from refmem.memory import StateRule, Transition


def step(S, q, k, v, a, b):
    S = S + bind(b, recall(S, a)) + bind(k, v)
    return S, recall(S, q)


def transition(q, k, v, a, b):
    return Transition(read=q, write=(k, v), erase=(b, a))


iplr = StateRule(
    step, transition, inputs={"a": key("T K", nan=False), "b": erasing_key("T K", like="a")}
)
