"""Law: on complex numbers a rule is the same analytic function: nothing is conjugated.

At x + iy every form in complex128 is compared with the definition in complex intervals, which know
of no conjugate. The numbers are multiples of 1/2, so sums and products of few tokens are exact.
"""

from __future__ import annotations

import numpy as np

from refmem.laws.draws import sample
from refmem.laws.exact import assert_same
from refmem.laws.law import Law
from refmem.laws.systems import DYADIC, flint
from refmem.memory.rule import Rule


def complex_balls(x: np.ndarray) -> np.ndarray:
    """The same numbers as `flint.acb` of radius zero."""
    out = np.empty(x.shape, dtype=object)
    for index in np.ndindex(x.shape):
        out[index] = flint().acb(x[index].real, x[index].imag)
    return out


def is_analytic(rule: Rule, form: str, seed: int, K: int = 2, V: int = 2) -> None:
    real, imaginary = (
        sample(rule, DYADIC, part, T=3, K=K, V=V, state=False) for part in (seed, seed + 1)
    )
    z = {name: real[name] + 1j * imaginary[name] for name in rule.inputs}
    balls = {name: complex_balls(part) for name, part in z.items()}
    got = rule(**(real | z), form=form, chunk=2)
    assert_same(complex_balls(got.out), rule(**(real | balls)).out, f"{rule.name}.{form}")


LAW = Law(
    "complex",
    __doc__,
    is_analytic,
    "absolute values, conjugates and comparisons: np.vecdot and np.linalg.norm conjugate; a rule "
    'that compares numbers says uses=("order",)',
    needs=("dyadic",),
)
