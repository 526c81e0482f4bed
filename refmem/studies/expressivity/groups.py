"""Finite groups: by their table, or made of permutations; and how each acts on points.

    table[a, b]    the element a b, for elements 0 .. m-1
    action[a, x]   where element a sends point x: action[a b, x] = action[a, action[b, x]]

The product is that of maps, the right one first. Every group acts on itself, by its table; a group
of permutations acts on what it permutes, which are far fewer points.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from refmem.studies.expressivity.group_laws import checked_action, checked_table, identity_of
from refmem.support.arguments import check_count


class Group:
    """A finite group with a faithful action.

    name     as it is printed
    table    (m, m)   products
    action   (m, n)   images of n points; the group acts on itself unless another is given

    ValueError names the law that a table breaks, and where.

    >>> Group("Z3", [[0, 1, 2], [1, 2, 0], [2, 0, 1]]).order
    3
    """

    def __init__(self, name: str, table: Any, action: Any = None) -> None:
        self.name, self.table = name, checked_table(table)
        self.action = self.table if action is None else checked_action(action, self.table)
        self.identity = identity_of(self.table)
        self.inverses = np.argmax(self.table == self.identity, axis=1)

    @property
    def order(self) -> int:
        """How many elements there are."""
        return len(self.table)

    @property
    def points(self) -> int:
        """How many points are acted on."""
        return self.action.shape[1]

    @property
    def base(self) -> tuple[int, ...]:
        """The first points whose images, together, tell every two elements apart.

        >>> symmetric(5).base, cyclic(5).base
        ((0, 1, 2, 3), (0,))
        """
        for size in range(1, self.points):
            if len(np.unique(self.action[:, :size], axis=0)) == self.order:
                return tuple(range(size))
        return tuple(range(self.points))

    def products(self, word: np.ndarray) -> np.ndarray:
        """x[1] x[2] .. x[t] for every t: whole numbers (T,)."""
        out, product = np.empty(len(word), dtype=int), self.identity
        for t, element in enumerate(word):
            out[t] = product = self.table[product, element]
        return out

    def derived_orders(self) -> list[int]:
        """Orders of the group, its commutator subgroup, that one's, until they fall no more.

        >>> symmetric(4).derived_orders(), alternating(5).derived_orders()
        ([24, 12, 4, 1], [60])
        """
        members, orders = np.arange(self.order), [self.order]
        while True:
            members = self._generated(self._commutators(members))
            if len(members) == orders[-1]:
                return orders
            orders.append(len(members))

    @property
    def solvable(self) -> bool:
        """Whether the series of commutator subgroups ends in one element.

        The word problem of a group that is not solvable is complete for NC1 (Barrington 1989).
        """
        return self.derived_orders()[-1] == 1

    def _commutators(self, members: np.ndarray) -> np.ndarray:
        a, b = np.meshgrid(members, members)
        undone = self.table[self.inverses[a], self.inverses[b]]
        return np.unique(self.table[undone, self.table[a, b]])

    def _generated(self, generators: np.ndarray) -> np.ndarray:
        members = np.union1d(generators, self.identity)
        while True:
            larger = np.unique(self.table[np.ix_(members, generators)])
            if len(larger) <= len(members):
                return members
            members = larger

    def __repr__(self) -> str:
        return f"<{self.name}, {self.order} elements on {self.points} points>"


def of_permutations(name: str, permutations: list[tuple[int, ...]]) -> Group:
    """The group whose elements are these permutations, in this order; ValueError if a product is
    not among them.

    >>> of_permutations("V4", [(0, 1, 2, 3), (1, 0, 3, 2), (2, 3, 0, 1), (3, 2, 1, 0)])
    <V4, 4 elements on 4 points>
    """
    action = np.array(permutations)
    places = {tuple(images): place for place, images in enumerate(permutations)}
    products = [[tuple(a[b].tolist()) for b in action] for a in action]
    for product in itertools.chain(*products):
        if product not in places:
            raise ValueError(
                f"group: permutations lack the product {product}, expected it among them, because "
                "a group is closed"
            )
    return Group(name, [[places[product] for product in row] for row in products], action)


def symmetric(n: int) -> Group:
    """S_n, all permutations of n points.

    >>> symmetric(3)
    <S3, 6 elements on 3 points>
    """
    return of_permutations(f"S{_points(n)}", list(itertools.permutations(range(n))))


def alternating(n: int) -> Group:
    """A_n, the even permutations of n points.

    >>> alternating(5)
    <A5, 60 elements on 5 points>
    """
    even = [p for p in itertools.permutations(range(_points(n))) if not _inversions(p) % 2]
    return of_permutations(f"A{n}", even)


def cyclic(m: int) -> Group:
    """Z_m, addition modulo m."""
    places = np.arange(_points(m))
    return Group(f"Z{m}", (places[:, None] + places) % m)


def quaternion() -> Group:
    """Q8 = {1, -1, i, -i, j, -j, k, -k}, which acts faithfully on no fewer than its 8 points.

    >>> quaternion().derived_orders()
    [8, 2, 1]
    """
    units = {("i", "j"): "k", ("j", "k"): "i", ("k", "i"): "j"}

    def product(a: int, b: int) -> int:
        (unit, sign), (other, other_sign) = divmod(a, 2), divmod(b, 2)
        x, y = "1ijk"[unit], "1ijk"[other]
        negative = (sign + other_sign) % 2
        if "1" in (x, y):
            z = y if x == "1" else x
        elif x == y:
            z, negative = "1", 1 - negative
        else:
            z = units.get((x, y)) or units[y, x]
            negative ^= (x, y) not in units
        return 2 * "1ijk".index(z) + negative

    return Group("Q8", [[product(a, b) for b in range(8)] for a in range(8)])


def _points(n: int) -> int:
    return check_count("group", "n", n, "fewer points do not move", least=2)


def _inversions(permutation: tuple[int, ...]) -> int:
    return sum(a > b for a, b in itertools.combinations(permutation, 2))
