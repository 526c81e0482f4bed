"""Rows of blocks, and the regularity of wrong tokens in words."""

import numpy as np
import pytest

from refmem.oracle.explain.rows import WIDTH, bar, heads, pattern

T = np.arange(130)
FROM_64 = "from token 64 on, after the first chunk of 64"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (T >= 0, "at every token"),
        (T == 0, "at token 0 alone"),
        (T == 129, "at token 129 alone, the last"),
        (T >= 64, FROM_64),
        (T >= 50, "from token 50 on"),
        (
            T[:70] >= 64,
            "from token 64 on, after the first chunk of 64, or all whole chunks of 8 to 64",
        ),
        (T[:100] >= 96, "from token 96 on, after all whole chunks of 8 to 32"),
        (T < 16, "up to token 15, the first chunk of 16"),
        (T < 30, "up to token 29"),
        (T % 16 == 0, "at every token t with t % 16 = 0"),
        (T % 16 == 15, "at every token t with t % 16 = 15"),
        ((T % 16 == 0) & (T > 0), "at every token t with t % 16 = 0 but the first"),
        (T % 4 != 1, "at every token but those t with t % 4 = 1"),
        (np.isin(T, [3, 4, 5, 17]), "at tokens 3-5, 17"),
        (np.isin(T, [1, 9, 20, 40, 77, 99]), "at tokens 1, 9, 20, 40 and 2 more stretches"),
        (T < 0, ""),
    ],
)
def test_patterns(wrong, said):
    assert pattern(wrong) == said


def test_a_row_that_happens_to_be_right_hides_no_pattern():
    wrong = T >= 64
    wrong[100] = False
    assert pattern(wrong).startswith("from token 64 on")


def test_rows_of_a_state_are_key_channels():
    assert pattern(T[:5] > 2, "key channel") == "from key channel 3 on"


def test_blocks_are_higher_where_more_is_wrong():
    assert bar(np.array([0, 1, 1.1, 1e2, 1e4, 1e12])) == "▁▁▂▄▆█"
    assert bar(np.array([np.nan, np.inf, 0])) == "??▁"
    assert bar(np.array([])) == ""


def test_a_long_row_shares_blocks_and_loses_no_wrong_token():
    share = np.zeros(1000)
    share[777] = 1e9
    blocks = bar(share)
    assert len(blocks) <= WIDTH
    assert blocks.count("█") == 1
    assert blocks.index("█") == 777 // 16


HEADS = np.zeros((2, 3), bool)


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ((slice(None), slice(None)), "every head"),
        ((slice(None), 1), "head 1 of every sequence"),
        ((slice(None), slice(1, None)), "heads 1 and 2 of every sequence"),
        ((1, slice(None)), "sequence 1"),
        ((1, 1), "1 of 6 heads"),
    ],
)
def test_heads(where, said):
    wrong = HEADS.copy()
    wrong[where] = True
    assert heads(wrong) == said


def test_members_of_groups():
    wrong = np.zeros((2, 2, 3), bool)
    wrong[..., 1:] = True
    assert heads(wrong) == "members 1 and 2 of every group of heads"
