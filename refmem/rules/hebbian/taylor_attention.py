"""Taylor attention (Based): linear attention whose features are the Taylor polynomial of exp.

    S[t] = S[t-1] + bind(phi(k[t]), [v[t], 1])           write
    o[t] = recall(S[t], phi(q[t])), all columns but the last over the last    read, after the write

    q, k   (..., T, K)   queries and keys, before the feature map
    v      (..., T, V)   values

    scale             multiplies q . k, before the polynomial; 1 unless given
    order             p = 2 unless given: phi(q) . phi(k) = sum of (q . k)^n/n! over n = 0..p
    normalize         divide by the sum of the weights; without, the column of ones and the ratio
                      are left out, and this is `linear_attention` on the features
    denominator_eps   added to what is divided by: 0 unless given

    >>> q = k = np.array([[1., 1.], [1., -1.]])
    >>> taylor_attention(q, k, np.array([[1.], [3.]])).out[:, 0]
    array([1.        , 2.66666667])

The features are every monomial of degree up to p once, C(K + p, p) of them, their weights on the
query's side: see `functions.features.taylor`. The source divides q . k by sqrt(K): pass scale. It
also adds 1e-6 to the denominator, which for even p is positive without: pass denominator_eps.
The scan holds a whole state a token, and there are many features: it is for small K.
Objective: -<recall(S, phi(k)), [v, 1]>, one gradient step from S[t-1].
Source:    Arora et al. 2024 (Based), arXiv:2402.18668.
Proof:     derivations/kernels/taylor.py
"""

from functools import partial

from refmem.algebra import bind, dot, over_last, recall, with_ones, zeros
from refmem.functions.features import taylor
from refmem.grammar.ranges import Option
from refmem.memory import StateRule, Transition


def step(S, q, k, v, order, normalize, denominator_eps):
    phi = taylor(order)
    S = S + bind(phi.of_key(k), with_ones(v) if normalize else v)
    out = recall(S, phi.of_query(q))
    return S, over_last(out, denominator_eps) if normalize else out


def transition(q, k, v, order, normalize, denominator_eps):
    phi = taylor(order)
    return Transition(
        read=phi.of_query(q),
        write=(phi.of_key(k), with_ones(v) if normalize else v),
        finish=partial(over_last, eps=denominator_eps) if normalize else None,
    )


def objective(S, k, v, order, normalize):
    value = with_ones(v) if normalize else v
    return -dot(recall(S, taylor(order).of_key(k)), value)


def nothing_seen(x):
    width = taylor(x.options["order"]).width(x.K)
    return zeros((*x.lead, width, x.V + bool(x.options["normalize"])), x.like)


taylor_attention = StateRule(
    step,
    transition,
    objective,
    options={"order": Option(2, least=0), "normalize": True, "denominator_eps": 0.0},
    initial=nothing_seen,
    uses=("/",),
    unasked={
        "one-key": "a normalised read does not depend on the query if there is one key channel",
        "widest-heads": "its 8256 features of 128 channels take minutes",
    },
)
