"""Statistics of numbers that come one after another and are not kept."""

from __future__ import annotations

import math
from typing import NamedTuple


class Running(NamedTuple):
    """How many numbers there were, their mean, the sum of squared distances from it, and extremes.

        mean'    = mean + (x - mean)/count'
        squares' = squares + (x - mean)(x - mean')      no difference of large sums is taken

    Source: Welford 1962.

    >>> Running().after(2.0).after(4.0).after(9.0)
    Running(count=3, mean=5.0, squares=26.0, least=2.0, greatest=9.0)
    """

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0
    least: float = math.inf
    greatest: float = -math.inf

    def after(self, x: float) -> Running:
        """With one more number."""
        count = self.count + 1
        mean = self.mean + (x - self.mean) / count
        squares = self.squares + (x - self.mean) * (x - mean)
        return Running(count, mean, squares, min(self.least, x), max(self.greatest, x))

    @property
    def deviation(self) -> float:
        """The standard deviation with n - 1; NaN for fewer than two numbers."""
        return math.sqrt(self.squares / (self.count - 1)) if self.count > 1 else math.nan
