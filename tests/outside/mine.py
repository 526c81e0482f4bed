"""Three rules in one file, written as somebody outside refmem would."""

from typing import NamedTuple

import numpy as np

from refmem.algebra import bind, dot, exp, norm2, ones, recall, zeros
from refmem.grammar.kinds import factor, strength
from refmem.memory import StateRule, Transition


def flow(S, q, k, v, beta):
    """Exact delta rule: follow the delta rule's gradient for a while, and not for one step.

        beta' = (1 - exp(-beta[t] * |k[t]|^2)) / |k[t]|^2             how far that leads
        S[t]  = S[t-1] + beta' * bind(k[t], v[t] - recall(S[t-1], k[t]))    write
        o[t]  = recall(S[t], q[t])                                          read, after the write

        q, k   (..., T, K)   queries and keys; no key is zero
        v      (..., T, V)   values
        beta   (..., T)      for how long the gradient is followed

        >>> q = k = np.array([[1.], [1.]])
        >>> flowing_delta(q, k, np.array([[1.], [3.]]), np.log([2., 2.])).out[:, 0]
        array([0.5 , 1.75])

    Objective: beta'/2 |v - recall(S, k)|^2, one gradient step from S[t-1].
    Source:    the solution of dS/dt = bind(k, v - recall(S, k)).
    """
    S = S + bind(reach(k, beta)[..., None] * k, v - recall(S, k))
    return S, recall(S, q)


def reach(k, beta):
    return (1 - exp(-beta * norm2(k))) / norm2(k)


def flow_transition(q, k, v, beta):
    return Transition.correcting(q, reach(k, beta)[..., None] * k, v, k)


def flow_objective(S, k, v, beta):
    return reach(k, beta) / 2 * norm2(v - recall(S, k))


flowing_delta = StateRule(
    flow,
    flow_transition,
    flow_objective,
    name="flowing_delta",
    inputs={"beta": strength("T", least=0, why="it is a time")},
    uses=("exp", "/"),
)


def mix(S, q, k, v, lam):
    """Running mean: what is new counts as much as what is old loses.

        S[t] = lam[t] * S[t-1] + (1 - lam[t]) * bind(k[t], v[t])      write
        o[t] = recall(S[t], q[t])                                     read, after the write

        q, k   (..., T, K)   queries and keys, used as given
        v      (..., T, V)   values
        lam    (..., T)      factor in [0, 1] of what is old

        >>> q = k = np.array([[1.], [1.]])
        >>> running_mean(q, k, np.array([[1.], [3.]]), np.array([0.5, 0.5])).out[:, 0]
        array([0.5 , 1.75])

    Objective: (1 - lam) (|S|^2 / 2 - <recall(S, k), v>), one gradient step from S[t-1].
    Source:    exponential smoothing.
    """
    S = lam[..., None, None] * S + bind((1 - lam)[..., None] * k, v)
    return S, recall(S, q)


def mix_transition(q, k, v, lam):
    return Transition(read=q, write=((1 - lam)[..., None] * k, v), decay=lam[..., None])


def mix_objective(S, k, v, lam):
    return (1 - lam) * ((S * S).sum((-2, -1)) / 2 - dot(recall(S, k), v))


running_mean = StateRule(
    mix,
    mix_transition,
    mix_objective,
    name="running_mean",
    inputs={"lam": factor("T")},
    unasked={"no-decay": "where nothing is lost nothing is written"},
)


class Trapezoid(NamedTuple):
    """The last token's key and value (..., 1, K + V), and a memory (..., K, V)."""

    last: np.ndarray
    memory: np.ndarray


def trapezoid_step(state, q, k, v, alpha, lam):
    before = state.last[..., 0, :]
    early, late = alpha * (1 - lam), lam
    S = alpha[..., None, None] * state.memory
    S = S + bind(early[..., None] * before[..., : k.shape[-1]], before[..., k.shape[-1] :])
    S = S + bind(late[..., None] * k, v)
    return Trapezoid(join_channels(k, v)[..., None, :], S), recall(S, q)


def join_channels(k, v):
    """A key and a value side by side, of however many heads each has."""
    lead = np.broadcast_shapes(k.shape[:-1], v.shape[:-1])
    return np.concatenate([np.broadcast_to(x, lead + x.shape[-1:]) for x in (k, v)], axis=-1)


def the_token_before(q, k, v, alpha, lam):
    """One row, replaced by every token and read before that."""
    one = ones((*k.shape[:-1], 1), k)
    return Transition(one, (one, join_channels(k, v)), decay=0 * one, before=True)


def both_ends(before, q, k, v, alpha, lam):
    """Two steps a token: the token before fades along with the memory, then the token itself."""
    K = k.shape[-1]
    keep, early = alpha[..., None], (alpha * (1 - lam))[..., None]
    return Transition(
        read=in_turn(q, q),
        write=(
            in_turn(early * before[..., :K], lam[..., None] * k),
            in_turn(before[..., K:], v),
        ),
        decay=in_turn(keep, keep * 0 + 1),
        micro=2,
    )


def in_turn(one, other):
    """The rows of two arrays (..., T, N), one after the other for each token: (..., 2 T, N)."""
    lead = np.broadcast_shapes(one.shape, other.shape)
    both = np.stack([np.broadcast_to(x, lead) for x in (one, other)], axis=-2)
    return both.reshape(*lead[:-2], 2 * lead[-2], lead[-1])


trapezoid = StateRule(
    trapezoid_step,
    name="trapezoid",
    doc="""Trapezoid: a token is written twice, as it comes and once more with the next one.

    S[t] = alpha[t] * (S[t-1] + (1 - lam[t]) * bind(k[t-1], v[t-1])) + lam[t] * bind(k[t], v[t])
    o[t] = recall(S[t], q[t])                                     read, after the write

    q, k         (..., T, K)   queries and keys, used as given
    v            (..., T, V)   values
    alpha, lam   (..., T)      factors in [0, 1]: of the memory, and of the token in its own write

    >>> q = k = np.array([[1.], [1.]])
    >>> v, half = np.array([[1.], [3.]]), np.array([0.5, 0.5])
    >>> trapezoid(q, k, v, half, half).out[:, 0]
    array([0.5, 2. ])

The state is the last token and the memory.
Source: the trapezoidal rule; Mamba-3.
""",
    inputs={"alpha": factor("T"), "lam": factor("T")},
    initial=lambda x: Trapezoid(
        zeros((*x.lead, 1, x.K + x.V), x.like), zeros((*x.lead, x.K, x.V), x.like)
    ),
    relay={"before": the_token_before, "out": both_ends},
)
