"""Softmax attention: keep every pair, answer with the values whose keys are most like the query.

    S[t] = S[t-1] and the pair (k[t], v[t])                                           write
    o[t] = sum over i of w[t, i] v[i], over the i that t sees                         read
    w[t] = softmax(capped(scale * q[t] . k[i]) + (first_bias where i is the first key of all)
                   + mask[t, i])

    q, k         (..., T, K)   queries and keys; the last query is the last key
    v            (..., T, V)   values
    sink         (...)         the score of one more key, which holds nothing: exp(sink) is added
                               to the softmax's denominator; none if left out
    first_bias   (...)         what is added to every score of the first key in the cache, another
                               thing that is called a sink; none if left out
    mask         (..., T, S)   what is added to the scores of every query; -inf hides a key. Or
                               booleans: which keys are seen. A column for each key of the cache,
                               old and new; more are left alone. None if left out

    scale    1/sqrt(K) unless given; multiplies q . k, not the sink, the bias and the mask
    softcap  a size c that scores stay below, as c tanh(score / c); none unless given. Sink, bias
             and mask are not capped
    causal   whether a query sees only keys i <= t; True. False: those that come later, too
    align    "bottom": the last query is the last key; "top": the first query is the first key of
             the cache, however many there are
    window   how many keys back a query sees, its own among them; None for all. None seen gives
             zeros
    lse      True: one more column of o, the log-sum-exp: the logarithm of the softmax's
             denominator, the sink's part included; -inf where nothing is seen. False
    kernel   "softmax"; any other of `functions.kernels` makes it the attention of that kernel, such
             as polynomial(2), which runs on exact numbers too; to one that is not normalised a
             sink is nothing

    >>> q = k = np.array([[1., 0.], [1., 0.]])
    >>> v = np.array([[1.], [3.]])
    >>> softmax_attention(q, k, v).out[:, 0]
    array([1., 2.])
    >>> softmax_attention(q, k, v, window=1).out[:, 0]
    array([1., 3.])
    >>> softmax_attention(q, k, v, causal=False).out[:, 0]
    array([2., 2.])

The state is the cache: keys (..., P, K) and values (..., P, V). Queries may have more heads than
keys: see `heads` in refmem.memory.grouped_heads. Two parts of a cache, asked apart, are merged by
their log-sum-exps: each answers with the weight exp(lse).
Source:    Vaswani et al. 2017, arXiv:1706.03762; sinks as in gpt-oss; first_bias as in MiMo;
           softcap as in Gemma 2.
"""

import numpy as np

from refmem.algebra import causal_product, over, shifted_log, transposed, zeros
from refmem.functions.kernels import softmax
from refmem.grammar import kinds
from refmem.grammar.lookup import Lookup, Sight, capped
from refmem.grammar.ranges import Option
from refmem.memory import CacheRule


def attend(
    past, q, k, v, sink=None, first_bias=None, mask=None,
    *, kernel, softcap, causal, align, window, lse,
):  # fmt: skip
    before, past = past.key.shape[-2], past.append(k, v)
    keys, tokens = past.key.shape[-2], q.shape[-2]
    first = before if align == "bottom" else 0
    t, i = np.arange(first, first + tokens)[:, None], np.arange(keys)
    scores, seen = capped(q @ transposed(past.key), softcap), sight(causal, window)(t, i)
    if first_bias is not None:
        scores = scores + first_only(first_bias, i)
    if mask is not None:
        scores = scores + mask[..., :keys]
    if sink is not None:
        last = zeros((*scores.shape[:-1], 1), scores) + sink[..., None, None]
        scores = np.concatenate([scores, last], axis=-1)
        seen = np.concatenate([seen, np.ones((tokens, 1), dtype=bool)], axis=-1)
    weights, shift = kernel.shifted_weights(scores, seen)
    total = weights.sum(-1, keepdims=True)
    shares = (over(weights, total) if kernel.normalised else weights)[..., :keys]
    out = causal_product(shares, past.value) if causal else shares @ past.value
    return past, np.concatenate([out, shifted_log(total, shift)], axis=-1) if lse else out


def lookup(
    q, k, v, sink=None, first_bias=None, mask=None,
    *, kernel, softcap, causal, align, window, lse,
):  # fmt: skip
    def bias(t, i):
        return first_only(first_bias, i)

    return Lookup(
        q, k, v, kernel,
        sees=sight(causal, window),
        bias=None if first_bias is None else bias,
        sink=sink,
        cap=softcap,
        mask=mask,
        first=None if align == "bottom" else 0,
        lse=lse,
    )  # fmt: skip


def sight(causal, window):
    return Sight(window=window, ahead=not causal)


def first_only(first_bias, i):
    """The bias of every key i: zero but for the first of all."""
    return np.where(i == 0, first_bias[..., None, None], zeros((1,), first_bias))


WINDOWS = (1, 16, lambda T: T - 1, lambda T: T, lambda T: T + 1, 128)
"""For T tokens: one key, a few, all tokens but one, just all, one of the cache besides, a block."""


softmax_attention = CacheRule(
    attend,
    lookup,
    inputs={
        "sink": kinds.score(""),
        "first_bias": kinds.score(""),
        "mask": kinds.mask("T S"),
    },
    defaults={"sink": None, "first_bias": None, "mask": None},
    options={
        "kernel": softmax,
        "softcap": Option(None, size=True, varied=(1 / 2, 30)),
        "causal": True,
        "align": Option("bottom", names=("bottom", "top")),
        "window": Option(None, least=0, whole=True, laws=3, varied=WINDOWS),
        "lse": False,
    },
    queries=("q", "sink", "first_bias", "mask"),
)
