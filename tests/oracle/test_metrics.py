"""Each metric is what its definition says, and sees the mistake it is there for."""

import numpy as np
import pytest

from refmem.oracle.verdict.metrics import NONE, Errors, measure, row_errors, same_specials

TRUTH = np.array([[[[3.0, 4.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]]]])
"""One batch, two heads, two rows of two: norms^2 are 26 and 2."""


def test_nothing_wrong_is_zero():
    assert measure(TRUTH, TRUTH) == NONE


def test_one_wrong_entry_by_hand():
    x = TRUTH.copy()
    x[0, 1, 0, 1] = 0.5  # across the truth of the second head, whose norm is sqrt 2
    errors = measure(x, TRUTH)
    assert errors.rms == pytest.approx(0.5 / np.sqrt(28))
    assert errors.row == 0.5  # the row's largest entry is 1
    assert errors.gain == 0
    assert errors.direction == pytest.approx(0.5 / np.sqrt(2))


def test_a_scale_is_gain_and_not_direction():
    errors = measure(1.5 * TRUTH, TRUTH)
    assert errors.gain == pytest.approx(0.5)
    assert errors.direction == pytest.approx(0, abs=1e-15)


def test_exchanged_heads_of_right_size_are_seen():
    assert measure(TRUTH[:, ::-1], TRUTH).direction > 0.5


def test_a_small_row_is_measured_by_its_head():
    x = TRUTH.copy()
    x[0, 0, 1, 0] = 1  # the row's largest entry is 1; the RMS of the head, sqrt(26 / 4), is more
    assert row_errors(x, TRUTH)[0, 0, 1] == pytest.approx(1 / np.sqrt(26 / 4))


def test_something_where_nothing_should_be_is_infinite():
    assert measure(np.ones((1, 1, 1, 2)), np.zeros((1, 1, 1, 2))).rms == np.inf


def test_no_rows_have_no_errors():
    assert measure(np.zeros((2, 0, 3)), np.zeros((2, 0, 3))) == NONE


def test_worst_is_metric_by_metric():
    assert Errors.worst([Errors(1, 0, 3, 0), Errors(0, 2, 4, 0)]) == Errors(1, 2, 4, 0)


@pytest.mark.parametrize("x", [[np.nan, 1, 1], [np.inf, 1, np.inf], [1, 1, -np.inf]])
def test_specials_elsewhere_are_seen(x):
    truth = np.array([1, 1, np.inf])
    assert same_specials(truth, truth)
    assert not same_specials(np.array(x), truth)
