"""The setting of the hand examples of caches: a pair that was seen before, then one key twice.

The cache holds key (0, 0); both new keys are (1, 0). A query (log n, 0) therefore gives the cached
pair the weight 1 and each new one the weight n. Numbers are certified intervals.
"""

import flint
import numpy as np

from refmem.algebra.numbers import intervals

FORMS = ("parallel", "recurrent", "chunked")
"""Those that run on every number system."""

k = intervals([[1, 0], [1, 0]])


def asking(*weights):
    """Queries that weigh the new keys by these whole numbers."""
    return np.array([[flint.arb(weight).log(), flint.arb(0)] for weight in weights])


def ratios(*pairs):
    """A column of quotients of whole numbers."""
    return np.array([[flint.arb(top) / bottom] for top, bottom in pairs])
