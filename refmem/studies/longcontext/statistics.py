"""Statistics of numbers that come one after another and are not kept."""

from __future__ import annotations

import math
from typing import NamedTuple


class Running(NamedTuple):
    """How many numbers there were, n, their mean, the squared distances from it, and extremes.

        mean'    = mean + (x - mean)/n'
        squares' = squares + (x - mean)(x - mean')      no difference of large sums is taken

    Source: Welford 1962.

    >>> Running().after(2.0).after(4.0).after(9.0)
    Running(n=3, mean=5.0, squares=26.0, least=2.0, greatest=9.0)
    """

    n: int = 0
    mean: float = 0.0
    squares: float = 0.0
    least: float = math.inf
    greatest: float = -math.inf

    def after(self, x: float) -> Running:
        """With one more number."""
        n = self.n + 1
        mean = self.mean + (x - self.mean) / n
        squares = self.squares + (x - self.mean) * (x - mean)
        return Running(n, mean, squares, min(self.least, x), max(self.greatest, x))

    @property
    def deviation(self) -> float:
        """The standard deviation with n - 1; NaN for fewer than two numbers."""
        return math.sqrt(self.squares / (self.n - 1)) if self.n > 1 else math.nan
