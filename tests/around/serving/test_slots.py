"""What a call of a pool refuses, and what pages share."""

import numpy as np
import pytest

from refmem import linear_attention, softmax_attention
from refmem.around.serving import Pages, Pool

X = {name: np.ones((4, 1)) for name in "qkv"}


@pytest.mark.parametrize(
    ("slots", "lengths", "accepted", "said"),
    [
        ([0, 0], [1, 1], [1, 1], r"slots has values \[0, 0\], expected different ones of 2"),
        ([2], [1], [1], r"slots has values \[2\]"),
        ([0, 1], [2, 3], [2, 3], r"lengths has values \[2, 3\], expected some that sum to"),
        ([0], [2], [3], r"accepted has values \[3\], expected at most \[2\], because"),
    ],
)
def test_calls_that_mean_nothing_are_refused(slots, lengths, accepted, said):
    with pytest.raises(ValueError, match=f"linear_attention: {said}"):
        Pool(linear_attention, 2).verify(slots, X, lengths, accepted)


def test_padding_and_slack_belong_to_nobody():
    pool = Pool(linear_attention, 2)
    out = pool.run([-1, 1], X, [1, 2])
    assert out[:, 0].tolist() == [0, 1, 2, 0]
    assert pool.slots[0] is None


def test_pages_are_given_back_and_read_nan_where_nobody_wrote():
    pool = Pages(softmax_attention, 2, size=3)
    pool.run([0, 1], X, [2, 2])
    assert np.isnan(pool.pages[0].key[2]).all()
    pool.clear(0)
    pool.run([0], X, [4])
    assert pool.slots[0].pages == (0, 2)


def test_a_shared_page_is_copied_by_who_writes_in_it():
    pool = Pages(softmax_attention, 2, size=3)
    pool.run([0], X, [4])
    pool.copy(0, 1)
    assert pool.slots[0] == pool.slots[1]
    pool.run([1], {name: 2 * x for name, x in X.items()}, [1])
    assert pool.slots[1].pages == (0, 2)
    assert pool.state(0).key[:, 0].tolist() == [1, 1, 1, 1]
    assert pool.state(1).key[:, 0].tolist() == [1, 1, 1, 1, 2]
