"""mLSTM (xLSTM): scalar decay with an exponential input gate, and a normaliser held away from zero.

    C[t] = f[t] C[t-1] + i[t] bind(k[t], v[t]),  n[t] = f[t] n[t-1] + i[t] k[t]      write
    o[t] = recall(C[t], q[t]) / max(|q[t] . n[t]|, 1)                    read, after the write

    q, k    (..., T, K)   queries and keys; the source divides its keys by sqrt(K)
    v       (..., T, V)   values
    log_i   (..., T)      log of the input gate i, which may be any number
    log_f   (..., T)      log of the forget gate f; the source's log sigmoid, -inf forgets

    scale   multiplies q, before the normaliser, whose q . n it multiplies too; 1 unless given

    form="stabilised" keeps C and n over e^m, m = max(log f + m, log i, 0), as published kernels do
    (without the 0): then the bound 1 is e^-m. The other forms overflow where e^m does; the state is
    the plain C and n in every form.

    >>> q = k = np.array([[1., 0.], [1., 0.]])
    >>> mlstm(q, k, np.array([[1.], [3.]]), np.log([0.5, 4.]), np.log([1., 0.5])).out[:, 0]
    array([0.5       , 2.88235294])

It is `scalar_decay` with alpha = f on values i [v, 1]: the state (..., K, V + 1) is C and beside it
n. With 1 in place of e^-m, a stabilised read would depend on the m that happens to be used.
Objective: -<recall(S, k), i [v, 1]> + (1 - f)/2 |S|^2, one gradient step from S[t-1].
Source:    Beck et al. 2024, arXiv:2405.04517.
"""

from refmem.algebra import absolute, bind, dot, exp, greater, ones, recall, with_ones, zeros
from refmem.forms.stabilised import stabilised
from refmem.grammar.kinds import log_factor, log_strength
from refmem.memory import StateRule, Transition


def as_scalar_decay(v, log_i, log_f):
    """The v and alpha of `scalar_decay`."""
    return exp(log_i)[..., None] * with_ones(v), exp(log_f)


def over_at_least(x, least):
    """The columns but the last, over the last's size or `least`."""
    return x[..., :-1] / greater(absolute(x[..., -1:]), least)


def over_at_least_one(x):
    return over_at_least(x, ones((1,), x))


def step(S, q, k, v, log_i, log_f):
    v, alpha = as_scalar_decay(v, log_i, log_f)
    S = alpha[..., None, None] * S + bind(k, v)
    return S, over_at_least_one(recall(S, q))


def transition(q, k, v, log_i, log_f):
    v, alpha = as_scalar_decay(v, log_i, log_f)
    return Transition(read=q, write=(k, v), decay=alpha[..., None], finish=over_at_least_one)


def objective(S, k, v, log_i, log_f):
    v, alpha = as_scalar_decay(v, log_i, log_f)
    return (1 - alpha) / 2 * (S * S).sum((-2, -1)) - dot(recall(S, k), v)


def start(S, x):
    return S, zeros((*x.lead, 1, 1), x.like)


def stabilised_step(stored, m, q, k, v, log_i, log_f):
    kept, added = log_f[..., None, None] + m, log_i[..., None, None]
    top = greater(greater(kept, added), zeros((1,), m))
    stored = exp(kept - top) * stored + exp(added - top) * bind(k, with_ones(v))
    return stored, top, over_at_least(recall(stored, q), exp(-top)[..., 0])


mlstm = StateRule(
    step,
    transition,
    objective,
    inputs={"log_i": log_strength("T"), "log_f": log_factor("T")},
    initial=lambda x: zeros((*x.lead, x.K, x.V + 1), x.like),
    own_forms={"stabilised": stabilised(start, stabilised_step)},
    uses=("exp", "/"),
)
