"""What the memories of a Transformer hold, measured while it reads.

A head's context is a memory of T pairs. Read with each of its own keys, its SNR says how clearly
the value stored there comes out of all others (`studies.capacity`). Two random memories stand
beside it: an isotropic Gaussian one with keys as long, which the theory of capacity speaks of,
and a Gaussian one of the same means and covariances. Where the real memory is like the second, its
distance to the first is the shape of its clouds of keys and values, and nothing else.

A layer's weights are a memory of M pairs; what matters is how many of them answer a token.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from refmem.algebra import norm2, relu
from refmem.studies.capacity import Values, effective_dim, entropy, gaussian_prediction, measure
from refmem.support.sweep import in_order
from tools.transformer.model import Context, Reading

DRAWS = 4
"""Random memories of each kind beside every real one."""


class Head(NamedTuple):
    """One head's memory of the text. An SNR is the median over the keys that it is read with.

    key_length     root mean square length of a key
    directions     in which keys vary, of d: the effective dimension of their covariance
    temperature    the one it really uses, over sqrt(d): see `used_temperature`
    answering      how many keys answer a query: exp of the mean entropy of its weights
    offset         where the loudest of them is, from the token that asks: most often here
    constancy      the share of tokens for which it is there
    snr            of the real keys and values
    snr_shaped     of Gaussian ones with the same means and covariances
    snr_isotropic  of Gaussian ones alike in every direction, with keys as long
    snr_theory     the closed form of the last; its noise is a mean over memories, which is made by
                   ever rarer ones the colder the head: below `least_tau` by none
                   that is met
    """

    layer: int
    head: int
    key_length: float
    directions: float
    temperature: float
    answering: float
    offset: int
    constancy: float
    snr: float
    snr_shaped: float
    snr_isotropic: float
    snr_theory: float


class Weights(NamedTuple):
    """One layer's memory of what was learned, over all tokens.

    A pair below zero still answers a little, for GELU falls to -0.17 there; it is not counted.

    pairs       M, how many it holds
    active      how many a token excites: activations above zero, on average
    entropy     of the shares of those, a/sum a, in nats, on average
    answering   exp of it: so many pairs that answer alike have the same entropy
    """

    layer: int
    pairs: int
    active: float
    entropy: float
    answering: float


class Part(NamedTuple):
    """What one head did in every text, and the seed of what is drawn beside it."""

    layer: int
    head: int
    texts: list[Context]
    seed: np.random.SeedSequence


def measure_heads(
    readings: Sequence[Reading], seed: int = 0, watch: Callable[[int, int], Any] | None = None
) -> list[Head]:
    """Every head of every layer, over all texts that were read.

    seed    of the random memories; every head's own follows from it
    watch   called with (done, total) after every head
    """
    layers, heads = len(readings[0].contexts), len(readings[0].contexts[0].q)
    seeds = np.random.SeedSequence(seed).spawn(layers * heads)
    parts = [
        Part(layer, head, [reading.contexts[layer].of_head(head) for reading in readings], own)
        for (layer, head), own in zip(np.ndindex(layers, heads), seeds, strict=True)
    ]
    return in_order(measure_head, parts, watch=watch)


def measure_head(part: Part) -> Head:
    """One head, and the random memories beside it."""
    random = np.random.default_rng(part.seed)
    texts = part.texts
    real = [(text.k, text.v) for text in texts]
    offset, constancy = usual_offset(text.weights for text in texts)
    return Head(
        part.layer,
        part.head,
        key_length=_root_mean(norm2(k) for k, _ in real),
        directions=float(np.mean([effective_dim(k, centred=True) for k, _ in real])),
        temperature=used_temperature(text.scores for text in texts),
        answering=_exp_mean(entropy(text.weights) for text in texts),
        offset=offset,
        constancy=constancy,
        snr=median_snr(real),
        snr_shaped=median_snr((shaped(k, random), shaped(v, random)) for k, v in real * DRAWS),
        snr_isotropic=median_snr(
            (isotropic(k, random), isotropic(v, random)) for k, v in real * DRAWS
        ),
        snr_theory=theoretical_snr(k for k, _ in real),
    )


def theoretical_snr(keys: Iterable[np.ndarray]) -> float:
    """The closed form for isotropic memories, the median over the keys of all texts.

    >>> theoretical_snr([np.array([[8., 0.], [0., 8.]])])
    inf
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it is cold: `Head.snr_theory` says what that means
        return _median_snr([gaussian_prediction(k, isotropic=True) for k in keys])


def used_temperature(scores: Iterable[np.ndarray]) -> float:
    """The temperature that a head really uses, over sqrt(d): 1/(deviation of a query's scores).

    A softmax sees only how the scores of one query differ. Gaussian queries and keys of length
    sqrt(d) at temperature tau have scores of standard deviation sqrt(d)/tau, so a head whose scores
    deviate by sigma, root mean square over its queries, is as sharp as they are at sqrt(d)/sigma.

    scores   of each text (queries, keys), as the softmax gets them

    >>> used_temperature([np.array([[0., 4.], [7., 11.]])])
    0.5
    """
    return 1 / _root_mean(text.var(-1) for text in scores)


def usual_offset(weights: Iterable[np.ndarray]) -> tuple[int, float]:
    """Where the key that answers loudest is most often, from the token that asks; how often.

    weights   of each text (queries, keys)

    >>> usual_offset([np.array([[0., 1., 0.], [0., 0., 1.], [1., 0., 0.]])])
    (1, 0.6666666666666666)
    """
    offsets = np.concatenate([text.argmax(-1) - np.arange(len(text)) for text in weights])
    found, counts = np.unique(offsets, return_counts=True)
    return int(found[counts.argmax()]), float(counts.max() / len(offsets))


def median_snr(pairs: Iterable[tuple[np.ndarray, np.ndarray]]) -> float:
    """The SNR that half of the reads exceed, over memories of keys (T, d) and values (T, d_v)."""
    return _median_snr(measure(keys, values, kernel="exp").inverse_snr for keys, values in pairs)


def shaped(x: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Gaussian rows of the same mean and covariance as the rows of x (T, d)."""
    return Values(x.shape[1], x.mean(0), np.cov(x.T, bias=True)).draw(random, len(x))


def isotropic(x: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Gaussian rows without mean, alike in every direction, of the same mean squared length."""
    variance = norm2(x).mean() / x.shape[1]
    return Values(x.shape[1], covariance=variance).draw(random, len(x))


def measure_weights(readings: Sequence[Reading]) -> list[Weights]:
    """The weights of every layer, over all tokens that were read."""
    found = []
    for layer, hidden in enumerate(zip(*(reading.hidden for reading in readings), strict=True)):
        activations = np.concatenate(hidden)
        active = float((activations > 0).sum(-1).mean())
        nats = float(entropy(relu(activations)).mean())
        found.append(Weights(layer, activations.shape[-1], active, nats, float(np.exp(nats))))
    return found


def _median_snr(inverse: Iterable[np.ndarray]) -> float:
    return float(1 / np.median(np.concatenate(list(inverse))))


def _root_mean(squares: Iterable[np.ndarray]) -> float:
    return float(np.sqrt(np.concatenate(list(squares)).mean()))


def _exp_mean(logarithms: Iterable[np.ndarray]) -> float:
    return float(np.exp(np.concatenate(list(logarithms)).mean()))
