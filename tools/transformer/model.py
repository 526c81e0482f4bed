"""A Transformer that reads a text, written as what it is: two associative memories a layer.

    context    keys and values are made of the text; every token asks all of it, itself included
    weights    keys and values are what was learned; every token asks them by itself

Each layer adds what its context recalls, then what its weights recall, and normalises after both:

    y = layer_norm(x + context(x))        context(x) = softmax(q k' / sqrt(d)) v, of each head
    x = layer_norm(y + weights(y))        weights(y) = gelu(y w_in') w_out

    x, y      (T, D)      one row a token, D = H d for H heads
    q, k, v   (H, T, d)   linear in x, with biases
    w_in      (M, D)      keys of the weights, each with a bias: one more column of y, all ones
    w_out     (M, D)      values of the weights

The text is written whole before it is asked. `softmax_attention`, whose tokens see what came before
them, says that of the last token alone; so this takes its kernel, over everything.
Source: Devlin et al. 2018, arXiv:1810.04805 (BERT); Reimers and Gurevych 2019, arXiv:1908.10084
(the embedding of a text: the mean of its tokens, of length one).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from refmem import ffn
from refmem.algebra import norm2, sqrt, transposed, with_ones
from refmem.functions.activations import gelu
from refmem.functions.kernels import softmax
from refmem.functions.layer_norm import layer_norm


class Affine(NamedTuple):
    """x -> x weight' + bias."""

    weight: np.ndarray
    bias: np.ndarray

    def __call__(self, x: np.ndarray) -> np.ndarray:
        return x @ transposed(self.weight) + self.bias


class Norm(NamedTuple):
    """Layer normalisation of rows."""

    weight: np.ndarray
    bias: np.ndarray
    eps: float

    def __call__(self, x: np.ndarray) -> np.ndarray:
        return layer_norm(x, self.weight, self.bias, self.eps)


class Layer(NamedTuple):
    """What a layer has learned."""

    heads: int
    query: Affine
    key: Affine
    value: Affine
    mix: Affine
    after_context: Norm
    w_in: Affine
    w_out: Affine
    after_weights: Norm


class Model(NamedTuple):
    """What the model has learned: an embedding of words (vocabulary, D) and places, and layers."""

    words: np.ndarray
    places: np.ndarray
    segment: np.ndarray
    norm: Norm
    layers: tuple[Layer, ...]


class Context(NamedTuple):
    """A layer's memory of the text.

    q, k, v            (H, T, d)
    scores, weights    (H, T, T)   of every query with every key; weights are their softmax
    """

    q: np.ndarray
    k: np.ndarray
    v: np.ndarray
    scores: np.ndarray
    weights: np.ndarray

    def of_head(self, head: int) -> Context:
        """One head alone, without the first axis."""
        return Context(*(array[head] for array in self))


class Reading(NamedTuple):
    """What a text made of the model.

    out        (T, D)                        the last layer's tokens
    contexts   one Context a layer
    hidden     one array (T, M) a layer: how far every token excites every pair of the weights
    """

    out: np.ndarray
    contexts: list[Context]
    hidden: list[np.ndarray]


def read(model: Model, tokens: Sequence[int]) -> Reading:
    """Read a text, given as the numbers of its tokens in the model's vocabulary."""
    x = model.norm(model.words[list(tokens)] + model.segment + model.places[: len(tokens)])
    contexts, hidden = [], []
    for layer in model.layers:
        recalled, context = ask_context(layer, x)
        y = layer.after_context(x + recalled)
        recalled, excited = ask_weights(layer, y)
        x = layer.after_weights(y + recalled)
        contexts.append(context)
        hidden.append(excited)
    return Reading(x, contexts, hidden)


def ask_context(layer: Layer, x: np.ndarray) -> tuple[np.ndarray, Context]:
    """What every token recalls of the text (T, D), and how."""
    q, k, v = (in_heads(part(x), layer.heads) for part in (layer.query, layer.key, layer.value))
    scores = q @ transposed(k) * q.shape[-1] ** -0.5
    weights = softmax.weights(scores, np.ones(scores.shape, dtype=bool))
    return layer.mix(joined(weights @ v)), Context(q, k, v, scores, weights)


def ask_weights(layer: Layer, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What every token recalls of what was learned (T, D), and how far it excites each pair."""
    query = with_ones(y)
    keys = np.concatenate([layer.w_in.weight, layer.w_in.bias[:, None]], axis=-1)
    recalled = ffn(query, keys, transposed(layer.w_out.weight), activation="gelu").out
    return recalled + layer.w_out.bias, gelu.value(query @ transposed(keys))


def in_heads(x: np.ndarray, heads: int) -> np.ndarray:
    """(T, H d) -> (H, T, d)."""
    return x.reshape(len(x), heads, -1).swapaxes(0, 1)


def joined(x: np.ndarray) -> np.ndarray:
    """(H, T, d) -> (T, H d), the inverse of `in_heads`."""
    return x.swapaxes(0, 1).reshape(x.shape[1], -1)


def embedding(reading: Reading) -> np.ndarray:
    """The mean of the tokens (D,), of length one."""
    mean = reading.out.mean(0)
    return mean / sqrt(norm2(mean[None]))


def model_of(weights: Mapping[str, np.ndarray], heads: int, eps: float) -> Model:
    """A model from weights under the names that BERT's have."""

    def affine(name: str) -> Affine:
        return Affine(weights[f"{name}.weight"], weights[f"{name}.bias"])

    def norm(name: str) -> Norm:
        return Norm(*affine(f"{name}.LayerNorm"), eps)

    def layer(name: str) -> Layer:
        query, key, value = (
            affine(f"{name}.attention.self.{n}") for n in ("query", "key", "value")
        )
        return Layer(
            heads,
            query,
            key,
            value,
            affine(f"{name}.attention.output.dense"),
            norm(f"{name}.attention.output"),
            affine(f"{name}.intermediate.dense"),
            affine(f"{name}.output.dense"),
            norm(f"{name}.output"),
        )

    layers = 0
    while f"encoder.layer.{layers}.output.dense.bias" in weights:
        layers += 1
    return Model(
        weights["embeddings.word_embeddings.weight"],
        weights["embeddings.position_embeddings.weight"],
        weights["embeddings.token_type_embeddings.weight"][0],
        norm("embeddings"),
        tuple(layer(f"encoder.layer.{number}") for number in range(layers)),
    )
