"""Law: on complex numbers a rule is the same analytic function: nothing is conjugated.

At x + iy every form in complex128 is compared with the definition in complex intervals, which know
of no conjugate. The numbers are multiples of 1/2, so sums and products of few tokens are exact.
"""

import flint
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.draws import DYADIC, every_form, sample, some_shapes
from tests.exact import assert_same


def complex_balls(x):
    """The same numbers as `flint.acb` of radius zero."""
    out = np.empty(x.shape, dtype=object)
    for index in np.ndindex(x.shape):
        out[index] = flint.acb(x[index].real, x[index].imag)
    return out


def is_analytic(rule, form, seed, K=2, V=2):
    real, imaginary = (
        sample(rule, DYADIC, part, T=3, K=K, V=V, state=False) for part in (seed, seed + 1)
    )
    z = {name: real[name] + 1j * imaginary[name] for name in rule.inputs}
    balls = {name: complex_balls(part) for name, part in z.items()}
    got = rule(**(real | z), form=form, chunk=2)
    assert_same(complex_balls(got.out), rule(**(real | balls)).out, f"{rule.name}.{form}")


@pytest.mark.parametrize(("rule", "form"), every_form("dyadic", "complex"))
@some_shapes
@given(seed=st.integers(0, 2**32 - 1), K=st.integers(1, 2), V=st.integers(1, 2))
def test_every_form_is_the_same_analytic_function(rule, form, seed, K, V):
    is_analytic(rule, form, seed, K, V)
