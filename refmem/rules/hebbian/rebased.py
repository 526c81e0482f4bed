"""ReBased: squared scores of queries and keys whose channels were first scaled and shifted.

    q' = gamma_q * q + beta_q,  k' = gamma_k * k + beta_k
    S[t] = S[t-1] + bind(phi(k'[t]), [v[t], 1])          write, phi(q') . phi(k') = (q' . k')^2
    o[t] = recall(S[t], phi(q'[t])), all columns but the last over the last   read, after the write

    q, k      (..., T, K)   queries and keys; the source normalises both first (layer norm)
    v         (..., T, V)   values
    gamma_q   (..., K)      scale of each query channel
    beta_q    (..., K)      shift of each query channel
    gamma_k   (..., K)      scale of each key channel
    beta_k    (..., K)      shift of each key channel

    normalize         divide by the sum of the weights
    denominator_eps   added to what is divided by: 0 unless given

    >>> q = k = np.array([[1., 0.], [2., 1.]])
    >>> one, none = np.ones(2), np.zeros(2)
    >>> rebased(q, k, np.array([[1.], [3.]]), one, none, one, np.array([0., 1.])).out[:, 0]
    array([1. , 2.6])

With unit scales and no shifts it is `power_attention` with p = 2. The shifts let the parabola's
zero move, so that a weight can vanish for keys other than orthogonal ones. The source adds an
epsilon to the denominator, which is none here unless given: the output is zero where all weights
are.
The scan holds a whole state a token, and there are many features: it is for small K.
Objective: -<recall(S, phi(k')), [v, 1]>, one gradient step from S[t-1].
Source:    Aksenov et al. 2024, arXiv:2402.10644.
Proof:     derivations/kernels/symmetric_power.py
"""

from functools import partial

from refmem.algebra import bind, dot, over_last, recall, with_ones, zeros
from refmem.functions.features import symmetric_power
from refmem.grammar.kinds import gain, weights
from refmem.memory import StateRule, Transition

square = symmetric_power(2)


def as_power_attention(q, k, gamma_q, beta_q, gamma_k, beta_k):
    """The q and k of `power_attention`."""
    return gamma_q * q + beta_q, gamma_k * k + beta_k


def step(S, q, k, v, gamma_q, beta_q, gamma_k, beta_k, normalize, denominator_eps):
    q, k = as_power_attention(q, k, gamma_q, beta_q, gamma_k, beta_k)
    S = S + bind(square.of_key(k), with_ones(v) if normalize else v)
    out = recall(S, square.of_query(q))
    return S, over_last(out, denominator_eps) if normalize else out


def transition(q, k, v, gamma_q, beta_q, gamma_k, beta_k, normalize, denominator_eps):
    every_token = (x[..., None, :] for x in (gamma_q, beta_q, gamma_k, beta_k))
    q, k = as_power_attention(q, k, *every_token)
    return Transition(
        read=square.of_query(q),
        write=(square.of_key(k), with_ones(v) if normalize else v),
        finish=partial(over_last, eps=denominator_eps) if normalize else None,
    )


def objective(S, k, v, gamma_k, beta_k, normalize):
    value = with_ones(v) if normalize else v
    return -dot(recall(S, square.of_key(gamma_k * k + beta_k)), value)


def nothing_seen(x):
    return zeros((*x.lead, square.width(x.K), x.V + bool(x.options["normalize"])), x.like)


rebased = StateRule(
    step,
    transition,
    objective,
    inputs={
        "gamma_q": gain("K", cases=(3 / 4, 1, 5 / 4)),
        "beta_q": weights("K"),
        "gamma_k": gain("K", cases=(3 / 4, 1, 5 / 4)),
        "beta_k": weights("K"),
    },
    options={"normalize": True, "denominator_eps": 0.0},
    initial=nothing_seen,
    scaled=(),
    uses=("/",),
    unasked={
        "one-key": "a normalised read does not depend on the query if there is one key channel",
        "widest-heads": "its 8256 features of 128 channels take minutes",
    },
)
