"""What is said of a Transformer's memories is what they do."""

import math

import numpy as np
import pytest
from scipy.stats import chi2

from refmem.laws.exact import assert_same
from refmem.studies.capacity import effective_dim, entropy, gaussian_prediction, measure
from tests.tools.tiny import EPS, HEADS, LAYERS, PAIRS, tiny_weights
from tools.transformer import memories
from tools.transformer.model import Context, Reading, model_of, read

TEXTS = ((3, 0, 3, 1), (2, 4, 1, 1))
SURE = 1e-9
"""Chance that a right draw is called wrong."""


@pytest.fixture(scope="module")
def readings():
    model = model_of(tiny_weights(), HEADS, EPS)
    return [read(model, tokens) for tokens in TEXTS]


@pytest.mark.filterwarnings("ignore:capacity. tau has value")
def test_every_head_is_measured_on_its_own_pairs(readings):
    found = memories.measure_heads(readings)
    assert [(one.layer, one.head) for one in found] == list(np.ndindex(LAYERS, HEADS))
    for one in found:
        texts = [reading.contexts[one.layer] for reading in readings]
        keys = [text.k[one.head] for text in texts]
        snr = [measure(k, text.v[one.head]) for k, text in zip(keys, texts, strict=True)]
        assert one.snr == 1 / np.median([snr[0].inverse_snr, snr[1].inverse_snr])
        theory = [gaussian_prediction(k, isotropic=True) for k in keys]
        assert one.snr_theory == 1 / np.median(theory)
        lengths = np.concatenate([(k * k).sum(1) for k in keys])
        assert one.key_length == np.sqrt(lengths.mean())
        assert one.directions == np.mean([effective_dim(k - k.mean(0)) for k in keys])
        nats = np.concatenate([entropy(text.weights[one.head]) for text in texts])
        assert one.answering == np.exp(nats.mean())
        weights = [text.weights[one.head] for text in texts]
        assert (one.offset, one.constancy) == memories.usual_offset(weights)


def random_memory(seed, scale):
    """A head's memory of random pairs, keys stretched by `scale` (d,)."""
    random = np.random.default_rng(seed)
    keys, values = random.standard_normal((2, 30, len(scale)))
    scores = keys @ keys.T
    return Context(keys, keys * scale, values + 5, scores, np.eye(30))


@pytest.mark.parametrize("kind", ["shaped", "isotropic"])
def test_what_stands_beside_a_head_is_drawn_for_keys_and_values(monkeypatch, kind):
    """Random memories that are the real one itself have its SNR, and the other kind has not."""
    text = random_memory(5, np.linspace(0.5, 2, 4))
    monkeypatch.setattr(memories, kind, lambda x, random: x)
    found = memories.measure_head(memories.Part(0, 0, [text], np.random.SeedSequence(0)))
    beside = {"shaped": found.snr_shaped, "isotropic": found.snr_isotropic}
    assert beside.pop(kind) == found.snr
    assert found.snr not in beside.values()


def test_a_seed_is_the_same_numbers_and_another_is_not(readings):
    first, again, other = (memories.measure_heads(readings, seed) for seed in (1, 1, 2))
    assert first == again
    for one, two in zip(first, other, strict=True):
        assert one.snr_shaped != two.snr_shaped
        assert one[:9] == two[:9]
        assert one.snr_theory == two.snr_theory


def test_progress_is_told_head_by_head(readings):
    seen = []
    memories.measure_heads(readings, watch=lambda *counts: seen.append(counts))
    assert seen == [(done, LAYERS * HEADS) for done in range(1, LAYERS * HEADS + 1)]


@pytest.mark.parametrize("sharper", [2.0, 8.0])
def test_sharper_scores_are_a_lower_temperature(sharper):
    scores = np.random.default_rng(0).standard_normal((4, 5))
    once, more = (memories.used_temperature([scores * c]) for c in (1.0, sharper))
    assert more == once / sharper


def test_what_all_scores_of_a_query_share_does_not_count():
    scores = np.array([[0.0, 4.0], [0.0, 4.0]])
    moved = scores + np.array([[1024.0], [-512.0]])
    assert memories.used_temperature([moved]) == memories.used_temperature([scores]) == 0.5


def test_gaussian_keys_use_the_temperature_they_are_given():
    """Scores of n Gaussian keys with one query of length sqrt(d): n times their variance over its
    mean, d/tau^2, is chi-square with n - 1 degrees of freedom."""
    n, d, tau = 1000, 16, 3.0
    random = np.random.default_rng(1)
    keys, query = random.standard_normal((n, d)), np.full(d, 1.0)
    relative = memories.used_temperature([(query @ keys.T / tau)[None]])
    low, high = np.sqrt(n / chi2.ppf([1 - SURE / 2, SURE / 2], n - 1))
    assert low < relative / (tau / math.sqrt(d)) < high


def test_an_offset_is_from_the_token_that_asks_to_the_key():
    """Over two texts: 0 -> 2 and 1 -> 3 in one, 0 -> 0 in the other."""
    first = np.array([[0.1, 0.1, 0.5, 0.3], [0.2, 0.2, 0.1, 0.5]])
    assert memories.usual_offset([first, np.array([[1.0, 0.0]])]) == (2, 2 / 3)


def test_isotropic_rows_are_as_long_and_have_no_mean():
    x = np.full((500, 8), 3.0)
    drawn = memories.isotropic(x, np.random.default_rng(2)) / 3
    for count, sample in ((drawn.size, drawn), (drawn.shape[1], drawn.mean(0) * np.sqrt(500))):
        low, high = chi2.ppf([SURE / 2, 1 - SURE / 2], count)
        assert low < (sample**2).sum() < high


def test_shaped_rows_have_the_mean_and_covariance():
    """Whitened by that mean and covariance they are standard normal, in every direction."""
    random = np.random.default_rng(3)
    x = random.standard_normal((40, 3)) @ np.array([[1, 0, 0], [9, 1, 0], [0, 0, 0.1]]) + 7
    drawn = np.concatenate([memories.shaped(x, random) for _ in range(20)])
    white = np.linalg.solve(np.linalg.cholesky(np.cov(x.T, bias=True)), (drawn - x.mean(0)).T)
    low, high = chi2.ppf([SURE / 2, 1 - SURE / 2], white.shape[1])
    assert ((low < (white**2).sum(1)) & ((white**2).sum(1) < high)).all()
    assert ((white.mean(1) ** 2 * white.shape[1]) < chi2.ppf(1 - SURE, 1)).all()
    sums = (white[0] + white[1]) / math.sqrt(2), (white[1] - white[2]) / math.sqrt(2)
    assert all(low < (sample**2).sum() < high for sample in sums)


def test_rows_all_alike_are_shaped_as_they_are():
    x = np.full((5, 3), 2.0)
    assert_same(memories.shaped(x, np.random.default_rng(4)), x, "shaped")


def test_weights_are_counted_over_all_tokens():
    """Two tokens excite two pairs alike, ln 2; one excites one, 0. What is below zero is silent."""
    hidden = [np.array([[1.0, 1.0, -5.0], [2.0, 2.0, 0.0]]), np.array([[0.5, -1.0, -1.0]])]
    readings = [Reading(np.zeros((len(one), 2)), [], [one]) for one in hidden]
    (found,) = memories.measure_weights(readings)
    assert (found.layer, found.pairs, found.active) == (0, 3, 5 / 3)
    assert found.entropy == pytest.approx(2 / 3 * math.log(2), abs=2**-52)
    assert found.answering == math.exp(found.entropy)


def test_every_layer_has_its_weights(readings):
    found = memories.measure_weights(readings)
    assert [one.layer for one in found] == list(range(LAYERS))
    for one in found:
        hidden = np.concatenate([reading.hidden[one.layer] for reading in readings])
        assert one.pairs == PAIRS
        assert one.active == (hidden > 0).sum() / len(hidden)
