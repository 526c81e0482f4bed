"""What a table has to be so that it is a group's; errors name the law that is broken.

table[a, b]    the element a b, for elements 0 .. m-1
action[a, x]   where element a sends point x
"""

from __future__ import annotations

from typing import Any

import numpy as np


def checked_table(table: Any) -> np.ndarray:
    """The table as whole numbers, or ValueError saying which law of a group it breaks."""
    try:
        products = np.asarray(table)
    except ValueError:
        raise ValueError(
            "group: table has rows of different lengths, expected (m, m) whole numbers, because "
            "entry (a, b) is the product of elements a and b"
        ) from None
    size = len(products) if products.ndim else 0
    if products.shape != (size, size) or not size or products.dtype.kind not in "iu":
        raise ValueError(
            f"group: table has shape {products.shape} of {products.dtype}, expected (m, m) whole "
            "numbers, because entry (a, b) is the product of elements a and b"
        )
    if size < 2:
        raise ValueError(
            "group: table has 1 element, expected at least 2, because a word of one symbol has "
            "nothing to track"
        )
    if products.min() < 0 or products.max() >= size:
        wrong = products[(products < 0) | (products >= size)][0]
        raise ValueError(
            f"group: table has entry {wrong}, expected 0 to {size - 1}, because products are "
            "elements again"
        )
    identity_of(products)
    _require_inverses(products)
    _require_associativity(products)
    return products


def checked_action(action: Any, table: np.ndarray) -> np.ndarray:
    """The images of points, or ValueError unless products act as one after another does."""
    images = np.asarray(action)
    size = len(table)
    if images.ndim != 2 or len(images) != size or len(np.unique(images, axis=0)) < size:
        raise ValueError(
            f"group: action has shape {images.shape}, expected {size} different rows, because "
            "every element moves the points in its own way"
        )
    for a in range(size):
        if (images[table[a]] != images[a][images]).any():
            raise ValueError(
                f"group: action has a row {a} that does not act after the others as its products "
                "do, expected action[a b, x] = action[a, action[b, x]], because it acts by products"
            )
    return images


def identity_of(table: np.ndarray) -> int:
    """The element that changes none; ValueError if there is none."""
    places = np.arange(len(table))
    neutral = (table == places).all(1) & (table == places[:, None]).all(0)
    if not neutral.any():
        raise ValueError(
            "group: table has no row and column that repeat the elements, expected one, because "
            "a group has an identity"
        )
    return int(np.argmax(neutral))


def _require_inverses(table: np.ndarray) -> None:
    for a, row in enumerate(table):
        if len(set(row.tolist())) < len(table):
            raise ValueError(
                f"group: table has a product twice in row {a}, expected every element once, "
                f"because {a} has an inverse in a group"
            )


def _require_associativity(table: np.ndarray) -> None:
    for a in range(len(table)):
        left, right = table[table[a]], table[a][table]
        if (left != right).any():
            b, c = (int(place) for place in np.argwhere(left != right)[0])
            raise ValueError(
                f"group: table has ({a} {b}) {c} = {left[b, c]} and {a} ({b} {c}) = {right[b, c]}, "
                "expected the same, because a group is associative"
            )
