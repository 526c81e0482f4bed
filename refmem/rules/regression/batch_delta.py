"""Mini-batch delta rule: every token of a batch corrects the memory as the batch found it.

    S[t] = S[t-1] + beta[t] * bind(k[t], v[t] - recall(B[t], k[t]))      write
    o[t] = recall(S[t], q[t])                                            read, after the write

    with B[t] the memory at the start of the batch of token t

    q, k   (..., T, K)   queries and keys, used as given
    v      (..., T, V)   values
    beta   (..., T)      write strength

    batch                tokens a batch, 16 unless given

    >>> q = k = np.array([[1., 0.], [1., 0.]])
    >>> v, beta = np.array([[1.], [3.]]), np.array([0.5, 0.5])
    >>> batch_delta(q, k, v, beta, batch=1).out[:, 0], batch_delta(q, k, v, beta, batch=2).out[:, 0]
    (array([0.5 , 1.75]), array([0.5, 2. ]))

This is test-time training with a linear memory and neither norm nor bias. With batch = 1 it is
`delta`; one batch over everything, from nothing, is `linear_attention` with values beta v. The
state is (B, what the batch has written, which token of its batch comes next as a one-hot row).
Forms:     recurrent only: a token reads B and changes what is pending, two different memories.
Objective: beta/2 |v - recall(S, k)|^2, gradient steps whose gradients are taken at B.
Source:    Sun et al. 2024, arXiv:2407.04620.
"""

from typing import NamedTuple

import numpy as np

from refmem.algebra import bind, norm2, recall
from refmem.grammar.kinds import strength
from refmem.memory import StateRule, empty_matrix
from refmem.rules.regression._batches import ends, first_place, next_place


class Batched(NamedTuple):
    """The memory where the batch began and what it wrote (..., K, V); the next token's place."""

    start: np.ndarray
    written: np.ndarray
    place: np.ndarray


def step(state, q, k, v, beta, batch):
    start, written, place = state
    error = v - recall(start, k)
    written = written + bind(beta[..., None] * k, error)
    out = recall(start + written, q)
    last = ends(place, 2)
    return Batched(start + last * written, (1 - last) * written, next_place(place)), out


def objective(S, k, v, beta):
    return beta / 2 * norm2(v - recall(S, k))


batch_delta = StateRule(
    step,
    objective=objective,
    inputs={"beta": strength("T")},
    options={"batch": 16},
    initial=lambda x: Batched(empty_matrix(x), empty_matrix(x), first_place(x)),
)
