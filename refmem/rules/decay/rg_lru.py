"""RG-LRU: every channel a number that fades by its own learnt rate, and takes in what it lost.

    a[t] = exp(-8 r[t] softplus(rate))                                   of each channel
    h[t] = a[t] * h[t-1] + sqrt(1 - a[t]^2) * i[t] * x[t]                write
    o[t] = h[t]                                                          read, after the write

    x      (..., T, V)   input
    r      (..., T, V)   recurrence gate in [0, 1] (the source's sigmoid): 0 keeps everything
    i      (..., T, V)   input gate, used as given (likewise)
    rate   (..., V)      how fast each channel fades: any number, the greater the faster

    >>> rate = np.log(np.array([2 ** (1 / 8) - 1]))       # softplus of it is log(2)/8
    >>> x, one = np.array([[1.], [2.]]), np.ones((2, 1))
    >>> (rg_lru(x, one, one, rate).out[:, 0] / np.sqrt(3)).round(6)
    array([0.5 , 1.25])

If x has variance 1 and is independent from token to token, so has h in the long run. It is
`value_gated` with a single key, q = k = [1], v = sqrt(1 - a^2) i x and alpha = a: `as_value_gated`.
The state (..., 1, V) is h. Published code takes the first token of a sequence without the root.
Source:    De et al. 2024 (Griffin), arXiv:2402.19427; the sign of rate as in RecurrentGemma's code.
"""

from refmem.algebra import exp, mean_exp, ones, softplus, sqrt, zeros
from refmem.grammar.kinds import number, strength
from refmem.memory import StateRule, Transition


def as_value_gated(x, r, i, rate):
    """The q, k, v and alpha of `value_gated`."""
    one = ones((*x.shape[:-1], 1), x)
    log_alpha = -8 * r * softplus(rate)
    return one, one, sqrt(lost(log_alpha)) * i * x, exp(log_alpha)


def lost(log_alpha):
    """1 - alpha^2, to the last digit also where nearly nothing is lost."""
    return -2 * log_alpha * mean_exp(2 * log_alpha)


def step(S, x, r, i, rate):
    _, _, v, alpha = as_value_gated(x, r, i, rate)
    h = alpha * S[..., 0, :] + v
    return h[..., None, :], h


def transition(x, r, i, rate):
    q, k, v, alpha = as_value_gated(x, r, i, rate[..., None, :])
    return Transition(read=q, write=(k, v), decay=alpha[..., None, :], columns=True)


rg_lru = StateRule(
    step,
    transition,
    inputs={
        "x": number("T V"),
        "r": strength("T V", least=0, most=1, why="it is how far a channel fades"),
        "i": strength("T V"),
        "rate": number("V"),
    },
    initial=lambda x: zeros((*x.lead, 1, x.V), x.like),
    standard=(),
    uses=("exp", "sqrt"),
)
