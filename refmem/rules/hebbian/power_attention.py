"""Power attention: linear attention whose weights are a whole power of the score.

    S[t] = S[t-1] + bind(phi(k[t]), [v[t], 1])           write
    o[t] = recall(S[t], phi(q[t])), all columns but the last over the last    read, after the write

    q, k   (..., T, K)   queries and keys, before the feature map
    v      (..., T, V)   values

    scale             multiplies q, before the power: it cancels where weights are normalised; 1
                      unless given
    p                 2 unless given: phi(q) . phi(k) = (q . k)^p
    normalize         divide by the sum of the weights, which an even p keeps from being negative;
                      without, this is `linear_attention` on the features
    denominator_eps   added to what is divided by: 0 unless given

    >>> q = k = np.array([[1., 0.], [2., 1.]])
    >>> power_attention(q, k, np.array([[1.], [3.]])).out[:, 0]
    array([1.        , 2.72413793])

The features are the C(K + p - 1, p) monomials of degree p (the symmetric power of k), their weights
on the query's side: see `functions.features.symmetric_power`. Where all weights are zero, so is the
output.
The scan holds a whole state a token, and there are many features: it is for small K.
Objective: -<recall(S, phi(k)), [v, 1]>, one gradient step from S[t-1].
Source:    Gelada et al. 2025, arXiv:2507.04239.
Proof:     derivations/kernels/symmetric_power.py
"""

from functools import partial

from refmem.algebra import bind, dot, over_last, recall, with_ones, zeros
from refmem.functions.features import symmetric_power
from refmem.grammar.ranges import Option
from refmem.memory import StateRule, Transition


def step(S, q, k, v, p, normalize, denominator_eps):
    phi = symmetric_power(p)
    S = S + bind(phi.of_key(k), with_ones(v) if normalize else v)
    out = recall(S, phi.of_query(q))
    return S, over_last(out, denominator_eps) if normalize else out


def transition(q, k, v, p, normalize, denominator_eps):
    phi = symmetric_power(p)
    return Transition(
        read=phi.of_query(q),
        write=(phi.of_key(k), with_ones(v) if normalize else v),
        finish=partial(over_last, eps=denominator_eps) if normalize else None,
    )


def objective(S, k, v, p, normalize):
    value = with_ones(v) if normalize else v
    return -dot(recall(S, symmetric_power(p).of_key(k)), value)


def nothing_seen(x):
    width = symmetric_power(x.options["p"]).width(x.K)
    return zeros((*x.lead, width, x.V + bool(x.options["normalize"])), x.like)


power_attention = StateRule(
    step,
    transition,
    objective,
    options={
        "p": Option(2, least=0, varied=(4, {"p": 3, "normalize": False})),
        "normalize": True,
        "denominator_eps": 0.0,
    },
    initial=nothing_seen,
    uses=("/",),
    harmless=dict.fromkeys(
        ("scale missing", "scale twice"),
        "weights are a power of the score over the sum of all: a factor on the scores cancels",
    ),
    unasked={
        "one-key": "a normalised read does not depend on the query if there is one key channel",
        "widest-heads": "its 8256 features of 128 channels take minutes",
    },
)
