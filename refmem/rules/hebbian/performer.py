"""Performer (FAVOR+): normalised linear attention on random features that estimate softmax.

    S[t] = S[t-1] + bind(phi(k[t]), [v[t], 1])           write, phi(x)[m] = exp(w[m] . x - |x|^2/2)
    o[t] = recall(S[t], phi(q[t])), all columns but the last over the last    read, after the write

    q, k         (..., T, K)   queries and keys, before the feature map
    v            (..., T, V)   values
    projection   (..., M, K)   rows w: standard normal, or orthogonal with the same lengths, as
                               refmem.functions.random_features.gaussian_projection draws them

    scale             multiplies q, before the features: they estimate exp(scale q . k); 1 unless
                      given
    denominator_eps   added to what is divided by: 0 unless given

    >>> q = k = np.array([[0., 1.], [0., 1.]])
    >>> performer(q, k, np.array([[1.], [3.]]), np.eye(2)).out[:, 0]
    array([1., 2.])

The mean of phi(q) . phi(k) over standard normal w is exp(q . k), so with many rows this is
`softmax_attention`. The source divides q . k by sqrt(K), half of it on each side: pass q and k over
K^(1/4), or scale, which has the same mean. It also adds an epsilon to the features and subtracts
their greatest exponent; neither is done here.
Objective: -<recall(S, phi(k)), [v, 1]>, one gradient step from S[t-1].
Source:    Choromanski et al. 2020, arXiv:2009.14794.
Proof:     derivations/kernels/random_features.py
"""

from functools import partial

from refmem.algebra import bind, dot, over_last, recall, with_ones, zeros
from refmem.functions.random_features import positive_random
from refmem.grammar.kinds import number
from refmem.memory import StateRule, Transition


def step(S, q, k, v, projection, denominator_eps):
    phi = positive_random(projection)
    S = S + bind(phi.of_key(k), with_ones(v))
    return S, over_last(recall(S, phi.of_query(q)), denominator_eps)


def transition(q, k, v, projection, denominator_eps):
    phi = positive_random(projection[..., None, :, :])
    return Transition(
        read=phi.of_query(q),
        write=(phi.of_key(k), with_ones(v)),
        finish=partial(over_last, eps=denominator_eps),
    )


def objective(S, k, v, projection):
    return -dot(recall(S, positive_random(projection).of_key(k)), with_ones(v))


def nothing_seen(x):
    return zeros((*x.lead, x.M, x.V + 1), x.like)


performer = StateRule(
    step,
    transition,
    objective,
    inputs={"projection": number("M K")},
    options={"denominator_eps": 0.0},
    initial=nothing_seen,
    uses=("exp", "/"),
    unasked=dict.fromkeys(
        ("large-queries", "huge-queries", "negative-queries"),
        "exp(-|x|^2/2) of a long query is zero, and the features of all are",
    ),
)
