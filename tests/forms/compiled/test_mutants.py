"""The laws can fail: a kernel with one deliberate mistake breaks the dyadic law."""

import importlib.util
import inspect

import numpy as np
import pytest

import refmem
from refmem.forms.compiled import gradients, linear
from refmem.forms.compiled import loops as kernels
from refmem.laws.draws import sample
from refmem.laws.exact import assert_same
from refmem.laws.systems import DYADIC

FORWARD = {
    "every token erases what the first recalled": (
        "ahead = fma(entry(w[h, following], i), new, ahead)",
        "ahead = fma(0, new, ahead)",
    ),
    "a token erases what the token before it asked": ("w[h, following]", "w[h, t]"),
    "columns that fill no block are left out": (
        "for start in range(0, V, width(S)):",
        "for start in range(0, V - V % width(S), width(S)):",
    ),
    "the first state is forgotten": ("old = load(S[h, i], start)", "old = zeros(S)"),
    "the last state is not kept": ("store(S[h, i], start, get(state, i))", "pass"),
    "the read is before the write": (
        "answer = fma(entry(q[h, t], i), new, answer)",
        "answer = fma(entry(q[h, t], i), new - k[h, t, i] * value, answer)",
    ),
    "every token decays like the first": ("decay[h, t] * old", "decay[h, 0] * old"),
}

PAIRS = {
    "the first of two tokens asks with the second's query": (
        "answer = fma(entry(reads, i), new, answer)",
        "answer = fma(entry(next_reads, i), new, answer)",
    ),
    "the second of two tokens decays like the first": (
        "_faded(decay, h, t + 1, i, start, new)",
        "_faded(decay, h, t, i, start, new)",
    ),
    "the last of an odd number of tokens is left out": (
        "for t in range(alone, beyond):",
        "for t in range(beyond, beyond):",
    ),
}

FADED_PAIRS = {
    "the first of two tokens does not see its own write": (
        "_dot(reads, keys) * value",
        "0 * value",
    ),
    "the first of two tokens reads an undecayed state": ("fma(keep, answer,", "fma(1, answer,"),
    "the second of two tokens does not fade the first's write": (
        "fma(entry(keys, i), faded, both * old)",
        "fma(entry(keys, i), value, both * old)",
    ),
    "the state fades once for two tokens": ("keep * next_keep,", "next_keep,"),
}

BACKWARD = {
    "the read's share is left out": (
        "fma(dout[h, b, earlier, j], query, by_new)",
        "by_new",
    ),
    "what w recalled passes nothing back": (
        "by_new = fma(dasked[h, b, t, j], ask, by_new)",
        "pass",
    ),
    "keys that fill no block are left out": (
        "for start in range(0, K, width(S)):",
        "for start in range(0, K - K % width(S), width(S)):",
    ),
    "w reads the state after its token": (
        "by_ask = fma(dasked[h, b, t, j], old, by_ask)",
        "by_ask = fma(2 * dasked[h, b, t, j], old, by_ask)",
    ),
}


def mutant(tmp_path, old, new):
    """The kernels with one piece of their source replaced."""
    source = inspect.getsource(kernels)
    assert source.count(old) == 1, f"{old!r} occurs {source.count(old)} times"
    file = tmp_path / "mutant.py"
    file.write_text(source.replace(old, new))
    spec = importlib.util.spec_from_file_location("mutant", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def call():
    return sample(refmem.gated_delta, DYADIC, 3, T=3, K=33, V=35, lead=(2,))


@pytest.mark.parametrize("mistake", FORWARD)
def test_mistakes_in_the_memory_are_seen(mistake, tmp_path, monkeypatch):
    x, rule = call(), refmem.gated_delta
    assert_same(rule(**x, form="fast"), rule(**x), "without a mistake")
    monkeypatch.setattr(linear, "run_tokens", mutant(tmp_path, *FORWARD[mistake]).run_tokens)
    with pytest.raises(AssertionError, match="gated_delta"):
        assert_same(rule(**x, form="fast"), rule(**x), "gated_delta")


@pytest.mark.parametrize(
    ("rule", "mistake", "change"),
    [(refmem.gla, *pair) for pair in PAIRS.items()]
    + [(refmem.scalar_decay, *pair) for pair in FADED_PAIRS.items()],
)
def test_mistakes_in_pairs_of_tokens_are_seen(rule, mistake, change, tmp_path, monkeypatch):
    x = sample(rule, DYADIC, 6, T=3, K=33, V=35, lead=(2,))
    assert_same(rule(**x, form="fast"), rule(**x), "without a mistake")
    monkeypatch.setattr(linear, "run_tokens", mutant(tmp_path, *change).run_tokens)
    with pytest.raises(AssertionError, match=rule.name):
        assert_same(rule(**x, form="fast"), rule(**x), rule.name)


@pytest.mark.parametrize("mistake", BACKWARD)
def test_mistakes_in_the_gradients_are_seen(mistake, tmp_path, monkeypatch):
    x, rule = call(), refmem.gated_delta
    dout = np.ones((2, 3, 35))
    want = tuple(rule.vjp(**x, dout=dout))
    assert_same(tuple(rule.vjp(**x, dout=dout, form="fast")), want, "without a mistake")
    monkeypatch.setattr(gradients, "pull_keys", mutant(tmp_path, *BACKWARD[mistake]).pull_keys)
    with pytest.raises(AssertionError, match="gated_delta"):
        assert_same(tuple(rule.vjp(**x, dout=dout, form="fast")), want, "gated_delta")
