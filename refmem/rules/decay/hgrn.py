"""HGRN: a gated recurrence, every channel a number that moves towards its input.

    h[t] = f[t] * h[t-1] + (1 - f[t]) * i[t]             write
    o[t] = h[t]                                          read, after the write

    f   (..., T, V)   forget factor in [0, 1] of each channel
    i   (..., T, V)   input

    >>> hgrn(np.array([[0.5], [0.75]]), np.array([[1.], [3.]])).out[:, 0]
    array([0.5  , 1.125])

It is `value_gated` with a single key, q = k = [1], and v = (1 - f) i: `as_value_gated`. The state
(..., 1, V) is h. This is the source's real case: it also turns pairs of channels by a learnt angle
each step, and gates the output. The published kernels take (1 - f) i and log f.
Objective: (1 - f)/2 |h - i|^2, channel by channel, one gradient step from h[t-1].
Source:    Qin et al. 2023, arXiv:2311.04823.
"""

from refmem.algebra import dot, ones, zeros
from refmem.grammar.kinds import factor, number
from refmem.memory import StateRule, Transition


def as_value_gated(f, i):
    """The q, k, v and alpha of `value_gated`."""
    one = ones((*f.shape[:-1], 1), f)
    return one, one, (1 - f) * i, f


def step(S, f, i):
    h = f * S[..., 0, :] + (1 - f) * i
    return h[..., None, :], h


def transition(f, i):
    q, k, v, alpha = as_value_gated(f, i)
    return Transition(read=q, write=(k, v), decay=alpha[..., None, :], columns=True)


def objective(S, f, i):
    error = S[..., 0, :] - i
    return dot(1 - f, error * error) / 2


hgrn = StateRule(
    step,
    transition,
    objective,
    inputs={"f": factor("T V"), "i": number("T V")},
    initial=lambda x: zeros((*x.lead, 1, x.V), x.like),
    standard=(),
)
