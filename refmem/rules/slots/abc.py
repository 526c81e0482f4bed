"""Attention with bounded memory control: slots that hold softmax-weighted means of all tokens.

    total[t]  = total[t-1]  + exp(s[t])                                  write
    keys[t]   = keys[t-1]   + bind(k[t], exp(s[t]))
    values[t] = values[t-1] + bind(exp(s[t]), v[t])
    w[t]      = kernel(recall(keys[t], q[t]) / total[t])
    o[t]      = recall(values[t], w[t] / total[t])                       read, after the write

    q, k     (..., T, K)   queries and keys, used as given
    v        (..., T, V)   values
    s        (..., T, M)   score of the token for each slot, any number; M is the number of slots

    kernel   weighs the slots of a read: "softmax" over slots unless given, or any other in
             `functions.kernels`
    scale    multiplies q, before the kernel; 1 unless given (its published code: 1/sqrt(K))

    form="stabilised" keeps each slot over e^m, m the greatest of its scores so far; the others
    overflow where e^s does. The state is the plain one in all.

    >>> q = k = np.array([[1.], [1.]])
    >>> abc(q, k, np.array([[1.], [3.]]), np.zeros((2, 2))).out[:, 0]
    array([1., 2.])

Every slot is the mean of all tokens with weights softmax(s) over the past: it is `gsa` with alpha =
total[t-1]/total[t] and s = exp(s[t])/total[t]. The state is (total, keys, values), (..., 1, M),
(..., K, M) and (..., M, V): three `linear_attention` memories, each read with what those before it
recall. A form runs one after the other, and gradients go back the other way.
Source:    Peng et al. 2022, arXiv:2110.02488.
"""

from typing import NamedTuple

import numpy as np

from refmem.algebra import bind, exp, greater, ones, over, recall, zeros
from refmem.forms.stabilised import first_exponent, stabilised
from refmem.functions.kernels import softmax
from refmem.grammar.kinds import log_weight
from refmem.memory import StateRule, Transition


class Slots(NamedTuple):
    """For each slot the sum of all weights (..., 1, M), of all weighted keys (..., K, M), and of
    all weighted values (..., M, V)."""

    total: np.ndarray
    keys: np.ndarray
    values: np.ndarray


def step(state, q, k, v, s, kernel):
    state = plus(state, exp(s), k, v)
    return state, read(state, q, kernel)


def plus(state, weight, k, v):
    """The slots with a token added to each with its weight."""
    total, keys, values = state
    return Slots(total + weight[..., None, :], keys + bind(k, weight), values + bind(weight, v))


def read(state, q, kernel):
    """What the slots answer; the same for any multiple of what each of them holds."""
    total = state.total[..., 0, :]
    w = kernel.weights_of_all(over(recall(state.keys, q), total))
    return recall(state.values, over(w, total))


def totals(q, k, v, s, kernel):
    one = ones((*s.shape[:-1], 1), s)
    return Transition(read=one, write=(one, exp(s)))


def keys_of_slots(total, q, k, v, s, kernel):
    return Transition(read=q, write=(k, exp(s)))


def values_of_slots(total, scores, q, k, v, s, kernel):
    w = kernel.weights_of_all(over(scores, total))
    return Transition(read=over(w, total), write=(exp(s), v))


def start(state, x):
    """The state itself, and m of each slot as it stands beside total, keys and values."""
    unseen = np.asarray(state.total == 0, dtype=bool)
    return state, beside(first_exponent(unseen, x.s[..., :1, :])[..., 0, :])


def beside(m):
    """A number for each slot, in the shapes of the state."""
    return Slots(m[..., None, :], m[..., None, :], m[..., :, None])


def stabilised_step(stored, m, q, k, v, s, kernel):
    m = m.total[..., 0, :]
    top = greater(m, s)
    stored = Slots(*(part * old for part, old in zip(stored, beside(exp(m - top)), strict=True)))
    stored = plus(stored, exp(s - top), k, v)
    return stored, beside(top), read(stored, q, kernel)


def empty_slots(x):
    """Slots of zeros."""
    shapes = (1, x.M), (x.K, x.M), (x.M, x.V)
    return Slots(*(zeros((*x.lead, *shape), x.like) for shape in shapes))


abc = StateRule(
    step,
    inputs={"s": log_weight("T M")},
    options={"kernel": softmax},
    initial=empty_slots,
    relay={"total": totals, "scores": keys_of_slots, "out": values_of_slots},
    own_forms={"stabilised": stabilised(start, stabilised_step)},
    uses=("exp",),
)
