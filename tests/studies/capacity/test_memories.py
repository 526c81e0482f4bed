"""Whole memories: the shipped rules against closed forms, at every age."""

import numpy as np
import pytest

import refmem
from refmem.studies.capacity import delta_retention, memory_inverse_snr, simulate_memory
from refmem.studies.capacity.memories import CLOSED
from refmem.studies.capacity.simulation import Simulation

AGES = [0, 3, 15, 31]
COUNT = np.arange(1.0, 33)
ROWS = [
    ("linear_attention", {}, {}),
    ("averaged_memory", {"count": COUNT}, {}),
    ("retention", {"gamma": 0.9}, {"alpha": 0.9}),
    ("scalar_decay", {"alpha": 0.9}, {"alpha": 0.9}),
    ("delta", {"beta": 1.0}, {}),
    ("delta", {"beta": 0.5}, {"beta": 0.5}),
    ("delta", {"beta": 1.5}, {"beta": 1.5}),
    ("gated_delta", {"alpha": 0.9, "beta": 0.7}, {"alpha": 0.9, "beta": 0.7}),
    ("least_squares", {"lam": 1e-9, "keys": "gaussian"}, {}),
    ("mesa", {"alpha": 1.0, "beta": 1.0, "lam": 1e-9, "keys": "gaussian"}, {}),
]
SIZES = ((32, 8), (32, 16), (32, 31))
CONFIDENCE = 1 - 0.01 / (len(ROWS) * len(SIZES) * len(AGES))


@pytest.mark.parametrize(("writes", "dim"), SIZES)
@pytest.mark.parametrize(("rule", "inputs", "given"), ROWS)
def test_the_shipped_rule_is_as_noisy_as_its_closed_form(rule, inputs, given, writes, dim):
    found = simulate_memory(rule, writes=writes, dim=dim, ages=AGES, trials=200, rng=1, **inputs)
    theory = memory_inverse_snr(rule, writes=writes, dim=dim, ages=AGES, **given)
    for place in range(len(AGES)):
        low, high = found.at(place).interval_at(CONFIDENCE)
        slack = 1e-9 if theory[place] == 0 else 0  # exact recall, but for rounding and the ridge
        assert low - slack <= theory[place] <= high + slack, f"age {AGES[place]}"


@pytest.mark.parametrize(("alpha", "beta"), [(1.0, 1.0), (0.9, 0.6), (1.0, 1.7)])
def test_the_delta_rule_retains_what_is_derived(alpha, beta):
    inputs = {"alpha": alpha, "beta": beta}
    found = simulate_memory("gated_delta", writes=32, dim=16, ages=AGES, trials=400, **inputs)
    theory = [delta_retention(16, age, alpha, beta) for age in AGES]
    bound = 4.5 * found.retention_stderr + 64 * np.finfo(float).eps
    assert (abs(found.retention - theory) <= bound).all()


def test_softmax_reads_alike_at_every_age():
    """A normaliser cancels in every single read, so reads are compared one by one."""
    given = {"writes": 32, "dim": 16, "ages": AGES}
    found = simulate_memory("softmax_attention", scale=4.0, trials=400, rng=1, **given)
    theory = memory_inverse_snr("softmax_attention", **given)
    for place in range(len(AGES)):
        reads = Simulation(found.crosstalk[:, place] / found.gain[:, place] ** 2, np.ones(400))
        low, high = reads.interval_at(0.999)
        assert low <= theory[place] <= high


@pytest.mark.parametrize(
    ("rule", "inputs"),
    [
        ("deltaformer", {}),
        ("gla", {"alpha": 0.9}),
        ("kda", {"alpha": 0.9, "beta": 1.0}),
        ("longhorn", {"beta": 1.0}),
        ("kernel_attention", {"kernel": "relu"}),
        ("momentum_delta", {"eta": 0.5}),
        ("mesa", {"alpha": 0.9, "beta": 1.0, "lam": np.full(6, 0.1)}),
    ],
)
def test_other_rules_are_simulated(rule, inputs):
    """The response to each pair, read off the identity, is that of the whole run at once."""
    found = simulate_memory(rule, writes=9, dim=6, ages=[0, 8], trials=1, rng=2, **inputs)
    random = np.random.default_rng(2)
    keys = random.standard_normal((9, 6))
    keys /= np.linalg.norm(keys, axis=1, keepdims=True)
    chosen = {one.name: one for one in refmem.RULES}[rule]
    given = {
        name: x
        if isinstance(x, str | np.ndarray)
        else np.full([{"T": 9, "K": 6, "V": 9}[axis] for axis in chosen.inputs[name].split()], x)
        for name, x in inputs.items()
    }
    for place, age in enumerate((0, 8)):
        q = keys.copy()
        q[-1] = keys[8 - age]
        weights = chosen(q=q, k=keys, v=np.eye(9), **given).out[-1]
        own = 8 - age
        bound = 512 * np.finfo(float).eps * abs(weights).max()
        assert abs(found.gain[0, place] - weights[own]) <= bound
        others = (np.delete(weights, own) ** 2).sum()
        assert abs(found.crosstalk[0, place] - others) <= 9 * bound * abs(weights).max()


def test_without_correction_or_decay_the_age_does_not_matter():
    ages = range(12)
    flat = memory_inverse_snr("linear_attention", writes=12, dim=4, ages=ages)
    assert (flat == 11 / 4).all()
    decayed = memory_inverse_snr("retention", writes=12, dim=4, ages=ages, alpha=0.9)
    assert (np.diff(decayed) > 0).all()
    corrected = memory_inverse_snr("delta", writes=12, dim=4, ages=ages)
    assert corrected[0] == 0
    assert (np.diff(corrected) > 0).all()


def test_one_write_and_one_trial():
    found = simulate_memory("delta", writes=1, dim=3, ages=[0], beta=1.0, trials=1)
    assert found.inverse_snr.tolist() == [0]
    assert found.retention_stderr.tolist() == [np.inf]
    assert memory_inverse_snr("delta", writes=1, dim=3, ages=[0]).tolist() == [0]


def test_only_keys_on_a_sphere_have_a_length_of_their_own():
    with pytest.raises(ValueError, match=r"^capacity: norm2 has a value, expected none, because"):
        simulate_memory("delta", writes=3, dim=3, ages=[0], beta=1.0, keys="gaussian", norm2=2.0)


def test_a_ridge_beats_a_sum():
    for writes in (10, 64, 200):
        ridge, plain = (
            memory_inverse_snr(rule, writes=writes, dim=64, ages=[0])[0]
            for rule in ("mesa", "linear_attention")
        )
        assert ridge < plain


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"rule": "gla"}, rf"rule has value 'gla', expected one of {', '.join(CLOSED)}, because"),
        ({"ages": [3]}, "age has value 3, expected at most 2, because only 3 pairs were written"),
        ({"ages": [-1]}, "age has value -1, expected at least 0, because it counts later writes"),
        ({"alpha": 0.0}, "alpha has value 0.0, expected more than 0 and at most 1, because"),
        ({"beta": 2.5}, "beta has value 2.5, expected more than 0 and at most 2, because"),
        ({"writes": 0}, "writes has value 0, expected at least 1, because it counts pairs written"),
    ],
)
def test_theory_refuses(given, message):
    with pytest.raises(ValueError, match=f"^capacity: {message}"):
        memory_inverse_snr(**{"rule": "delta", "writes": 3, "dim": 4, "ages": [0]} | given)


@pytest.mark.parametrize(
    ("rule", "inputs", "message"),
    [
        ("delt", {}, "rule has value 'delt', expected a name .*, did you mean 'delta'"),
        ("mamba2", {}, "rule has value mamba2, expected one of inputs q, k, v, because"),
        ("gated_oja", {}, "rule has value gated_oja, expected one that is linear in its"),
        ("abc", {"slots": 1.0}, "slots has one value, expected an array"),
    ],
)
def test_simulation_refuses(rule, inputs, message):
    chosen = {one.name: one for one in refmem.RULES}.get(rule)
    needed = {
        name: 0.5
        for name in (chosen.inputs if chosen else {})
        if name not in {"q", "k", "v"} and name not in chosen.defaults
    }
    if rule == "abc":
        name = next(iter(needed))
        message = message.replace("slots", name)
        inputs = {}
    with pytest.raises(ValueError, match=f"^capacity: {message}"):
        simulate_memory(rule, writes=3, dim=4, ages=[0], **needed | inputs)
