"""Product-key memory: M N values whose keys are every pairing of M left and N right half-keys.

    s[t, m, n] = left[t] . left_keys[m] + right[t] . right_keys[n]                   scores
    o[t] = sum over the `top` best (m, n) of w[t, m, n] values[m N + n]              read
    w[t] = softmax(s[t]) over these

    left         (..., T, L)     first part of the query
    right        (..., T, R)     second part of the query
    left_keys    (..., M, L)     first parts of the keys
    right_keys   (..., N, R)     second parts of the keys
    values       (..., M*N, V)   values

    top    how many values answer, all if there are fewer; 32

    >>> one, keys = np.array([[1.]]), np.array([[0.], [1.]])
    >>> product_key_memory(one, one, keys, keys, np.array([[1.], [2.], [4.], [8.]]), top=1).out
    array([[8.]])

The form "read" scores all M N keys; "halves" looks only at the `top` best of each half, whose pairs
hold the `top` best of all: a pair that is not among them has `top` others above it, or equal and
before it. Several heads are leading axes, whose outputs add up. The source batch-normalises its
queries first. The state is None.
Source:    Lample et al. 2019, arXiv:1907.05242.
"""

import numpy as np

from refmem.algebra import softmax, transposed
from refmem.algebra.selection import largest
from refmem.grammar.kinds import number, query
from refmem.memory import StaticRule


def read(left, right, left_keys, right_keys, values, top):
    s = pairs(left @ transposed(left_keys), right @ transposed(right_keys))
    return softmax(s, largest(s, top)) @ values


def read_by_halves(left, right, left_keys, right_keys, values, top):
    of_left, of_right = left @ transposed(left_keys), right @ transposed(right_keys)
    m, n = best(of_left, top), best(of_right, top)
    s = pairs(np.take_along_axis(of_left, m, -1), np.take_along_axis(of_right, n, -1))
    place = (m[..., :, None] * of_right.shape[-1] + n[..., None, :]).reshape(s.shape)
    held = np.take_along_axis(values[..., None, :, :], place[..., None], -2)
    return (softmax(s, largest(s, top))[..., None, :] @ held)[..., 0, :]


def pairs(of_left, of_right):
    """The sum of every left and every right score, (..., T, M N)."""
    s = of_left[..., :, None] + of_right[..., None, :]
    return s.reshape(*s.shape[:-2], s.shape[-2] * s.shape[-1])


def best(scores, top):
    """Where the best of every row are, in the order of the row."""
    mask = largest(scores, top)
    return np.argsort(~mask, axis=-1, kind="stable")[..., : min(top, mask.shape[-1])]


product_key_memory = StaticRule(
    read,
    inputs={
        "left": query("T L"),
        "right": query("T R"),
        "left_keys": number("M L"),
        "right_keys": number("N R"),
        "values": number("M*N V"),
    },
    options={"top": 32},
    own_forms={"halves": read_by_halves},
    uses=("exp", "order"),
)
