"""The laws can fail: a kernel with one deliberate mistake breaks the dyadic law."""

import importlib.util
import inspect

import numpy as np
import pytest

import refmem
from refmem.fast import gradients, kernels, linear
from tests.draws import DYADIC, sample
from tests.exact import assert_same

FORWARD = {
    "every token erases what the first recalled": (
        "ahead += w[h, following, i] * new",
        "ahead += 0 * new",
    ),
    "a token erases what the token before it asked": ("w[h, following, i]", "w[h, t, i]"),
    "columns that fill no block are left out": (
        "for start in range(0, V, width(S)):",
        "for start in range(0, V - V % width(S), width(S)):",
    ),
    "the first state is forgotten": ("old = load(S[h, i], start)", "old = zeros(S)"),
    "the last state is not kept": ("store(S[h, i], start, get(state[i]))", "pass"),
    "the read is before the write": (
        "answer += q[h, t, i] * new",
        "answer += q[h, t, i] * (new - k[h, t, i] * value)",
    ),
    "every token decays like the first": ("decay[h, t, row] * new", "decay[h, 0, row] * new"),
}

BACKWARD = {
    "the read's share is left out": (" + dout[h, t, j] * query", ""),
    "what w recalled passes nothing back": ("by_new += dasked[h, t, j] * ask", "pass"),
    "keys that fill no block are left out": (
        "for start in range(0, K, width(S)):",
        "for start in range(0, K - K % width(S), width(S)):",
    ),
    "w reads the state after its token": (
        "by_ask += dasked[h, t, j] * old",
        "by_ask += 2 * dasked[h, t, j] * old",
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


@pytest.mark.parametrize("mistake", BACKWARD)
def test_mistakes_in_the_gradients_are_seen(mistake, tmp_path, monkeypatch):
    x, rule = call(), refmem.gated_delta
    dout = np.ones((2, 3, 35))
    want = tuple(rule.vjp(**x, dout=dout))
    assert_same(tuple(rule.vjp(**x, dout=dout, form="fast")), want, "without a mistake")
    monkeypatch.setattr(gradients, "pull_keys", mutant(tmp_path, *BACKWARD[mistake]).pull_keys)
    with pytest.raises(AssertionError, match="gated_delta"):
        assert_same(tuple(rule.vjp(**x, dout=dout, form="fast")), want, "gated_delta")
