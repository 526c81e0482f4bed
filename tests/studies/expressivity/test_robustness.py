"""Few bits: what runs in which precision, and when it first errs."""

import numpy as np
import pytest

from refmem.studies.expressivity import robustness
from refmem.studies.expressivity.machines import machine
from refmem.studies.expressivity.programs.delta import by_delta
from refmem.studies.expressivity.robustness import PRECISIONS, right_steps, with_unit_keys
from refmem.studies.expressivity.tasks import Recall, Swaps


def test_unit_keys_take_the_same_steps():
    """In float64, whose rounding is far below 1/2, with puts as well as exchanges."""
    for task in (Swaps(6), Recall(4, 5)):
        program = by_delta(machine(task))
        unit = with_unit_keys(program)
        tokens = task.draw(50, np.random.default_rng(0))
        given = unit.inputs(tokens)
        used = (given["k"] ** 2).sum(-1) > 0
        assert (given["k"] ** 2).sum(-1)[used] == pytest.approx(1)
        assert set(np.round(given["beta"][used]).tolist()) <= {1, 2}
        assert unit.first_error(tokens, lambda x: np.asarray(x).astype(float)) is None


@pytest.mark.parametrize("precision", PRECISIONS)
def test_whole_numbers_are_right_as_long_as_the_format_has_them(precision, monkeypatch):
    """bfloat16 has every whole number to 256, float16 to 2048."""
    monkeypatch.setattr(robustness, "STEPS", 60)
    found = right_steps(["delta, whole keys", precision, 512], np.random.default_rng(0))
    few = precision == "bfloat16 storage"
    assert (found["steps"] < 60) == few
    found = right_steps(["delta, whole keys", precision, 256], np.random.default_rng(0))
    assert found["steps"] == 60


def test_rounding_lasts_where_four_exponentials_do_not(monkeypatch):
    monkeypatch.setattr(robustness, "STEPS", 60)
    steps = {
        name: right_steps([f"deltaformer, {name}", "float16", 32], np.random.default_rng(0))[
            "steps"
        ]
        for name in ("rounding", "4 exponentials")
    }
    assert steps["rounding"] == 60
    assert steps["4 exponentials"] < 60


def test_a_cache_in_stored_bfloat16(monkeypatch):
    monkeypatch.setattr(robustness, "STEPS", 20)
    found = right_steps(["deltaformer, rounding", "bfloat16 storage", 8], np.random.default_rng(0))
    assert found == {
        "program": "deltaformer, rounding", "precision": "bfloat16 storage", "n": 8, "steps": 20,
    }  # fmt: skip


def test_a_study_leaves_out_large_caches(monkeypatch):
    monkeypatch.setattr(robustness, "STEPS", 2)
    found = robustness.robustness((4, 200))
    assert len(found) == 4 * 3 + 2 * 3
    assert {x["program"] for x in found if x["n"] == 200} == {
        "delta, unit keys", "delta, whole keys",
    }  # fmt: skip
