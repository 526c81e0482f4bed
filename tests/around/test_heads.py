import numpy as np
import pytest

from refmem import repeat_heads
from refmem.laws.exact import assert_same

x = np.arange(2 * 3 * 4.0).reshape(2, 3, 4)


def test_the_two_maps_are_as_they_say():
    for h in range(6):
        assert_same(repeat_heads(x, 3)[h], x[h // 3], f"repeat, head {h}")
        assert_same(repeat_heads(x, 3, "tile")[h], x[h % 2], f"tile, head {h}")


def test_gates_have_their_heads_one_axis_later():
    assert_same(repeat_heads(x[..., 0], 3, axis=-2), repeat_heads(x, 3)[..., 0], "gates")


def test_one_copy_is_a_copy():
    same = repeat_heads(x, 1)
    assert_same(same, x, "one copy")
    assert not np.shares_memory(same, x)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((x, 3, "interleave"), "map has value 'interleave', expected repeat or tile"),
        ((x, 0), "n has value 0, expected a whole number of at least 1"),
        ((x[0], 2), r"x has shape \(3, 4\), expected heads on axis -3"),
    ],
)
def test_what_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        repeat_heads(*arguments)
