"""Groups: their laws, their actions, and what is said of a table that is none."""

import re

import numpy as np
import pytest
from sympy.combinatorics import PermutationGroup
from sympy.combinatorics.named_groups import AlternatingGroup, SymmetricGroup

from refmem.studies.expressivity.groups import (
    Group,
    alternating,
    cyclic,
    of_permutations,
    quaternion,
    symmetric,
)

GROUPS = [symmetric(3), symmetric(4), alternating(5), cyclic(6), quaternion()]


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_the_action_is_that_of_the_products(group):
    a, b = np.meshgrid(range(group.order), range(group.order), indexing="ij")
    composed = np.take_along_axis(group.action[a], group.action[b], axis=-1)
    assert (group.action[group.table] == composed).all()
    assert len(np.unique(group.action, axis=0)) == group.order


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_the_base_tells_all_elements_apart_and_less_does_not(group):
    for points, told_apart in ((group.base, True), (group.base[:-1], False)):
        images = {tuple(row) for row in group.action[:, points].tolist()}
        assert (len(images) == group.order) is told_apart


@pytest.mark.parametrize(
    ("group", "other"), [(symmetric(4), SymmetricGroup(4)), (alternating(5), AlternatingGroup(5))]
)
def test_orders_and_solvability_are_sympys(group, other):
    assert isinstance(other, PermutationGroup)
    assert group.order == other.order()
    assert group.solvable == other.is_solvable


def test_products_by_hand():
    # S3 in lexicographic order: 1 = (0 2 1) exchanges 1 and 2, 2 = (1 0 2) exchanges 0 and 1;
    # 2 after 1 sends 0 to 1, 1 to 2, 2 to 0: element 3 = (1 2 0)
    assert symmetric(3).products(np.array([2, 1, 1])).tolist() == [2, 3, 2]


def test_i_j_is_k_and_j_i_is_minus_k():
    i, j, k = 2, 4, 6
    table = quaternion().table
    assert (table[i, j], table[j, i], table[i, i]) == (k, k + 1, 1)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([[0, 1]], "table has shape (1, 2) of int64, expected (m, m) whole numbers"),
        ([[0.0]], "table has shape (1, 1) of float64, expected (m, m) whole numbers"),
        ([[0]], "table has 1 element, expected at least 2"),
        ([[0, 1], [1, 2]], "table has entry 2, expected 0 to 1"),
        ([[1, 1], [1, 1]], "table has no row and column that repeat the elements"),
        ([[0, 1], [1, 1]], "table has a product twice in row 1, expected every element once"),
        (
            [[0, 1, 2, 3, 4], [1, 0, 3, 4, 2], [2, 4, 0, 1, 3], [3, 2, 4, 0, 1], [4, 3, 1, 2, 0]],
            "table has (1 1) 2 = 2 and 1 (1 2) = 4, expected the same",
        ),
    ],
)
def test_a_table_that_is_no_group_says_which_law_it_breaks(table, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        Group("none", table)


def test_fewer_than_two_points():
    for make in (symmetric, alternating, cyclic):
        with pytest.raises(ValueError, match="group: n has value 1, expected at least 2"):
            make(1)


def test_permutations_that_are_not_closed():
    with pytest.raises(ValueError, match="group: permutations lack the product"):
        of_permutations("none", [(0, 1, 2), (1, 2, 0)])


def test_an_action_that_is_none():
    swap = [[0, 1], [1, 0]]
    with pytest.raises(ValueError, match=r"group: action has shape \(2, 2\), expected 2 different"):
        Group("none", swap, [[0, 1], [0, 1]])
    with pytest.raises(ValueError, match="group: action has a row 1 that does not act after"):
        Group("none", swap, [[0, 1, 2], [1, 2, 0]])
