"""Keys times a number for every token, not multiplied out.

What `beta k` writes and `alpha k` recalls is beta or alpha times what k does. So a kernel need not
be handed new keys: it takes a token's number along, and multiplies one value by it instead of all
keys. A rule's transition runs on keys that do not multiply out until something else is asked of
them.
"""

from __future__ import annotations

from typing import Any

import numpy as np


class Product(np.lib.mixins.NDArrayOperatorsMixin):
    """Keys (..., T, K), and a number for every token (..., T, 1), or None for one.

    >>> k, beta = np.array([[1., 2.], [3., 4.]]), np.array([[2.], [10.]])
    >>> product = -(beta * Product(k))
    >>> product.factor[:, 0], product.keys is k
    (array([ -2., -10.]), True)
    >>> product + 1
    array([[ -1.,  -3.],
           [-29., -39.]])
    """

    def __init__(self, keys: np.ndarray, factor: np.ndarray | None = None) -> None:
        self.keys, self.factor = keys, factor

    def times(self, factor: np.ndarray) -> Product:
        """The same with one more factor."""
        return Product(self.keys, factor if self.factor is None else self.factor * factor)

    def __array__(self, *_: Any, **__: Any) -> np.ndarray:
        return self.keys if self.factor is None else self.factor * self.keys

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *args: Any, **kwargs: Any) -> Any:
        """Every operator comes through here."""
        if ufunc is np.multiply and method == "__call__":
            product, other = args if isinstance(args[0], Product) else args[::-1]
            if isinstance(other, np.ndarray) and other.shape == (*self.keys.shape[:-1], 1):
                return product.times(other)
        if ufunc is np.negative and self.factor is not None:
            return Product(self.keys, -self.factor)
        plain = (np.asarray(x) if isinstance(x, Product) else x for x in args)
        return getattr(ufunc, method)(*plain, **kwargs)

    def __getitem__(self, index: Any) -> Any:
        return np.asarray(self)[index]

    def __getattr__(self, name: str) -> Any:
        """Anything else is asked of the array; NumPy's own questions mean this object."""
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(np.asarray(self), name)


def apart(x: Any) -> tuple[np.ndarray, np.ndarray | None]:
    """Keys, and a number for every token (..., T) or None."""
    if isinstance(x, Product):
        return x.keys, None if x.factor is None else x.factor[..., 0]
    return x, None
