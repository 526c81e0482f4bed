"""The setting of the hand examples: one key twice, a memory that is not empty, exact fractions.

    S0 = [2]    k = [1 1]    q = [1 0]    v = [1]
         [4]        [1 1]        [1 2]        [3]

Both keys are (1, 1), so that the order of writes, what is forgotten and what is corrected all show.
Numbers are fractions, so that results are compared by ==.
"""

import numpy as np
import sympy as sp

from refmem.algebra.numbers import fractions

S0 = fractions([[2], [4]])
q = fractions([[1, 0], [1, 2]])
k = fractions([[1, 1], [1, 1]])
v = fractions([[1], [3]])


def column(*entries):
    """The fractions of a result with one value channel."""
    return fractions([[entry] for entry in entries])


def symbolic(entries):
    """SymPy numbers from whole numbers, floats of few digits, strings such as "7/3" and "log(2)".

    For rules with exp: exp(log(2)) is 2.
    """
    return np.vectorize(lambda entry: sp.nsimplify(sp.sympify(entry)), otypes=[object])(entries)
