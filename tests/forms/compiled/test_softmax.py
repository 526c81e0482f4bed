"""Law: streaming softmax stays within the bound of its roundings.

A score takes K + T + 4 roundings (a product over K, a sum of at most T gates, scale and bias), so
it errs by at most d = gamma(K + T + 4) times the same score of absolute values. A shift common to a
row cancels, up to 2 more roundings of numbers no larger than twice the greatest score. A weight is
exp of that (4 roundings), and a mean over n keys takes n + 6 on either side of the division and one
for each of the at most n merges. With D the largest of 2 d + 4 u max|score| over the row, every
output is within (exp(2 D) (1 + gamma(4 n + 20)) - 1) of the mean of |v| under the true weights,
and the division counts that twice.
"""

import numpy as np
import pytest

import refmem
from refmem.forms.compiled import attention

CALLS = {
    "softmax_attention": lambda random, T: {},
    "forgetting_attention": lambda random, T: {"log_alpha": -random.random((2, T))},
    "alibi": lambda random, T: {},
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=lambda d: np.dtype(d).name)
@pytest.mark.parametrize(("T", "K", "V"), [(1, 1, 1), (70, 17, 5), (40, 3, 129)])
@pytest.mark.parametrize("name", CALLS)
def test_softmax_stays_within_its_bound(name, T, K, V, dtype, monkeypatch):
    if np.finfo(np.longdouble).eps > 2**-60:
        pytest.skip("long doubles are no wider than float64 here")
    monkeypatch.setattr(attention, "QUERIES", 16)
    monkeypatch.setattr(attention, "KEYS", 24)
    random, rule = np.random.default_rng(T), getattr(refmem, name)
    x = {n: random.standard_normal((2, T, w)) for n, w in (("q", K), ("k", K), ("v", V))}
    x = {n: a.astype(dtype) for n, a in (x | CALLS[name](random, T)).items()}
    wide = {n: a.astype(np.longdouble) for n, a in x.items()}
    got, truth = rule(**x, form="fast").out, rule(**wide).out
    mean = rule(**(wide | {"v": abs(wide["v"])})).out
    u = np.finfo(dtype).eps / 2
    gates = abs(wide.get("log_alpha", np.zeros((2, T)))).sum(-1)[..., None, None] + T
    scores = abs(wide["q"]) @ abs(wide["k"]).swapaxes(-1, -2) / K**0.5 + gates
    D = (2 * (K + T + 4) + 4) * u * scores.max(-1, keepdims=True)
    allowed = 2 * (np.exp(2 * D) * (1 + (4 * T + 20) * u) - 1) * mean
    assert (abs(got - truth) <= allowed).all()
