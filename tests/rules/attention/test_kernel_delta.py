import pytest

from refmem import delta, deltaformer, kernel_delta
from refmem.algebra.numbers import fractions
from refmem.functions.kernels import linear, polynomial
from refmem.laws.draws import sample
from refmem.laws.exact import assert_same
from refmem.laws.systems import FIELD
from refmem.memory import Cache
from tests.rules.attention.hand import FORMS


def test_kernel_delta_by_hand():
    # kernel x^2; cached key 1, u = 2; both new keys are 1
    # u1 = 1/2 (6 - 2) = 2;  o1 = 2^2 (2 + 2) = 16
    # u2 = 1 (3 - 2 - 2) = -1;  o2 = 1^2 (2 + 2 - 1) = 3
    past = Cache(fractions([[1]]), fractions([[2]]))
    q, k, v = fractions([[2], [1]]), fractions([[1], [1]]), fractions([[6], [3]])
    beta = fractions([0.5, 1])
    for form in FORMS:
        call = {"kernel": polynomial(2), "state": past, "form": form, "chunk": 1}
        out, state = kernel_delta(q, k, v, beta, **call)
        assert_same(out, fractions([[16], [3]]), f"kernel_delta.{form}")
        assert_same(state.value, fractions([[2], [2], [-1]]), f"kernel_delta.{form}: u")


def test_of_the_linear_kernel_it_is_the_delta_rule():
    x = sample(delta, FIELD, T=5, lead=(2,), state=False)
    assert_same(kernel_delta(**x, kernel=linear).out, delta(**x).out, "kernel_delta")
    got = kernel_delta(**x, kernel=linear, scale=3).out
    assert_same(got, delta(**x, scale=3).out, "kernel_delta, scaled")


@pytest.mark.parametrize("kernel", [linear, polynomial(2), polynomial(3)], ids=lambda k: k.name)
def test_it_is_deltaformer_with_one_kernel(kernel):
    x = sample(delta, FIELD, T=5)
    x = {name: x[name] for name in ("q", "k", "v", "beta")}
    want = deltaformer(**x, alpha=x["beta"], kappa1=kernel, kappa2=kernel, scale=1)
    assert_same(kernel_delta(**x, kernel=kernel), want, "kernel_delta")
