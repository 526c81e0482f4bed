"""Softmax attention: keep every pair, answer with the values whose keys are most like the query.

    S[t] = S[t-1] and the pair (k[t], v[t])                                           write
    o[t] = sum over i of w[t, i] v[i], over the i that t sees                         read
    w[t] = softmax(capped(scale * q[t] . k[i]) + (first_bias where i is the first key of all))

    q, k         (..., T, K)   queries and keys
    v            (..., T, V)   values
    sink         (...)         the score of one more key, which holds nothing: exp(sink) is added
                               to the softmax's denominator; none if left out
    first_bias   (...)         what is added to every score of the first key in the cache, another
                               thing that is called a sink; none if left out

    scale    multiplies q . k, not the sink and not the bias; 1/sqrt(K) unless given
    softcap  a size c > 0 that products stay below: capped(x) = c tanh(x / c), before any bias is
             added; None unless given, and then they are as they are
    causal   True: a query sees the keys up to its own place; False: the later ones, too
    align    where the T queries lie beside the S keys of the cache, old and new. "bottom": the last
             query is at the last key, so query t is at its own; "top": query t is at key t of all
    window   how many keys up to its own place a query sees; None for all. None seen gives zeros
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
keys: see `heads` in refmem.memory.grouped_heads. Attention residuals (arXiv:2603.15031) are this
with layers for tokens: a learnt query for each, what the layers before left as values, and these
normed as keys, at scale 1.
Source:    Vaswani et al. 2017, arXiv:1706.03762; sinks as in gpt-oss; first_bias as in MiMo;
           softcap as in Gemma 2, arXiv:2408.00118.
"""

import numpy as np

from refmem.algebra import capped, causal_product, transposed, zeros
from refmem.functions.kernels import softmax
from refmem.grammar.kinds import score
from refmem.grammar.lookup import Lookup, Sight
from refmem.grammar.ranges import Option
from refmem.memory import CacheRule


def attend(past, q, k, v, sink=None, first_bias=None, *, kernel, softcap, causal, align, window):
    before, past = past.key.shape[-2], past.append(k, v)
    keys, tokens = past.key.shape[-2], q.shape[-2]
    t = np.arange(tokens)[:, None] + (before if align == "bottom" else 0)
    i = np.arange(keys)
    scores = capped(q @ transposed(past.key), softcap)
    seen = Sight(window=window, ahead=not causal)(t, i)
    if first_bias is not None:
        scores = scores + first_only(first_bias, i)
    if sink is not None:
        last = zeros((*scores.shape[:-1], 1), scores) + sink[..., None, None]
        scores = np.concatenate([scores, last], axis=-1)
        seen = np.concatenate([seen, np.ones((tokens, 1), dtype=bool)], axis=-1)
    weights = kernel.weights(scores, seen)[..., :keys]
    return past, causal_product(weights, past.value) if causal else weights @ past.value


def lookup(q, k, v, sink=None, first_bias=None, *, kernel, softcap, causal, align, window):
    def bias(t, i):
        return first_only(first_bias, i)

    return Lookup(
        q, k, v, kernel,
        sees=Sight(window=window, ahead=not causal),
        bias=None if first_bias is None else bias,
        sink=sink,
        cap=softcap,
        first=None if align == "bottom" else 0,
    )  # fmt: skip


def first_only(first_bias, i):
    """The bias of every key i: zero but for the first of all."""
    return np.where(i == 0, first_bias[..., None, None], zeros((1,), first_bias))


WINDOWS = (1, 16, lambda T: T - 1, lambda T: T, lambda T: T + 1, 128)
"""For T tokens: one key, a few, all tokens but one, just all, one of the cache besides, a block."""


softmax_attention = CacheRule(
    attend,
    lookup,
    inputs={"sink": score(""), "first_bias": score("")},
    defaults={"sink": None, "first_bias": None},
    options={
        "kernel": softmax,
        "softcap": Option(None, size=True, varied=(1 / 2, 30)),
        "causal": True,
        "align": Option("bottom", names=("bottom", "top")),
        "window": Option(None, least=0, whole=True, laws=3, varied=WINDOWS),
    },
    queries=("q", "sink", "first_bias"),
)
