"""The forward pass is BERT's: worked out entry by entry, on certified intervals."""

import numpy as np
import pytest
from flint import arb

from refmem import softmax_attention
from refmem.algebra.numbers import intervals
from refmem.grammar.lookup import Cache
from refmem.laws.exact import assert_same
from tests.tools.tiny import EPS, HEADS, LAYERS, PAIRS, WIDTH, tiny_weights
from tools.transformer.model import embedding, joined, model_of, read

TOKENS = (3, 0, 3)
HEAD = WIDTH // HEADS


class ByHand:
    """BERT written from its definition, one number at a time."""

    def __init__(self, weights):
        self.weights = weights

    def affine(self, name, x):
        weight, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        return [
            sum((row[i] * x[i] for i in range(len(x))), start=b)
            for row, b in zip(weight, bias, strict=True)
        ]

    def norm(self, name, x):
        weight, bias = (
            self.weights[f"{name}.LayerNorm.weight"],
            self.weights[f"{name}.LayerNorm.bias"],
        )
        mean = sum(x) / len(x)
        variance = sum((entry - mean) ** 2 for entry in x) / len(x)
        width = (variance + EPS).sqrt()
        return [w * (e - mean) / width + b for w, e, b in zip(weight, x, bias, strict=True)]

    def embed(self, word, place):
        parts = [
            self.weights["embeddings.word_embeddings.weight"][word],
            self.weights["embeddings.position_embeddings.weight"][place],
            self.weights["embeddings.token_type_embeddings.weight"][0],
        ]
        return self.norm("embeddings", [sum(entries) for entries in zip(*parts, strict=True)])

    def attend(self, name, tokens):
        q, k, v = (
            [self.affine(f"{name}.self.{part}", x) for x in tokens]
            for part in ("query", "key", "value")
        )
        mixed = []
        for t in range(len(tokens)):
            row = []
            for channel in range(WIDTH):
                mine = range(channel // HEAD * HEAD, (channel // HEAD + 1) * HEAD)
                scores = [sum(q[t][i] * k[s][i] for i in mine) / arb(HEAD).sqrt()
                          for s in range(len(tokens))]  # fmt: skip
                total = sum(score.exp() for score in scores)
                row.append(sum(scores[s].exp() / total * v[s][channel] for s in range(len(tokens))))
            mixed.append(self.affine(f"{name}.output.dense", row))
        return mixed

    def feed(self, name, x):
        scores = self.affine(f"{name}.intermediate.dense", x)
        return [score * (1 + (score / arb(2).sqrt()).erf()) / 2 for score in scores]

    def layer(self, number, tokens):
        name = f"encoder.layer.{number}"
        attended = self.attend(f"{name}.attention", tokens)
        middle = [self.norm(f"{name}.attention.output", [a + b for a, b in zip(*pair, strict=True)])
                  for pair in zip(tokens, attended, strict=True)]  # fmt: skip
        hidden = [self.feed(name, x) for x in middle]
        fed = [self.affine(f"{name}.output.dense", x) for x in hidden]
        return [self.norm(f"{name}.output", [a + b for a, b in zip(*pair, strict=True)])
                for pair in zip(middle, fed, strict=True)], hidden  # fmt: skip


def exact_weights():
    return {name: intervals(weight) for name, weight in tiny_weights().items()}


def exact_reading():
    return read(model_of(exact_weights(), HEADS, EPS), TOKENS)


def test_every_token_and_activation_is_the_definition():
    hand = ByHand(exact_weights())
    reading = exact_reading()
    x = [hand.embed(word, place) for place, word in enumerate(TOKENS)]
    for number in range(LAYERS):
        x, hidden = hand.layer(number, x)
        assert_same(reading.hidden[number], np.array(hidden), f"hidden of layer {number}")
    assert_same(reading.out, np.array(x), "out")
    mean = [sum(column) / len(TOKENS) for column in zip(*x, strict=True)]
    length = sum(entry**2 for entry in mean).sqrt()
    assert_same(embedding(reading), np.array([e / length for e in mean]), "embedding")


def changed(name):
    """What is read if the first entry of one array is another."""
    weights = exact_weights()
    weights[name].flat[0] += 1
    return read(model_of(weights, HEADS, EPS), TOKENS).out


@pytest.mark.parametrize("name", [n for n in tiny_weights() if not n.endswith("key.bias")])
def test_every_weight_counts(name):
    with pytest.raises(AssertionError, match="out"):
        assert_same(changed(name), exact_reading().out, "out")


@pytest.mark.parametrize("layer", range(LAYERS))
def test_what_is_common_to_all_keys_is_invisible(layer):
    """A bias of keys adds the same to all scores of a query, which a softmax does not see."""
    name = f"encoder.layer.{layer}.attention.self.key.bias"
    assert_same(changed(name), exact_reading().out, "out")


def test_shapes_of_what_a_reading_shows():
    reading = read(model_of(tiny_weights(), HEADS, EPS), TOKENS)
    assert len(reading.contexts) == len(reading.hidden) == LAYERS
    T = len(TOKENS)
    for context, hidden in zip(reading.contexts, reading.hidden, strict=True):
        assert context.q.shape == context.k.shape == context.v.shape == (HEADS, T, HEAD)
        assert context.scores.shape == context.weights.shape == (HEADS, T, T)
        assert hidden.shape == (T, PAIRS)


def test_a_context_is_softmax_attention_that_was_written_before_it_is_asked():
    """Every query in turn is the last token of a text that the rule has cached but for its end."""
    for context in exact_reading().contexts:
        past = Cache(context.k[:, None, :-1], context.v[:, None, :-1])
        last = context.k[:, None, -1:], context.v[:, None, -1:]
        asked = softmax_attention(context.q[:, :, None], *last, state=past).out[..., 0, :]
        assert_same(context.weights @ context.v, asked, "context")


def test_heads_are_split_and_joined():
    x = np.arange(24.0).reshape(3, 8)
    heads = x.reshape(3, 2, 4)
    assert_same(joined(heads.swapaxes(0, 1)), x, "joined")
